"""Following the decisions of a flow chart: "Start with n = 7. Which box do you reach?" → `Pack`."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from generation.canvas import Box
from generation.drawn.figure import Asked, FigureFamily
from generation.drawn.plate import Plate
from generation.drawn.words import distinct
from generation.family import Family
from generation.picture import knobs

ENDS: Final = ("Pack", "Ship", "Sell", "Weigh", "Store", "Paint", "Check", "Label")
_WORDS: Final = {">": "n > {}?", "<": "n < {}?", "even": "n even?"}


@dataclass(frozen=True)
class Decision:
    """`n > 5`, `n < 5` or `n even`; one answer leads to the box at its side, the other down."""

    test: str
    limit: int
    aside: str
    end: str

    @property
    def words(self) -> str:
        return _WORDS[self.test].format(self.limit)

    def holds(self, n: int) -> bool:
        if self.test == "even":
            return n % 2 == 0
        return n > self.limit if self.test == ">" else n < self.limit


@dataclass(frozen=True)
class FlowChart:
    """The decisions from top to bottom, and the box below the last."""

    decisions: tuple[Decision, ...]
    last: str

    @property
    def content(self) -> str:
        said = "; ".join(f"{d.words} {d.aside}: {d.end}" for d in self.decisions)
        return f"flow {said}; else {self.last}"

    def reached(self, n: int) -> str:
        for decision in self.decisions:
            if decision.holds(n) == (decision.aside == "yes"):
                return decision.end
        return self.last

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        x, side, boxes = 130.0, 345.0, dict[str, Box]()
        high = 370 / (len(self.decisions) + 0.5)
        half = min(38.0, high * 0.36)
        plate.text(x, 18, "Start", 18, face="bold")
        for i, decision in enumerate(self.decisions):
            y = 40 + half + i * high
            _arrow(plate, (x, y - high + half if i else 28), (x, y - half))
            shape = [(x - 92, y), (x, y - half), (x + 92, y), (x, y + half)]
            plate.polygon(shape, (255, 244, 214), plate.ink)
            plate.text(x, y, decision.words, 16)
            plate.text(x + 112, y - 12, decision.aside, 15)
            down = "no" if decision.aside == "yes" else "yes"
            plate.text(x + 20, y + half + 11, down, 15)
            _arrow(plate, (x + 92, y), (side - 62, y))
            boxes[decision.end] = _end(plate, side, y, decision.end)
        y = 40 + half + len(self.decisions) * high
        foot = y - high + half
        y = min(y, 424)
        _arrow(plate, (x, foot), (x, y - 18))
        boxes[self.last] = _end(plate, x, y, self.last)
        return boxes


def _end(plate: Plate, x: float, y: float, words: str) -> Box:
    plate.rounded((x - 62, y - 18, x + 62, y + 18), 8, (219, 234, 219), plate.ink)
    return plate.text(x, y, words, 17)


def _arrow(plate: Plate, start: tuple[float, float], end: tuple[float, float]) -> None:
    """A line along an axis with a head."""
    (x, y), across = end, start[1] == end[1]
    head = (
        [(x, y), (x - 10, y - 5), (x - 10, y + 5)]
        if across
        else [(x, y), (x - 5, y - 10), (x + 5, y - 10)]
    )
    plate.line([start, end], plate.ink, 2)
    plate.polygon(head, plate.ink)


class FlowChartEnd(FigureFamily[FlowChart]):
    capability = "logical_reasoning"
    image_type = "diagram"
    conditions = knobs(decisions=("2", "3", "4"))

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> FlowChart:
        count = int(condition["decisions"])
        ends = distinct(rng, ENDS, count + 1)
        tests = [
            Decision(rng.choice(tuple(_WORDS)), rng.randint(3, 17), rng.choice(("yes", "no")), end)
            for end in ends[:-1]
        ]
        return FlowChart(tuple(tests), ends[-1])

    def ask(
        self, rng: random.Random, figure: FlowChart, condition: Mapping[str, str]
    ) -> Asked | None:
        """Every box is as likely to be reached as another, where some number reaches it."""
        ends: dict[str, list[int]] = {}
        for n in range(1, 21):
            ends.setdefault(figure.reached(n), []).append(n)
        if len(ends) < min(3, len(figure.decisions) + 1) or len(
            {d.words for d in figure.decisions}
        ) < len(figure.decisions):
            return None
        end = rng.choice(sorted(ends))
        text = f"Begin at Start with n = {rng.choice(ends[end])}. Which green box do you reach?"
        return Asked(text, end, (end,))


PLUGIN: Final[Family] = FlowChartEnd()
