"""Working out a printed formula, in steps: a picture of "47 - 3", "What is the result?" → `47 - 3 =
44`.

The first number has two digits, the second one, and nothing is carried or borrowed.
"""

import random
from collections.abc import Mapping
from typing import Final

from generation.family import Family
from generation.lettering import Lettering, compose_lettering
from generation.picture import PictureFamily, Question, knobs

_SIGNS: Final = {"plus": "+", "minus": "-"}
_HEIGHT: Final = (0.31, 0.34)


class Arithmetic(PictureFamily[Lettering]):
    capability = "arithmetic"
    image_type = "math_formula"
    answer_kind = "number"
    conditions = knobs(operation=tuple(_SIGNS))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Lettering:
        sign, tens, units = _SIGNS[condition["operation"]], rng.randint(1, 9), rng.randint(0, 9)
        digit = rng.randint(0, 9 - units if sign == "+" else units)
        text = f"{tens}{units} {sign} {digit}"
        return compose_lettering(rng, text, _HEIGHT, says="formula")

    def ask(
        self, rng: random.Random, picture: Lettering, condition: Mapping[str, str]
    ) -> Question | None:
        number, sign, digit = picture.text.split()
        if sign != _SIGNS[condition["operation"]]:
            return None
        result = int(number) + int(digit) if sign == "+" else int(number) - int(digit)
        steps = f"{picture.text} = {result}"
        return Question("What is the result?", steps, dict(condition), (picture.box,))


PLUGIN: Final[Family] = Arithmetic()
