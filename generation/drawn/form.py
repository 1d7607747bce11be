"""Forms with labelled fields: invoices and membership cards, two dates and two numbers on each, so
that a field is found by its label and not by its looks.

    >>> dict(compose_card(random.Random(0)).fields)["Member no."]
    '141 365'

They are drawings of documents: nobody's data, no stamps, no handwriting.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from generation.canvas import Box
from generation.drawn.plate import Plate
from generation.drawn.words import FIRST_NAMES, LAST_NAMES, MONTHS, TINTS, TOWNS


@dataclass(frozen=True)
class Form:
    """What kind of form it is, and its fields from top to bottom."""

    kind: str
    fields: tuple[tuple[str, str], ...]

    @property
    def content(self) -> str:
        return f"{self.kind} {'; '.join(f'{label}={value}' for label, value in self.fields)}"

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        portrait = self.kind == "card"
        high = rng.uniform(36, 42)
        top, left, right = rng.uniform(30, 60), 24.0, 424.0
        bottom = top + 60 + high * len(self.fields)
        plate.rounded((left, top, right, bottom), 10, (252, 252, 250), (130, 130, 130))
        band = rng.choice([TINTS[name] for name in ("red", "blue", "purple", "brown")])
        title = "MEMBERSHIP CARD" if portrait else "INVOICE"
        plate.rectangle((left + 8, top + 8, right - 8, top + 42), fill=band)
        plate.text((left + right) / 2, top + 25, title, 20, (255, 255, 255), "bold")
        if portrait:
            _portrait(plate, right - 66, top + 105)
        at = left + rng.uniform(118, 130)
        boxes = {}
        for i, (label, value) in enumerate(self.fields):
            y = top + 66 + i * high
            plate.text(left + 14, y, label, 16, (75, 75, 75), "sans", "lm")
            boxes[label] = plate.text(at, y, value, 18, anchor="lm")
        return boxes


def compose_invoice(rng: random.Random) -> Form:
    """An invoice with a number, an order number, two dates, a customer and an amount."""
    fields = [
        ("Invoice no.", f"INV-{rng.randint(1000, 9999)}"),
        ("Order no.", f"ORD-{rng.randint(1000, 9999)}"),
        ("Date", _date(rng, (2018, 2021))),
        ("Due", _date(rng, (2022, 2024))),
        ("Customer", _person(rng)),
        ("Town", rng.choice(TOWNS)),
        ("Amount", f"{rng.randint(20, 999)}.{rng.randint(0, 99):02d}"),
    ]
    rng.shuffle(fields)
    return Form("invoice", tuple(fields))


def compose_card(rng: random.Random) -> Form:
    """A membership card with a name, two numbers and two dates."""
    fields = [
        ("Name", _person(rng)),
        ("Member no.", f"{rng.randint(100, 999)} {rng.randint(100, 999)}"),
        ("Locker", f"{rng.choice('ABCDEFGH')}{rng.randint(10, 99)}"),
        ("Born", _date(rng, (1950, 2005))),
        ("Expires", _date(rng, (2026, 2032))),
        ("Club", rng.choice(TOWNS)),
    ]
    rng.shuffle(fields)
    return Form("card", tuple(fields))


def _person(rng: random.Random) -> str:
    return f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}"


def _date(rng: random.Random, years: tuple[int, int]) -> str:
    return f"{rng.randint(1, 28)} {rng.choice(MONTHS)} {rng.randint(*years)}"


def _portrait(plate: Plate, x: float, y: float) -> None:
    """A head and shoulders where the photograph would be."""
    plate.rectangle((x - 42, y - 50, x + 42, y + 54), fill=(214, 224, 234), outline=(130, 130, 130))
    plate.disc(x, y - 12, 20, (190, 150, 120))
    shoulders = [(x - 34, y + 52), (x - 20, y + 16), (x + 20, y + 16), (x + 34, y + 52)]
    plate.polygon(shoulders, (90, 100, 120))
