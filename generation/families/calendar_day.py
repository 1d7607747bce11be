"""The weekday of a date on a calendar sheet: "On which weekday is 14 May?" → `Friday`; or of a date
in the week after its last."""

import calendar
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from generation.canvas import Box
from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.plate import Plate
from generation.drawn.words import DAYS, MONTHS, TINTS, WEEKDAYS
from generation.family import Family
from generation.picture import knobs


@dataclass(frozen=True)
class Sheet:
    """One month; weeks begin on Monday or on Sunday."""

    year: int
    month: int
    first: int
    """Weekday of the first column, 0 for Monday."""

    @property
    def content(self) -> str:
        return f"calendar {self.year}-{self.month:02d} from {DAYS[self.first]}"

    @property
    def days(self) -> int:
        return calendar.monthrange(self.year, self.month)[1]

    def weekday(self, day: int) -> str:
        return WEEKDAYS[calendar.weekday(self.year, self.month, 1 + (day - 1) % 28)]

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        band, boxes = TINTS[rng.choice(("red", "blue", "purple", "brown"))], {}
        left, top = rng.uniform(14, 34), rng.uniform(20, 44)
        plate.rectangle((left, top, left + 400, top + 372), (253, 253, 253), (120, 120, 120))
        plate.rectangle((left, top, left + 400, top + 52), fill=band)
        title = f"{MONTHS[self.month - 1]} {self.year}"
        plate.text(left + 200, top + 26, title, 24, (255, 255, 255), "bold")
        for i in range(7):
            name = DAYS[(self.first + i) % 7]
            boxes[name] = plate.text(left + 8 + 55 * (i + 0.5), top + 76, name, 17, face="bold")
        for j, week in enumerate(
            calendar.Calendar(self.first).monthdayscalendar(self.year, self.month)
        ):
            for i, day in enumerate(week):
                if day:
                    x, y = left + 8 + 55 * (i + 0.5), top + 116 + 46 * j
                    boxes[str(day)] = plate.text(x, y, str(day), 19)
        return boxes


class CalendarDay(FigureFamily[Sheet]):
    capability = "document_reading"
    image_type = "everyday_object"
    conditions = knobs(date=("printed", "next_month"), week=("from_monday", "from_sunday"))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> Sheet:
        first = 0 if condition["week"] == "from_monday" else 6
        return Sheet(rng.randint(1990, 2039), rng.randint(1, 12), first)

    def ask(self, rng: random.Random, figure: Sheet, condition: Mapping[str, str]) -> Asked | None:
        if condition["date"] == "printed":
            day = rng.randint(1, figure.days)
            name = figure.weekday(day)
            text = f"On which weekday is {day} {MONTHS[figure.month - 1]}?"
            return Asked(text, name, (str(day), name[:3]))
        day = rng.randint(1, 9)
        name = figure.weekday(figure.days + day)
        text = f"On which weekday is {day} {MONTHS[figure.month % 12]}, in the month that follows?"
        return Asked(text, name, (str(figure.days),))


PLUGIN: Final[Family] = CalendarDay()
