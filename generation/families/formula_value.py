"""Evaluating a printed formula: "What is f(x) for x = 3?" → `20`; always a whole number."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.formula import Formula, polynomial
from generation.family import Family
from generation.picture import knobs


@dataclass(frozen=True)
class Function(Formula):
    """With a number to put in, and what comes out."""

    x: int
    value: int


class FormulaValue(FigureFamily[Function]):
    capability = "math_reasoning"
    image_type = "math_formula"
    answer_kind = "number"
    conditions = knobs(form=("linear", "quadratic", "fraction", "root"))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Function:
        x, form = rng.randint(2, 6), condition["form"]
        a, b, c = (rng.choice((-1, 1)) * rng.randint(1, 9) for _ in "abc")
        if form == "linear":
            return Function(f"f(x) = {polynomial((a, b))}", x, a * x + b)
        if form == "quadratic":
            return Function(f"f(x) = {polynomial((a, b, c))}", x, a * x * x + b * x + c)
        if form == "fraction":
            return _fraction(rng, x, abs(a), b)
        return _root(rng, x, abs(a))

    def ask(
        self, rng: random.Random, figure: Function, condition: Mapping[str, str]
    ) -> Asked | None:
        text = f"What is the value of f(x) for x = {figure.x}?"
        return Asked(text, str(figure.value), ("formula",))


def _fraction(rng: random.Random, x: int, a: int, b: int) -> Function:
    """A fraction that comes out even at `x`."""
    under, value = x + rng.randint(1, 5), rng.randint(2, 9)
    above = f"{polynomial((a, value * under - a * x))}"
    return Function(f"f(x) = \\frac{{{above}}}{{{polynomial((1, under - x))}}}", x, value)


def _root(rng: random.Random, x: int, a: int) -> Function:
    """A square root that comes out even at `x`, and a term beside it."""
    root, term = rng.randint(2, 12), rng.choice((-1, 1)) * rng.randint(1, 5)
    inner = polynomial((a, root * root - a * x))
    beside = polynomial((term, 0))
    sign = "" if term < 0 else "+ "
    tex = f"f(x) = \\sqrt{{{inner}}} {sign}{beside}"
    return Function(tex, x, root + term * x)


PLUGIN: Final[Family] = FormulaValue()
