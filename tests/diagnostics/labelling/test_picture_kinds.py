"""Kinds of picture from pixels: right where they say something, silent elsewhere."""

import io
import random
import warnings
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageDraw, ImageFont

from diagnostics.labelling.blobs import look
from diagnostics.labelling.picture_kinds import kind

TINY = Path(__file__).parents[3] / "examples" / "tiny" / "benchmark.parquet"


def kind_of(image: Image.Image) -> str | None:
    blobs = look(image)
    return kind(blobs) if blobs else None


def page(seed: int) -> Image.Image:
    """Words in lines, some of them short."""
    rng = random.Random(seed)
    size = rng.choice([12, 16, 20])
    image = Image.new("RGB", (600, 700), rng.choice(["white", "#f4f0e6"]))
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size)
    for y in range(30, 660, int(1.5 * size)):
        words = ["".join(rng.choices("abcdefghilmnoprstu", k=rng.randint(1, 9))) for _ in range(20)]
        draw.text((30, y), " ".join(words)[: rng.randint(20, 900 // size)], "black", font)
    return image


def chart(draw_into) -> Image.Image:
    from matplotlib.figure import Figure

    with mpl.rc_context({"font.family": "DejaVu Sans"}), warnings.catch_warnings():
        figure = Figure(figsize=(5, 3.5), dpi=90)
        axes = figure.subplots()
        draw_into(axes)
        axes.set_xlabel("Year")
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png")
    return Image.open(buffer).convert("RGB")


def line_chart(seed: int) -> Image.Image:
    values = np.random.default_rng(seed).normal(size=(3, 12)).cumsum(axis=1)
    return chart(lambda axes: [axes.plot(row) for row in values])


def scatter(seed: int) -> Image.Image:
    x, y = np.random.default_rng(seed).normal(size=(2, 60))
    return chart(lambda axes: axes.scatter(x, y))


def line_drawing(seed: int) -> Image.Image:
    """A triangle with letters, as geometry problems show it."""
    rng = random.Random(seed)
    image = Image.new("RGB", (400, 300), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(18)
    corners = [(rng.randint(20, 370), rng.randint(20, 270)) for _ in range(3)]
    draw.polygon(corners, outline="black")
    for corner, letter in zip(corners, "ABC", strict=True):
        draw.text(corner, letter, "black", font)
    return image


def boxes(seed: int) -> Image.Image:
    """Labelled boxes joined by lines, as a flow chart."""
    rng = random.Random(seed)
    image = Image.new("RGB", (500, 400), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(14)
    for i in range(rng.randint(3, 8)):
        x, y = rng.randint(10, 400), rng.randint(10, 350)
        draw.line((x, y, rng.randint(10, 490), rng.randint(10, 390)), "black")
        draw.rectangle((x, y, x + 80, y + 30), rng.choice(["white", "lightblue"]), "black")
        draw.text((x + 8, y + 6), f"step {i}", "black", font)
    return image


def noise(seed: int) -> Image.Image:
    rng = np.random.default_rng(seed)
    return Image.fromarray(rng.integers(0, 256, (200, 300, 3), dtype=np.uint8))


def dots(seed: int) -> Image.Image:
    rng = random.Random(seed)
    image = Image.new("RGB", (400, 300), "white")
    draw = ImageDraw.Draw(image)
    for _ in range(rng.randint(150, 300)):
        x, y = rng.randint(5, 390), rng.randint(5, 290)
        draw.ellipse((x, y, x + 4, y + 4), fill="black")
    return image


def word(seed: int) -> Image.Image:
    image = Image.new("RGB", (300, 200), "white")
    text = random.Random(seed).choice(["SALE", "7 + 5 =", "x² + 1", "42", "11"])
    ImageDraw.Draw(image).text((30, 60), text, "black", ImageFont.load_default(50))
    return image


SEEDS = range(20, 28)


@pytest.mark.parametrize(
    ("draw", "expected"),
    [(page, "text_dense"), (line_chart, "chart_graph"), (scatter, "chart_graph")],
)
def test_pages_and_charts_are_recognised(draw, expected: str):
    found = [kind_of(draw(seed)) for seed in SEEDS]
    assert set(found) <= {expected, None}
    assert found.count(expected) >= 0.8 * len(found)


@pytest.mark.parametrize("draw", [line_drawing, boxes, noise, dots, word])
def test_other_pictures_are_left_alone(draw):
    assert [kind_of(draw(seed)) for seed in SEEDS] == [None] * len(SEEDS)


def test_the_pictures_of_the_tiny_world_get_their_own_type_or_none():
    table = pd.read_parquet(TINY, columns=["id", "image", "image_type"])
    cell = table.id.str.replace(r"-\d+$", "", regex=True)
    rows = table.groupby(cell).tail(40)
    found = [kind_of(_decoded(picture["bytes"])) for picture in rows.image]
    said = [(f, t) for f, t in zip(found, rows.image_type, strict=True) if f]
    right = sum(f == t for f, t in said)
    assert right >= 0.95 * len(said)
    for term in ("chart_graph", "geometric"):
        own = [f for f, t in zip(found, rows.image_type, strict=True) if t == term]
        assert own.count(term) >= 0.45 * len(own)
    assert not [f for f, t in zip(found, rows.image_type, strict=True) if f and t == "diagram"]


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (2, 2)])
def test_a_picture_of_any_shape_is_looked_at(shape: tuple[int, int]):
    image = Image.new("RGB", shape, "white")
    image.putpixel((0, 0), (0, 0, 0))
    assert kind_of(image) in (None, "geometric")


def _decoded(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")
