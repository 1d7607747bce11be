"""Pictures to tell apart, and what is done to them: the material of G3 and G4.

    documents   pages of text in one layout, words drawn by chance, one size of letters a page
    charts      bars, lines, scatter and pies by matplotlib, in its standard colours
    photos      tiles of scikit-learn's two sample photographs that do not overlap
    textures    smooth noise with a few ellipses, as a photograph without things is
    drawn       the families that draw at any size, 48, 96 and 224 pixels wide

No two pictures of a kind show the same thing; all follow from the seed.
"""

import io
import math
import random
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps

from generation.family import Drawing, draw, families, smallest

SIZES: Final = (48, 96, 224)
"""Of drawn pictures."""

_LETTERS: Final = "etaoinshrdlucmfwypvbgk"
_TILE: Final = 106
"""Width and height of a photograph's tile; the photographs are 640 × 427."""
_LEAST_CONTRAST: Final = 10.0
"""Of a tile: standard deviation of its luminance."""


def document(seed: str) -> Image.Image:
    """A page of text: headings, paragraphs of words drawn by chance."""
    rng = random.Random(seed)
    page = Image.new("RGB", (425, 550), "white")
    pen = ImageDraw.Draw(page)
    size = rng.choice((11, 13, 15))
    body, heading = ImageFont.load_default(size), ImageFont.load_default(size + 7)
    y = 30.0
    while y < 510:
        pen.text((32, y), _words(rng, 3).title(), font=heading, fill="black")
        y += size + 16
        for line in _lines(rng, body, rng.randint(2, 9)):
            pen.text((32, y), line, font=body, fill=(25, 25, 25))
            y += size + 4
        y += 10
    return page


