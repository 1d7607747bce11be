"""What figures are drawn on: a plate of 448 × 448 units at any pixel size from 448 up, and the
check that its lettering can be read.

Shapes are drawn at twice the pixels and reduced, letters at the pixels that they keep. Every text
that is set is remembered with the box of its ink, so that `finish` can refuse a plate on which one
is too small, too pale against what lies under it, cut off, or across another.

    >>> plate = Plate(448, random.Random(0))
    >>> plate.text(224, 40, "Total", size=20)
    (198.0, 30.0, 250.0, 49.0)
    >>> plate.finish().size
    (448, 448)

It knows nothing of questions, and it does not move what does not fit: who draws composes anew.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from generation.canvas import Box, Ink, font
from generation.drawn.contrast import contrast

UNITS: Final = 448
"""Width and height of every plate in units, and the smallest number of pixels it is drawn at."""

SMALLEST_GLYPH: Final = 10
"""Least height of a digit in pixels."""

LEAST_CONTRAST: Final = 4.5
"""Least contrast ratio of letters against each pixel under them: level AA of WCAG 2."""

PAD: Final = 2.0
"""Units that the box of a text leaves around its ink."""

FACES: Final = {
    "sans": "DejaVuSans.ttf",
    "bold": "DejaVuSans-Bold.ttf",
    "serif": "DejaVuSerif.ttf",
    "mono": "DejaVuSansMono.ttf",
}
"""Fonts that come with matplotlib; `plain` is the one that comes with Pillow."""

_FINE: Final = 2
_SCRIPT: Final = 0.49
"""Height of the smallest digit of a formula (an index) as a share of its font size."""


class Illegible(Exception):
    """A plate whose lettering cannot be read; it is composed anew, never shown."""


@dataclass(frozen=True)
class Text:
    """One text of a plate, in pixels."""

    words: str
    at: tuple[int, int]
    """Where its anchor stands, or the top left corner of its mask."""
    anchor: str
    face: ImageFont.FreeTypeFont | None
    """None where `mask` holds the ink."""
    mask: Image.Image | None
    ink: Ink
    glyph: float
    """Height of its smallest digit."""
    box: Box
    """Around its ink."""


class Plate:
    """A picture in the making; all coordinates and widths in units, y downwards."""

    def __init__(self, size: int, rng: random.Random) -> None:
        self.scale = size / UNITS
        self.paper: Ink = _paper(rng)
        self.ink: Ink = (rng.randint(0, 50), rng.randint(0, 50), rng.randint(0, 60))
        self.face = rng.choice(("plain", "sans", "serif"))
        self.texts: list[Text] = []
        self._fine = Image.new("RGB", (_FINE * size, _FINE * size), self.paper)
        self._pen = ImageDraw.Draw(self._fine)

    def rectangle(
        self, box: Box, fill: Ink | None = None, outline: Ink | None = None, width: float = 1.5
    ) -> Box:
        self._pen.rectangle(self._box(box), fill, outline, self._width(width))
        return box

    def rounded(self, box: Box, radius: float, fill: Ink, outline: Ink | None = None) -> Box:
        edge = self._width(1.5)
        self._pen.rounded_rectangle(self._box(box), self._length(radius), fill, outline, edge)
        return box

    def ellipse(
        self, box: Box, fill: Ink | None = None, outline: Ink | None = None, width: float = 1.5
    ) -> Box:
        self._pen.ellipse(self._box(box), fill, outline, self._width(width))
        return box

    def disc(self, x: float, y: float, radius: float, fill: Ink, outline: Ink | None = None) -> Box:
        return self.ellipse((x - radius, y - radius, x + radius, y + radius), fill, outline)

    def sector(self, box: Box, start: float, end: float, fill: Ink, outline: Ink) -> None:
        """A slice of the ellipse in `box`; degrees clockwise from three o'clock."""
        self._pen.pieslice(self._box(box), start, end, fill, outline, self._width(1.5))

    def arc(self, box: Box, start: float, end: float, color: Ink, width: float = 1.5) -> None:
        self._pen.arc(self._box(box), start, end, color, self._width(width))

    def line(self, points: Sequence[tuple[float, float]], color: Ink, width: float = 1.5) -> Box:
        ends = [(self._length(x), self._length(y)) for x, y in points]
        self._pen.line(ends, color, self._width(width), joint="curve")
        x0, y0, x1, y1 = around(points)
        return x0 - width, y0 - width, x1 + width, y1 + width

    def polygon(
        self, points: Sequence[tuple[float, float]], fill: Ink | None, outline: Ink | None = None
    ) -> Box:
        corners = [(self._length(x), self._length(y)) for x, y in points]
        self._pen.polygon(corners, fill, outline, self._width(1.5))
        return around(points)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float = 17,
        ink: Ink | None = None,
        face: str | None = None,
        anchor: str = "mm",
    ) -> Box:
        """Set a line of text with the font at `size` units; the box around it in units."""
        type_ = typeface(face or self.face, round(size * self.scale))
        at = (round(x * self.scale), round(y * self.scale))
        box = _box_of(words, type_, at, anchor)
        _, top, _, bottom = type_.getbbox("0")
        text = Text(words, at, anchor, type_, None, ink or self.ink, bottom - top, box)
        return self._set(text)

    def formula(self, x: float, y: float, tex: str, size: float = 34) -> Box:
        """Set matplotlib's mathtext around (x, y); the box around it in units."""
        mask = formula_mask(tex, round(size * self.scale))
        left = round(x * self.scale - mask.width / 2)
        top = round(y * self.scale - mask.height / 2)
        box = (left, top, left + mask.width, top + mask.height)
        glyph = _SCRIPT * size * self.scale
        return self._set(Text(tex, (left, top), "la", None, mask, self.ink, glyph, box))

    def bare(self) -> Image.Image:
        """The picture without its lettering."""
        return self._fine.reduce(_FINE)

    def finish(self) -> Image.Image:
        """The picture. Raises Illegible where a text of it cannot be read."""
        image = self.bare()
        fault = illegible(self.texts, image)
        if fault:
            raise Illegible(fault)
        drawer = ImageDraw.Draw(image)
        for text in self.texts:
            if text.mask is not None:
                image.paste(text.ink, text.at, text.mask)
            else:
                drawer.text(text.at, text.words, text.ink, text.face, text.anchor)
        return image

    def pixels(self, box: Box) -> Box:
        """A box in units, in pixels."""
        x0, y0, x1, y1 = (edge * self.scale for edge in box)
        return x0, y0, x1, y1

    def _set(self, text: Text) -> Box:
        self.texts.append(text)
        x0, y0, x1, y1 = (edge / self.scale for edge in text.box)
        return x0 - PAD, y0 - PAD, x1 + PAD, y1 + PAD

    def _length(self, units: float) -> float:
        return units * self.scale * _FINE

    def _width(self, units: float) -> int:
        return max(1, round(self._length(units)))

    def _box(self, box: Box) -> Box:
        x0, y0, x1, y1 = (self._length(edge) for edge in box)
        return x0, y0, x1, y1


