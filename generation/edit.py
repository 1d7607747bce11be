"""Image edits: the contract of the files under `edits/`.

    >>> load("crop").apply(image, {"box": [0.1, 0.1, 0.9, 0.9]}, random.Random(0)).image.size
    (358, 358)

An edit is decided by its arguments and the random source alone. It says what becomes of an answer
that was known before (its *effect*) and where a box of the old picture lies in the new one.
Coordinates in arguments are relative, 0 to 1, y downwards; boxes of evidence are pixels.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from PIL import Image

from blindspot.core.registry import Registry
from generation.family import Box

Effect = Literal["keeps", "may change", "destroys"]
"""What an edit does to a known answer: it is what it was, it must be found anew, or the picture no
longer shows it.
"""


@dataclass(frozen=True)
class Edited:
    """A picture after an edit."""

    image: Image.Image
    effect: Effect
    box: Callable[[Box], Box | None]
    """Where a box of the old picture lies in the new one, in pixels; None where it is gone."""


class ImageEdit(Protocol):
    """Contract of a file under `edits/`: `PLUGIN: Final[ImageEdit]`."""

    @property
    def about(self) -> str:
        """One sentence for the image editor: what it does, and what for."""
        ...

    @property
    def arguments(self) -> Mapping[str, Any]:
        """JSON Schema of its arguments, by name."""
        ...

    def apply(
        self,
        image: Image.Image,
        arguments: Mapping[str, Any],
        rng: random.Random,
        evidence: Sequence[Box] = (),
        others: Sequence[Image.Image] = (),
    ) -> Edited:
        """Edit a picture. `evidence`: where the answer stands, if that is known; `others`: further
        pictures, of which a collage is made. Raises ValueError for arguments that make no sense.
        """
        ...


edits: Final = Registry[ImageEdit]("generation.edits")
