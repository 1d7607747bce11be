"""Lettering: one line of print somewhere on a sheet: a number, a word, a formula.

Glyphs are set one by one where a line of the same proportions would have them at any size, so that
their boxes do not depend on it.

    >>> compose_lettering(random.Random(0), "47", height=(0.5, 0.54), says="digits").content
    'digits 47'
"""

import random
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

from PIL import Image

from generation.canvas import Box, Part, dark, font, pen, sheet

_REFERENCE: Final = 480
"""Pixels at which a line is measured."""
_ROOM: Final = 0.96
_EDGE: Final = 0.02


@dataclass(frozen=True)
class Lettering:
    """`text` in a font of relative `height`; `across` and `down` (0 to 1) say where in the room
    that it leaves."""

    text: str
    height: float
    across: float
    down: float
    says: str
    """What kind of text it is, the first word of the content."""

    @property
    def content(self) -> str:
        return f"{self.says} {self.text}"

    @property
    def parts(self) -> tuple[Part, ...]:
        pairs = zip(self.text, self.boxes, strict=True)
        return tuple(Part({"glyph": glyph}, box) for glyph, box in pairs if glyph != " ")

    @property
    def box(self) -> Box:
        """The box around the whole line."""
        boxes = self.boxes
        return boxes[0][0], boxes[0][1], boxes[-1][2], boxes[-1][3]

    @cached_property
    def boxes(self) -> list[Box]:
        """The box of every glyph: as wide as its advance, as high as the line."""
        above, below, edges = self._measures
        left = _EDGE + self.across * max(0.0, _ROOM - edges[-1])
        top = _EDGE + self.down * max(0.0, _ROOM - (below - above))
        bottom = top + below - above
        return [(left + x0, top, left + x1, bottom) for x0, x1 in pairwise(edges)]

    def paint(self, rng: random.Random, size: int) -> Image.Image:
        image, color, face = sheet(rng, size), dark(rng), font(round(self.height * size))
        baseline = self.boxes[0][1] - self._measures[0]
        for glyph, (left, _, _, _) in zip(self.text, self.boxes, strict=True):
            at = (round(left * size), round(baseline * size))
            pen(image).text(at, glyph, font=face, fill=color, anchor="ls")
        return image

    @cached_property
    def _measures(self) -> tuple[float, float, list[float]]:
        """Top and bottom of the ink from the baseline, and the edges between the glyphs from the
        left."""
        face = font(round(self.height * _REFERENCE))
        _, above, _, below = face.getbbox(self.text, anchor="ls")
        lengths = [face.getlength(self.text[:end]) for end in range(len(self.text) + 1)]
        return above / _REFERENCE, below / _REFERENCE, [edge / _REFERENCE for edge in lengths]


def compose_lettering(
    rng: random.Random, text: str, height: tuple[float, float], says: str
) -> Lettering:
    """`text` anywhere on the sheet, in a height between the two given."""
    return Lettering(text, rng.uniform(*height), rng.random(), rng.random(), says)
