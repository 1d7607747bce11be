"""Reading a word of three letters, real or made up: "What word is written?" → `cat`.

Nobody can guess a made-up word: a reader who only knows words by heart reads `pid` as `pig`.
"""

import random
from collections.abc import Mapping
from itertools import product
from typing import Final

from generation.family import Family
from generation.lettering import Lettering, compose_lettering
from generation.picture import PictureFamily, Question, knobs

_CONSONANTS: Final = "bcdghklnprst"
_VOWELS: Final = "aeiou"
_LEFT_OUT: Final = {"bar", "red", "top", "cok", "dik", "nig", "sic", "tit"}
"""What other families ask and answer, and what nobody wants to read."""

WORDS: Final = tuple(
    word
    for letters in product(_CONSONANTS, _VOWELS, _CONSONANTS)
    if (word := "".join(letters)) not in _LEFT_OUT
)
"""A consonant, a vowel, a consonant; none wider than the picture in large print."""

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