def illegible(texts: Sequence[Text], under: Image.Image) -> str:
    """Why the first text that cannot be read cannot be, or nothing. `under` is the picture without
    lettering.
    """
    pixels = np.asarray(under)
    for number, text in enumerate(texts):
        x0, y0, x1, y1 = text.box
        if text.glyph < SMALLEST_GLYPH:
            return f"'{text.words}' is {text.glyph:.0f} pixels high"
        if x0 < 1 or y0 < 1 or x1 > under.width - 1 or y1 > under.height - 1:
            return f"'{text.words}' is cut off"
        if contrast(text.ink, pixels[int(y0) : int(y1) + 1, int(x0) : int(x1) + 1]) < (
            LEAST_CONTRAST
        ):
            return f"'{text.words}' is too pale"
        if any(overlap(text.box, other.box) for other in texts[:number]):
            return f"'{text.words}' lies across another text"
    return ""


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share an area."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def around(points: Sequence[tuple[float, float]]) -> Box:
    """The box around points."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


@lru_cache(maxsize=256)
def typeface(face: str, pixels: int) -> ImageFont.FreeTypeFont:
    """`plain` or one of FACES at a size in pixels."""
    if face == "plain":
        return font(pixels)
    import matplotlib

    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / FACES[face]
    return ImageFont.truetype(str(path), pixels)


@lru_cache(maxsize=256)
def formula_mask(tex: str, pixels: int) -> Image.Image:
    """The ink of a formula, cropped to it."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.mathtext import MathTextParser

    style = FontProperties(size=pixels, math_fontfamily="dejavuserif")
    parsed = MathTextParser("agg").parse(tex, dpi=72, prop=style)
    mask = Image.fromarray(np.asarray(parsed.image, dtype=np.uint8), "L")
    return mask.crop(mask.getbbox())


def _box_of(words: str, face: ImageFont.FreeTypeFont, at: tuple[int, int], anchor: str) -> Box:
    x0, y0, x1, y1 = face.getbbox(words, anchor=anchor)
    return at[0] + x0, at[1] + y0, at[0] + x1, at[1] + y1


def _paper(rng: random.Random) -> Ink:
    shade = rng.randint(236, 255)
    return shade, shade, rng.randint(226, shade)
