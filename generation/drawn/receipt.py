"""Till receipts: goods with quantities and prices, a total, what was paid in cash.

>>> compose_receipt(random.Random(0), lines=2).content
'receipt 1 Pears at 3.75; 3 Rice at 5.60; cash 50.00'

They are drawings of receipts: no shop, no tax, no crumpled paper.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from generation.canvas import Box
from generation.drawn.plate import Plate
from generation.drawn.words import GOODS, distinct, price

_NOTES = (500, 1000, 2000, 5000, 10000, 20000)


@dataclass(frozen=True)
class Line:
    """So many pieces at so many cents each."""

    goods: str
    pieces: int
    cents: int

    @property
    def amount(self) -> int:
        return self.pieces * self.cents


@dataclass(frozen=True)
class Receipt:
    """The lines, and what the customer handed over in cents."""

    lines: tuple[Line, ...]
    cash: int

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def content(self) -> str:
        said = "; ".join(f"{li.pieces} {li.goods} at {price(li.cents)}" for li in self.lines)
        return f"receipt {said}; cash {price(self.cash)}"

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        high, face = 30.0, rng.choice(("mono", "sans", "plain"))
        left = rng.uniform(20, 90)
        top, right = rng.uniform(12, 20), left + 335
        bottom = top + high * (len(self.lines) + 5.2)
        plate.rectangle((left, top, right, bottom), fill=(253, 253, 250), outline=(170, 170, 165))
        shop = rng.choice(("CORNER SHOP", "CITY MARKET", "GREEN GROCER"))
        plate.text((left + right) / 2, top + high * 0.8, shop, 20, face="bold")
        boxes, y = {}, top + high * 1.9
        for line in self.lines:
            words = f"{line.pieces} x {line.goods}" if line.pieces > 1 else line.goods
            plate.text(left + 14, y, words, 17, face=face, anchor="lm")
            if line.pieces > 1:
                plate.text(right - 110, y, f"@ {price(line.cents)}", 16, face=face, anchor="rm")
            boxes[line.goods] = plate.text(
                right - 14, y, price(line.amount), 17, face=face, anchor="rm"
            )
            y += high
        plate.line([(left + 12, y - 8), (right - 12, y - 8)], plate.ink, 1.2)
        for name, cents in (("TOTAL", self.total), ("CASH", self.cash)):
            plate.text(left + 14, y + 14, name, 18, face="bold", anchor="lm")
            boxes[name] = plate.text(right - 14, y + 14, price(cents), 18, face="bold", anchor="rm")
            y += high
        return boxes


def compose_receipt(rng: random.Random, lines: int) -> Receipt:
    """A receipt of so many lines, paid with more cash than it needs."""
    goods = distinct(rng, GOODS, lines)
    bought = tuple(
        Line(name, rng.choice((1, 1, 2, 3)), rng.randrange(45, 995, 5)) for name in goods
    )
    total = sum(line.amount for line in bought)
    cash = next(note for note in _NOTES if note > total)
    return Receipt(bought, cash)
