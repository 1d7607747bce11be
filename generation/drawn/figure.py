"""What the families for real models are made of: a figure on a plate, and a question asked of it.

Beside `generation.picture`, whose pictures are drawn at any size down to 48 pixels: a figure holds
print, so it is drawn at 448 pixels and above and refuses less. A figure names what it paints; a
question names where its answer stands, and the boxes come from the painting itself.

    family = families.load("receipt_change")
    figure = family.compose(rng, {"items": "few"})
    family.ask(rng, figure, {"items": "few"})
    Asked(text='The customer paid in cash. How much change is due?', target='3.45', …)
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from blindspot.core.errors import StageError
from blindspot.core.records import AnswerKind
from generation.canvas import Box
from generation.drawn.plate import UNITS, Illegible, Plate
from generation.family import Drawing
from generation.picture import knobs, settled

_ATTEMPTS = 1000


class Figure(Protocol):
    """Something that can be painted on a plate."""

    @property
    def content(self) -> str:
        """All that it says, in words; the unit of reservation."""
        ...

    def paint(self, plate: Plate, rng: random.Random) -> Mapping[str, Box]:
        """Draw it; where each thing that has a name stands, in units. `rng` chooses how it
        looks, never what it says.
        """
        ...


@dataclass(frozen=True)
class Asked:
    """A question about one figure, and its answer."""

    text: str
    target: str
    names: tuple[str, ...] = ()
    """Names of the things in which the answer stands."""
    options: tuple[str, ...] = ()


F = TypeVar("F", bound=Figure)


def within(box: Box, size: int) -> Box:
    """The part of a box in pixels that lies in the picture."""
    x0, y0, x1, y1 = (min(max(edge, 0.0), float(size)) for edge in box)
    return x0, y0, x1, y1


class FigureFamily(Generic[F]):
    """Base of these families; a subclass gives the class attributes, `compose` and `ask`."""

    capability: str
    image_type: str
    answer_kind: AnswerKind = "text"
    conditions: Mapping[str, tuple[str, ...]] = knobs()
    smallest: int = UNITS
    """Least width and height in pixels."""

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> F:
        """A figure that is likely to suit the question."""
        raise NotImplementedError

    def ask(self, rng: random.Random, figure: F, condition: Mapping[str, str]) -> Asked | None:
        """A question about `figure` that meets `condition`, or None if it allows none."""
        raise NotImplementedError

    def draw(self, rng: random.Random, size: int, condition: Mapping[str, str]) -> Drawing:
        """Compose, ask, paint; see `generation.family.Family.draw`. Raises StageError where
        `size` is less than `smallest`.
        """
        self._check(size)
        condition = settled(rng, self.conditions, condition)
        for _ in range(_ATTEMPTS):
            figure = self.compose(rng, condition)
            asked = self.ask(rng, figure, condition)
            if asked is None:
                continue
            drawing = self._drawing(rng.getrandbits(64), size, figure, asked, condition)
            if drawing is not None:
                return drawing
        raise RuntimeError(f"no figure for {condition} in {_ATTEMPTS} attempts of {self!r}")

    def _check(self, size: int) -> None:
        if size < self.smallest:
            raise StageError(
                f"The drawing family '{type(self).__module__.rsplit('.', 1)[-1]}'",
                f"at {size} pixels its print cannot be read, it needs {self.smallest}",
                f"Set size = {self.smallest} or more in generation.sources, or name other families",
            )

    def _drawing(
        self, look: int, size: int, figure: F, asked: Asked, condition: Mapping[str, str]
    ) -> Drawing | None:
        """The drawing, or None where its print could not be read."""
        rng = random.Random(look)
        plate = Plate(size, rng)
        boxes = figure.paint(plate, rng)
        try:
            image = plate.finish()
        except Illegible:
            return None
        return Drawing(
            image=image,
            question=asked.text,
            target=asked.target,
            answer_kind=self.answer_kind,
            content=figure.content,
            attributes=dict(condition),
            evidence=tuple(within(plate.pixels(boxes[name]), size) for name in asked.names),
            options=asked.options,
        )
