"""What a family of the `programmatic` source is made of: a picture, and a question asked of it.

A picture (a scene, a chart, a line of letters, a clock) is a description; painting it adds shades
of colour and nothing else. A `PictureFamily` composes a picture in which its question can be asked,
asks it, and paints. The two halves stand apart because a trainer can ask many families about one
picture.

    >>> family = load("color")
    >>> scene = family.compose(rng, {})
    >>> family.ask(rng, scene, {})
    Question(text='What color is the circle?', target='red', attributes={}, evidence=(...))
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Generic, Protocol, TypeVar

from PIL import Image

from blindspot.core.records import AnswerKind
from generation.canvas import Box, Part, to_pixels
from generation.family import Drawing

_ATTEMPTS = 1000


class Picture(Protocol):
    """Something that can be painted at any size."""

    @property
    def content(self) -> str:
        """What it shows, in words; the unit of reservation."""
        ...

    @property
    def parts(self) -> tuple[Part, ...]:
        """Everything in it, with its relative box."""
        ...

    def paint(self, rng: random.Random, size: int) -> Image.Image:
        """Draw it at `size` × `size` pixels; `rng` chooses the shades."""
        ...


@dataclass(frozen=True)
class Question:
    """A question about one picture, and its answer."""

    text: str
    target: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    evidence: tuple[Box, ...] = ()
    """Relative boxes where the answer stands."""


P = TypeVar("P", bound=Picture)


def knobs(**values: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """The conditions of a family, e.g. ``knobs(bars=("3", "4"))``."""
    return MappingProxyType(values)


def settled(
    rng: random.Random, conditions: Mapping[str, tuple[str, ...]], condition: Mapping[str, str]
) -> dict[str, str]:
    """Every knob of `conditions` with a value: those of `condition`, the others drawn. Raises
    ValueError for a knob or value that there is not.
    """
    for knob, value in condition.items():
        if value not in conditions.get(knob, ()):
            known = "; ".join(f"{k}={'|'.join(v)}" for k, v in conditions.items())
            raise ValueError(f"{knob}={value} is no condition here; there are: {known or 'none'}")
    return {k: condition.get(k) or rng.choice(values) for k, values in conditions.items()}


class PictureFamily(Generic[P]):
    """Base of the families; a subclass gives the class attributes, `compose` and `ask`."""

    capability: str
    image_type: str
    answer_kind: AnswerKind = "text"
    conditions: Mapping[str, tuple[str, ...]] = knobs()

    def compose(self, rng: random.Random, condition: Mapping[str, str]) -> P:
        """A picture that is likely to suit the question."""
        raise NotImplementedError

    def ask(self, rng: random.Random, picture: P, condition: Mapping[str, str]) -> Question | None:
        """A question about `picture` that meets `condition`, or None if it allows none."""
        raise NotImplementedError

    def draw(self, rng: random.Random, size: int, condition: Mapping[str, str]) -> Drawing:
        """Compose, ask, paint; see `generation.family.Family.draw`."""
        condition = self.settle(rng, condition)
        for _ in range(_ATTEMPTS):
            picture = self.compose(rng, condition)
            question = self.ask(rng, picture, condition)
            if question is not None:
                return self._drawing(rng, size, picture, question)
        raise RuntimeError(f"no picture for {condition} in {_ATTEMPTS} attempts of {self!r}")

    def settle(self, rng: random.Random, condition: Mapping[str, str]) -> dict[str, str]:
        """Every knob with a value: those of `condition`, the others drawn."""
        return settled(rng, self.conditions, condition)

    def _drawing(self, rng: random.Random, size: int, picture: P, question: Question) -> Drawing:
        return Drawing(
            image=picture.paint(rng, size),
            question=question.text,
            target=question.target,
            answer_kind=self.answer_kind,
            content=picture.content,
            attributes=dict(question.attributes),
            evidence=tuple(to_pixels(box, size) for box in question.evidence),
        )
