"""Reading a number: "What number is written?" → `47`, in large print (half of the picture high) or
small (a quarter)."""

import random
from collections.abc import Mapping
from typing import Final

from generation.family import Family
from generation.lettering import Lettering, compose_lettering
from generation.picture import PictureFamily, Question, knobs

_HEIGHTS: Final = {"large": (0.48, 0.55), "small": (0.25, 0.28)}
_SMALLEST_LARGE: Final = 0.4


class OcrDigits(PictureFamily[Lettering]):
    capability = "ocr"
    image_type = "text_dense"
    conditions = knobs(text=("digits",), print=tuple(_HEIGHTS))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Lettering:
        number = str(rng.randint(10, 99))
        return compose_lettering(rng, number, _HEIGHTS[condition["print"]], says="digits")

    def ask(
        self, rng: random.Random, picture: Lettering, condition: Mapping[str, str]
    ) -> Question | None:
        large = picture.height >= _SMALLEST_LARGE
        if (condition["print"] == "large") != large or not picture.text.isdigit():
            return None
        return Question("What number is written?", picture.text, dict(condition), (picture.box,))


PLUGIN: Final[Family] = OcrDigits()
