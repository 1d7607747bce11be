"""Looking a number up in a table: "How many units of Pears were sold on Tue?" → `47`."""

import random
from collections.abc import Mapping
from typing import Final

from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.table import Table, compose_table
from generation.family import Family
from generation.picture import knobs

ROWS: Final = {"few": (3, 4), "many": (7, 8)}


class TableLookup(FigureFamily[Table]):
    capability = "document_reading"
    image_type = "text_dense"
    answer_kind = "number"
    conditions = knobs(rows=tuple(ROWS))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Table:
        return compose_table(rng, rng.choice(ROWS[condition["rows"]]), rng.choice((3, 4)))

    def ask(self, rng: random.Random, figure: Table, condition: Mapping[str, str]) -> Asked | None:
        row, column = rng.choice(figure.rows), rng.choice(figure.columns)
        text = f"The table gives sales by day. How many units of {row} were sold on {column}?"
        return Asked(text, str(figure.cells[row, column]), (f"{row} {column}",))


PLUGIN: Final[Family] = TableLookup()
