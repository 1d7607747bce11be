"""Adding numbers of one row of a table: "How many units of Pears were sold on Tue and Fri
together?" → `81`."""

import random
from collections.abc import Mapping
from typing import Final

from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.table import Table, compose_table
from generation.family import Family
from generation.picture import knobs


class TableSum(FigureFamily[Table]):
    capability = "arithmetic"
    image_type = "text_dense"
    answer_kind = "number"
    conditions = knobs(terms=("2", "3"))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Table:
        return compose_table(rng, rng.randint(3, 6), rng.choice((3, 4)))

    def ask(self, rng: random.Random, figure: Table, condition: Mapping[str, str]) -> Asked | None:
        row = rng.choice(figure.rows)
        days = sorted(rng.sample(figure.columns, int(condition["terms"])), key=figure.columns.index)
        total = sum(figure.cells[row, day] for day in days)
        listed = f"{', '.join(days[:-1])} and {days[-1]}"
        text = (
            f"The table gives sales by day. How many units of {row} were sold on {listed} together?"
        )
        return Asked(text, str(total), tuple(f"{row} {day}" for day in days))


PLUGIN: Final[Family] = TableSum()
