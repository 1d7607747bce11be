"""Finding one line of a receipt: "What was paid for Honey altogether?" → `5.90`."""

import random
from collections.abc import Mapping
from typing import Final

from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.receipt import Receipt, compose_receipt
from generation.drawn.words import price
from generation.families.receipt_change import LINES
from generation.family import Family
from generation.picture import knobs


class ReceiptItem(FigureFamily[Receipt]):
    capability = "document_reading"
    image_type = "text_dense"
    answer_kind = "number"
    conditions = knobs(items=tuple(LINES))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Receipt:
        return compose_receipt(rng, rng.randint(*LINES[condition["items"]]))

    def ask(
        self, rng: random.Random, figure: Receipt, condition: Mapping[str, str]
    ) -> Asked | None:
        line = rng.choice(figure.lines)
        text = f"What was paid for {line.goods} altogether?"
        return Asked(text, price(line.amount), (line.goods,))


PLUGIN: Final[Family] = ReceiptItem()
