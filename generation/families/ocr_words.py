"""Reading a word of three letters: "What word is written?" → `cat`."""

import random
from collections.abc import Mapping
from typing import Final

from generation.family import Family
from generation.lettering import Lettering, compose_lettering
from generation.picture import PictureFamily, Question, knobs

_LIST: Final = """
ant ape arc art ash ate bad bag ban bat bed beg bet bid bin bit bud bug bun bus cab can cap car cat
cob cod cog cop cot cub cup cut dad den did die dig dip dog dot dug ear eat egg end gap gas get got
gun gut had has hat hen her hid hip his hit hog hop hot hub hug hut ice ink kid kit lab lad lap led
leg let lid lip lit log lot nap net nod nor nut oak oar old out pad pan pat pea peg pen pet pie pig
pin pit pot pub put rag ran rap rat rib rid rip rob rod rot rub rug run sad sat sea see set she sin
sip sir sit sob son sub sun tag tan tap tar tea ten tie tin tip toe ton tub tug use
"""

WORDS: Final = tuple(_LIST.split())
"""Common words of seventeen letters, none of which occurs in the question or answer of another
family."""

_HEIGHT: Final = (0.4, 0.44)


class OcrWords(PictureFamily[Lettering]):
    capability = "ocr"
    image_type = "text_dense"
    conditions = knobs(text=("word",))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Lettering:
        return compose_lettering(rng, rng.choice(WORDS), _HEIGHT, says="word")

    def ask(
        self, rng: random.Random, picture: Lettering, condition: Mapping[str, str]
    ) -> Question | None:
        if not picture.text.isalpha():
            return None
        return Question("What word is written?", picture.text, dict(condition), (picture.box,))


PLUGIN: Final[Family] = OcrWords()
