"""Reading what stands on a membership card: "What is the member number?" → `417 902`."""

import random
from collections.abc import Mapping
from typing import Final

from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.form import Form, compose_card
from generation.family import Family
from generation.picture import knobs

FIELDS: Final = {
    "name": ("Name", "What name is written on the card?"),
    "number": ("Member no.", "What member number is written on the card?"),
    "locker": ("Locker", "What locker is written on the card?"),
    "born": ("Born", "What date of birth is written on the card?"),
    "expires": ("Expires", "Until what date is the card valid?"),
}


class CardField(FigureFamily[Form]):
    capability = "ocr"
    image_type = "text_dense"
    conditions = knobs(field=tuple(FIELDS))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Form:
        return compose_card(rng)

    def ask(self, rng: random.Random, figure: Form, condition: Mapping[str, str]) -> Asked | None:
        label, text = FIELDS[condition["field"]]
        return Asked(text, dict(figure.fields)[label], (label,))


PLUGIN: Final[Family] = CardField()
