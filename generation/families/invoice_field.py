"""Finding a field of an invoice: "What is the due date of the invoice?" → `3 June 2021`."""

import random
from collections.abc import Mapping
from typing import Final

from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.form import Form, compose_invoice
from generation.family import Family
from generation.picture import knobs

FIELDS: Final = {
    "number": ("Invoice no.", "What is the invoice number?"),
    "order": ("Order no.", "What is the order number?"),
    "date": ("Date", "On what date was the invoice written? Give it as printed."),
    "due": ("Due", "When is the invoice due? Give the date as printed."),
    "customer": ("Customer", "Who is the customer?"),
    "amount": ("Amount", "What is the amount of the invoice?"),
}


class InvoiceField(FigureFamily[Form]):
    capability = "document_reading"
    image_type = "text_dense"
    conditions = knobs(field=tuple(FIELDS))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Form:
        return compose_invoice(rng)

    def ask(self, rng: random.Random, figure: Form, condition: Mapping[str, str]) -> Asked | None:
        label, text = FIELDS[condition["field"]]
        return Asked(text, dict(figure.fields)[label], (label,))


PLUGIN: Final[Family] = InvoiceField()
