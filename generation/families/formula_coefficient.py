"""Reading a coefficient off a printed polynomial: "What is the coefficient of x squared …?" →
`-4`."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.formula import Formula, polynomial
from generation.family import Family
from generation.picture import knobs

_POWERS: Final = ("the constant term", "the coefficient of x", "the coefficient of x squared",
                  "the coefficient of x cubed")  # fmt: skip


@dataclass(frozen=True)
class Polynomial(Formula):
    """The coefficients, the highest power first."""

    coefficients: tuple[int, ...]


class FormulaCoefficient(FigureFamily[Polynomial]):
    capability = "ocr"
    image_type = "math_formula"
    answer_kind = "number"
    conditions = knobs(degree=("2", "3"))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Polynomial:
        count = int(condition["degree"]) + 1
        numbers = tuple(rng.choice((-1, 1)) * rng.randint(1, 19) for _ in range(count))
        return Polynomial(f"p(x) = {polynomial(numbers)}", numbers)

    def ask(
        self, rng: random.Random, figure: Polynomial, condition: Mapping[str, str]
    ) -> Asked | None:
        power = rng.randrange(len(figure.coefficients))
        text = f"What is {_POWERS[power]} of the polynomial? Mind its sign."
        return Asked(text, str(figure.coefficients[-1 - power]), ("formula",))


PLUGIN: Final[Family] = FormulaCoefficient()
