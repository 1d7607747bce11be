"""Formulas set by matplotlib's mathtext, with what they are worth.

>>> polynomial((2, -1, 3))
'2x^{2} - x + 3'
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from generation.canvas import Box
from generation.drawn.plate import UNITS, Plate, formula_mask

_WIDEST: Final = 420
"""Units that a formula may take across."""


@dataclass(frozen=True)
class Formula:
    """One line of mathematics, in TeX without dollars."""

    tex: str

    @property
    def content(self) -> str:
        return f"formula {self.tex}"

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        tex, size = f"${self.tex}$", rng.uniform(30, 42)
        wide = formula_mask(tex, round(size)).width
        size *= min(1.0, _WIDEST / wide)
        half = min(wide, _WIDEST) / 2
        x, y = rng.uniform(half + 10, UNITS - 10 - half), rng.uniform(90, 358)
        return {"formula": plate.formula(x, y, tex, size)}


def polynomial(coefficients: Sequence[int], letter: str = "x") -> str:
    """TeX of a polynomial, the highest power first; a zero is left out."""
    terms = []
    for i, factor in enumerate(coefficients):
        power = len(coefficients) - 1 - i
        if factor:
            number = "" if abs(factor) == 1 and power else str(abs(factor))
            exponent = f"{letter}^{{{power}}}" if power > 1 else letter if power else ""
            terms.append((factor < 0, f"{number}{exponent}"))
    signs = ["-" if negative else "" for negative, _ in terms[:1]]
    signs += [" - " if negative else " + " for negative, _ in terms[1:]]
    return "".join(sign + text for sign, (_, text) in zip(signs, terms, strict=True))
