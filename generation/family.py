"""What the `programmatic` source draws: one family a file under `families/`, its answers true
by construction.

A family makes one kind of question (a *capability* on an *image type*) at any picture size. Its
knobs are its *conditions*, the attribute values that a diagnosis may single out ("charts with
four bars"). What a picture says, as opposed to how it is rendered, is its *content*; a fifth of
all contents is reserved for benchmarks and never drawn for training, so that a gain on the
benchmark is not a memory of the training set.

    >>> drawing = draw(load("chart_extremum"), seed="demo-7", size=96, condition={"bars": "4"})
    >>> drawing.question, drawing.target, drawing.attributes
    ('Which bar is the tallest?', 'red', {'bars': '4'})

"""

import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from PIL import Image

from blindspot.core.records import AnswerKind
from blindspot.core.registry import Registry

Box = tuple[float, float, float, float]

RESERVED_SHARE: Final = 0.2
"""Share of contents that only benchmarks draw."""

_ATTEMPTS: Final = 1000


@dataclass(frozen=True)
class Drawing:
    """One picture with one question about it."""

    image: Image.Image
    question: str
    target: str
    answer_kind: AnswerKind
    content: str
    """What the picture says, in words; two renderings of the same scene share it."""
    attributes: Mapping[str, str]
    """The conditions that this drawing meets, e.g. ``{"bars": "4"}``."""
    evidence: tuple[Box, ...] = ()
    """Where the answer stands in the picture: (x0, y0, x1, y1) in pixels, y downwards."""
    options: tuple[str, ...] = field(default=())


class Family(Protocol):
    """One kind of question. `conditions` maps each knob to the values it can take, all as text."""

    @property
    def capability(self) -> str: ...
    @property
    def image_type(self) -> str: ...
    @property
    def conditions(self) -> Mapping[str, tuple[str, ...]]: ...
    def draw(self, rng: random.Random, size: int, condition: Mapping[str, str]) -> Drawing:
        """Draw at `size` × `size` pixels. `condition` fixes some knobs; the others are drawn
        from `rng`.

        All randomness comes from `rng`, so that equal seeds give equal pixels.
        """
        ...


families: Final = Registry[Family]("generation.families")


def smallest(family: Family) -> int:
    """Least width and height in pixels that a family draws at; 0 where it draws at any."""
    return getattr(family, "smallest", 0)


def is_reserved(content: str) -> bool:
    """Whether a content belongs to the fifth that only benchmarks may show."""
    bucket = int.from_bytes(hashlib.sha256(content.encode()).digest()[:4], "big") / 2**32
    return bucket < RESERVED_SHARE


def draw(
    family: Family,
    seed: str,
    size: int,
    condition: Mapping[str, str] | None = None,
    *,
    reserved: bool = False,
) -> Drawing:
    """Draw one picture whose content is on the wanted side of the reservation. Same arguments,
    same pixels.
    """
    for attempt in range(_ATTEMPTS):
        drawing = family.draw(random.Random(f"{seed}/{attempt}"), size, condition or {})
        if is_reserved(drawing.content) == reserved:
            return drawing
    raise RuntimeError(
        f"no {'reserved ' if reserved else ''}content of {family!r} in {_ATTEMPTS} draws"
    )
