"""Working out the change on a receipt: total 16.55, cash 20.00 → `3.45`, which is not printed."""

import random
from collections.abc import Mapping
from typing import Final

from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.receipt import Receipt, compose_receipt
from generation.drawn.words import price
from generation.family import Family
from generation.picture import knobs

LINES: Final = {"few": (2, 3), "many": (6, 8)}


class ReceiptChange(FigureFamily[Receipt]):
    capability = "arithmetic"
    image_type = "text_dense"
    answer_kind = "number"
    conditions = knobs(items=tuple(LINES))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Receipt:
        return compose_receipt(rng, rng.randint(*LINES[condition["items"]]))

    def ask(
        self, rng: random.Random, figure: Receipt, condition: Mapping[str, str]
    ) -> Asked | None:
        text = "The customer paid in cash. How much change is due?"
        return Asked(text, price(figure.cash - figure.total), ("TOTAL", "CASH"))


PLUGIN: Final[Family] = ReceiptChange()
