"""A page whose chart and text are needed together: units by month from the bars, the price of one
from the line above → `takings = units × price`."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from generation.canvas import Box
from generation.drawn.axes import Axes
from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.plate import Plate
from generation.drawn.words import GOODS, SHORT_MONTHS, TINTS
from generation.family import Family
from generation.picture import knobs

_DECOYS: Final = (
    "Staff in the shop: {}", "Days open each month: {}", "Deliveries each month: {}"
)  # fmt: skip


@dataclass(frozen=True)
class Report:
    """Units sold by month, the price of one in whole euros, and a number without use here."""

    goods: str
    units: Mapping[str, int]
    euros: int
    decoy: str

    @property
    def content(self) -> str:
        said = " ".join(f"{month}={units}" for month, units in self.units.items())
        return f"report {self.goods} {said} at {self.euros}; {self.decoy}"

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        left = rng.uniform(56, 66)
        plate.text(224, 24, f"{self.goods}: sales report", 21, face="bold")
        lines = [f"Price of one pack: {self.euros} euros", self.decoy]
        ordered = rng.sample(lines, 2)
        boxes = {
            line: plate.text(left - 30, 62 + 26 * i, line, 17, anchor="lm")
            for i, line in enumerate(ordered)
        }
        boxes = {"price": boxes[lines[0]]}
        plate.text(left + 50, 122, "Packs sold by month", 16)
        axes = Axes((left, 142, 430, 406), 100, 10)
        axes.paint(plate, tuple(self.units))
        tint, half = (
            TINTS[rng.choice(("red", "green", "blue", "purple", "brown"))],
            180 / len(self.units) * 0.6,
        )
        for x, (month, units) in zip(axes.slots(len(self.units)), self.units.items(), strict=True):
            bar = (x - half, axes.y(units), x + half, axes.y(0))
            boxes[month] = plate.rectangle(bar, fill=tint)
        return boxes


class ReportPage(FigureFamily[Report]):
    capability = "arithmetic"
    image_type = "mixed"
    answer_kind = "number"
    conditions = knobs(months=("one", "two"))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Report:
        count = rng.randint(3, 6)
        first = rng.randint(0, 12 - count)
        units = {m: rng.randrange(10, 100, 10) for m in SHORT_MONTHS[first : first + count]}
        decoy = rng.choice(_DECOYS).format(rng.randint(11, 28))
        return Report(rng.choice(GOODS), units, rng.randint(2, 9), decoy)

    def ask(self, rng: random.Random, figure: Report, condition: Mapping[str, str]) -> Asked | None:
        months = list(figure.units)
        if condition["months"] == "one":
            asked = [rng.choice(months)]
        else:
            asked = sorted(rng.sample(months, 2), key=months.index)
        total = figure.euros * sum(figure.units[month] for month in asked)
        when = " and ".join(asked) + (" together" if len(asked) == 2 else "")
        text = f"How many euros did the sales of {figure.goods} bring in {when}?"
        return Asked(text, str(total), (*asked, "price"))


PLUGIN: Final[Family] = ReportPage()