def chart(seed: str) -> Image.Image:
    """A chart with a title and named axes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rng = random.Random(seed)
    figure = Figure(figsize=(4, 3), dpi=80)
    canvas = FigureCanvasAgg(figure)
    _PLOTS[rng.choice(sorted(_PLOTS))](figure.subplots(), rng)
    figure.suptitle(_words(rng, 3).title())
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())


def texture(seed: str) -> Image.Image:
    """Noise of all scales in related colours, with ellipses."""
    rng = np.random.default_rng(random.Random(seed).getrandbits(32))
    height, width = (240, 320) if rng.random() < 0.7 else (320, 240)
    layers = np.zeros((height, width, 3))
    for cells in (2, 4, 8, 16, 32, 64):
        noise = Image.fromarray(rng.integers(0, 256, (cells, cells, 3), dtype=np.uint8))
        layers += np.asarray(noise.resize((width, height), Image.Resampling.BICUBIC)) / cells**0.7
    layers = (layers - layers.min()) / (layers.max() - layers.min())
    image = Image.fromarray((layers * 255).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    for _ in range(rng.integers(1, 5)):
        x, y, r = (int(rng.integers(*ends)) for ends in ((0, width), (0, height), (10, 50)))
        pen.ellipse((x - r, y - r, x + r, y + r), fill=tuple(map(int, rng.integers(0, 256, 3))))
    return image


@cache
def photos() -> tuple[Image.Image, ...]:
    """The tiles of the photographs, doubled in size, without those that show nothing but sky."""
    boxes = [
        (x, y, x + _TILE, y + _TILE)
        for y in range(0, 427 - _TILE + 1, _TILE)
        for x in range(0, 640 - _TILE + 1, _TILE)
    ]
    tiles = [photograph.crop(box) for box in boxes for photograph in _photographs()]
    shown = [t for t in tiles if np.asarray(t.convert("L")).std() >= _LEAST_CONTRAST]
    return tuple(t.resize((2 * _TILE, 2 * _TILE), Image.Resampling.BICUBIC) for t in shown)


def drawn(family: str, seed: str, size: int, *, reserved: bool = False) -> Drawing:
    """What a family draws."""
    return draw(families.load(family), seed, size, reserved=reserved)


@cache
def drawing_families() -> tuple[str, ...]:
    """The families that draw at every size."""
    return tuple(n for n in families.names() if smallest(families.load(n)) <= min(SIZES))


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    """Through a JPEG file."""
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def scaled(image: Image.Image, factor: float) -> Image.Image:
    """Larger or smaller."""
    size = (max(8, round(image.width * factor)), max(8, round(image.height * factor)))
    return image.resize(size, Image.Resampling.BICUBIC)


def cropped(image: Image.Image, rng: random.Random) -> Image.Image:
    """A region that keeps 50 to 90 % of the area, of any proportions between 5:7 and 7:5 of the
    picture's, anywhere.
    """
    area = rng.uniform(0.5, 0.9)
    stretch = math.exp(rng.uniform(-0.34, 0.34))
    w, h = min(1.0, math.sqrt(area) * stretch), min(1.0, math.sqrt(area) / stretch)
    w, h = (w, area / w) if w == 1.0 else (area / h, h)
    x, y = rng.uniform(0, 1 - w) * image.width, rng.uniform(0, 1 - h) * image.height
    box = (round(x), round(y), round(x + w * image.width), round(y + h * image.height))
    return image.crop(box)


def padded(image: Image.Image, rng: random.Random) -> Image.Image:
    """With a border of one colour, 5 to 15 % of the width on every side."""
    border = round(image.width * rng.uniform(0.05, 0.15))
    return ImageOps.expand(image, border, fill=rng.choice(("white", "black", "gray")))


def marked(image: Image.Image, rng: random.Random) -> Image.Image:
    """With a line of text across it, as a watermark."""
    copy = image.copy()
    size = max(8, image.width // 12)
    place = (image.width * rng.uniform(0.02, 0.3), image.height * rng.uniform(0.1, 0.8))
    fill = rng.choice(("white", "black", "red"))
    ImageDraw.Draw(copy).text(place, "sample copy", font=ImageFont.load_default(size), fill=fill)
    return copy


def recoloured(image: Image.Image, rng: random.Random) -> Image.Image:
    """Hues turned by a third or two thirds."""
    pixels = np.array(image.convert("HSV"))
    pixels[..., 0] += np.uint8(rng.choice((85, 170)))
    return Image.fromarray(pixels, "HSV").convert("RGB")


Change = Callable[[Image.Image, random.Random], Image.Image]

SAME: Final[Mapping[str, Change]] = {
    "JPEG 90": lambda image, rng: jpeg(image, 90),
    "JPEG 75": lambda image, rng: jpeg(image, 75),
    "JPEG 50": lambda image, rng: jpeg(image, 50),
    "15 % darker": lambda image, rng: ImageEnhance.Brightness(image).enhance(0.85),
    "15 % lighter": lambda image, rng: ImageEnhance.Brightness(image).enhance(1.15),
    "half size": lambda image, rng: scaled(image, 0.5),
    "three quarters": lambda image, rng: scaled(image, 0.75),
    "double size": lambda image, rng: scaled(image, 2.0),
}
"""What leaves a picture the same."""

OTHERS: Final[Mapping[str, Change]] = {
    "turned by 90°": lambda image, rng: image.transpose(Image.Transpose.ROTATE_90),
    "turned by 180°": lambda image, rng: image.transpose(Image.Transpose.ROTATE_180),
    "turned by 270°": lambda image, rng: image.transpose(Image.Transpose.ROTATE_270),
    "mirrored": lambda image, rng: ImageOps.mirror(image),
    "border": padded,
    "in grey": lambda image, rng: image.convert("L").convert("RGB"),
    "text across": marked,
    "other hues": recoloured,
}
"""What else is done to pictures that are taken over."""


def _words(rng: random.Random, count: int) -> str:
    lengths = (min(10, max(2, round(rng.gauss(5, 2.5)))) for _ in range(count))
    return " ".join("".join(rng.choice(_LETTERS) for _ in range(n)) for n in lengths)


def _lines(rng: random.Random, font: Any, count: int) -> list[str]:
    """Lines as wide as the column; the last ends anywhere."""
    lines = []
    for _ in range(count):
        line = _words(rng, 2)
        while font.getlength(line) < 330:
            line += " " + _words(rng, 1)
        lines.append(line)
    last = lines[-1]
    return [*lines[:-1], last[: rng.randint(10, len(last))]]


def _bars(axes: Any, rng: random.Random) -> None:
    values = [rng.uniform(5, 100) for _ in range(rng.randint(3, 8))]
    axes.bar([_words(rng, 1)[:5] for _ in values], values, color=rng.choice(("C0", "C1", "C2")))


def _curves(axes: Any, rng: random.Random) -> None:
    for _ in range(rng.randint(1, 4)):
        axes.plot([rng.uniform(0, 50) for _ in range(12)], label=_words(rng, 1))
    axes.legend()


def _points(axes: Any, rng: random.Random) -> None:
    count = rng.randint(10, 60)
    axes.scatter(*[[rng.uniform(0, 10) for _ in range(count)] for _ in range(2)])


def _pie(axes: Any, rng: random.Random) -> None:
    parts = [rng.uniform(1, 10) for _ in range(rng.randint(3, 6))]
    axes.pie(parts, labels=[_words(rng, 1) for _ in parts])


_PLOTS: Final[Mapping[str, Callable[[Any, random.Random], None]]] = {
    "bars": _bars,
    "curves": _curves,
    "pie": _pie,
    "points": _points,
}


@cache
def _photographs() -> tuple[Image.Image, ...]:
    from sklearn.datasets import load_sample_images

    return tuple(Image.fromarray(pixels) for pixels in load_sample_images().images)
