"""Answers about lines, bars, pies, scatter plots, dials and scales, worked out again from what the
picture says and, where it can be measured, from its pixels.
"""

import math
import re
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from generation.drawn.words import TINTS


def series(content: str) -> tuple[list[str], dict[str, list[int]]]:
    head, said = content.split(": ")
    lines = {part.split("=")[0]: part.split("=")[1] for part in said.split("; ")}
    return head.split()[1:], {k: [int(n) for n in v.split()] for k, v in lines.items()}


def test_values_of_lines(asked):
    for content, question, condition in asked("line_value"):
        months, lines = series(content)
        name, month = re.findall(r"the (\w+) line in (\w+)\?", question.text)[0]
        assert int(question.target) == lines[name][months.index(month)]
        assert len(lines) == int(condition["series"])


def test_highest_and_lowest_lines(asked):
    for content, question, _ in asked("line_highest"):
        months, lines = series(content)
        extreme, month = re.findall(r"the (\w+) in (\w+)\?", question.text)[0]
        ranked = sorted(lines, key=lambda name: lines[name][months.index(month)])
        assert question.target == ranked[-1 if extreme == "highest" else 0]
        values = sorted(line[months.index(month)] for line in lines.values())
        assert min(np.diff(values)) >= 10


def test_months_above(asked):
    for content, question, _ in asked("line_above"):
        _, lines = series(content)
        one, other = re.findall(r"the (\w+) line", question.text)
        above = [a > b for a, b in zip(lines[one], lines[other], strict=True)]
        assert int(question.target) == sum(above)


def test_marks_of_a_line_stand_at_their_values(drawn, near):
    for drawing in drawn("line_above", months="many"):
        _, lines = series(drawing.content)
        one, other = re.findall(r"the (\w+) line", drawing.question)
        values = [a for a, b in zip(lines[one], lines[other], strict=True) if a > b]
        seen = near(drawing.image, TINTS[one], 30)
        heights = []
        for x0, y0, x1, y1 in drawing.evidence:
            middle = round((x0 + x1) / 2)
            heights.append(np.flatnonzero(seen[round(y0) : round(y1), middle]).mean() + y0)
        if len(set(values)) >= 3:
            fit = np.polyfit(values, heights, 1)
            assert fit[0] < 0
            assert np.abs(np.polyval(fit, values) - heights).max() < 2


@pytest.mark.parametrize("name", ["bar_difference", "stacked_part"])
def test_bars_say_the_answer(asked, name):
    for content, question, _ in asked(name):
        regions, bars = series(content.replace("bars ", ""))
        if name == "bar_difference":
            (high, at), (low, same) = re.findall(r"the (\w+) bar of (\w+)", question.text)
            assert at == same
            column = regions.index(at)
            assert int(question.target) == bars[high][column] - bars[low][column] > 0
        else:
            color, at = re.findall(r"does (\w+) contribute .* of (\w+)\?", question.text)[0]
            assert int(question.target) == bars[color][regions.index(at)]


@pytest.mark.parametrize("name", ["bar_difference", "stacked_part"])
def test_bars_are_as_high_as_they_say(drawn, name, patches, near):
    """Pixels of a bar that was asked for, against ten units of the grid."""
    for drawing in drawn(name):
        regions, bars = series(drawing.content.replace("bars ", ""))
        color = re.findall(r"(?:the|does) (\w+) (?:bar|contribute)", drawing.question)[0]
        region = re.findall(r" of (\w+)", drawing.question)[0]
        x0, y0, x1, y1 = drawing.evidence[0]
        column = near(drawing.image, TINTS[color], 30)[:, round((x0 + x1) / 2)]
        pixels = column[round(y0) - 3 : round(y1) + 3].sum()
        value = bars[color][regions.index(region)]
        assert pixels == pytest.approx(value * ten_units(drawing.image, patches) / 10, abs=3)


def ten_units(image: Image.Image, patches: Callable[..., tuple[np.ndarray, int]]) -> float:
    """Pixels between two lines of the grid, in a column to the right of the last bar that shows
    all ten and the axis.
    """
    for x in range(434, 410, -1):
        column = np.asarray(image, int)[:, x]
        rows = np.abs(column - column[2]).max(axis=1) > 5
        marks, count = patches(rows)
        if count == 11:
            middles = ndimage.center_of_mass(rows, marks, range(1, 12))
            return (middles[-1][0] - middles[0][0]) / 10
    raise AssertionError("no column shows the whole grid")


def test_pie_shares_add_up_and_are_drawn_to_scale(asked, drawn, near):
    for content, question, _ in asked("pie_share"):
        shares = {k: int(v) for k, v in re.findall(r"(\w+)=(\d+)", content)}
        hidden = content.split()[-1]
        others = sum(v for k, v in shares.items() if k != hidden)
        assert int(question.target) == 100 - others
        assert hidden in question.text
    for drawing in drawn("pie_share", 6):
        shares = {k: int(v) for k, v in re.findall(r"(\w+)=(\d+)", drawing.content)}
        wheel = drawing.image.crop((0, 60, 448, 448))
        counts = {name: near(wheel, TINTS[name], 12).sum() for name in shares}
        colored = np.any([near(wheel, TINTS[name], 12) for name in shares], axis=0)
        disc = ndimage.binary_fill_holes(ndimage.binary_closing(colored, iterations=2))
        assert disc is not None
        across = np.flatnonzero(disc.any(axis=0))
        assert disc.sum() == pytest.approx(math.pi * (len(across) / 2) ** 2, rel=0.015)
        for name, share in shares.items():
            assert 100 * counts[name] / sum(counts.values()) == pytest.approx(share, abs=1.6)


def test_points_on_a_side(asked, drawn, patches, near):
    for content, question, condition in asked("scatter_count"):
        points = [tuple(map(int, p.split(","))) for p in content.split()[1:]]
        side, limit = re.findall(r"lie (above|below) the value (\d+)", question.text)[0]
        found = [y for _, y in points if (y > int(limit) if side == "above" else y < int(limit))]
        assert int(question.target) == len(found)
        assert (len(points) >= 11) == (condition["points"] == "many")
    for drawing in drawn("scatter_count"):
        seen = sum(near(drawing.image, TINTS[tint], 10) for tint in TINTS) > 0
        assert patches(seen)[1] == len(drawing.content.split()) - 1


def test_the_pointer_stands_where_it_says(drawn, near):
    for drawing in drawn("gauge"):
        top, said = re.findall(r"to (\d+) in \d+ strokes at (\d+)", drawing.content)[0]
        assert drawing.target == said
        x0, y0, x1, y1 = drawing.evidence[0]
        x, y, r = (x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2
        ys, xs = np.nonzero(near(drawing.image, TINTS["red"], 30))
        far = np.hypot(xs + 0.5 - x, ys + 0.5 - y) > 0.6 * r
        angle = math.degrees(math.atan2((ys[far] + 0.5 - y).mean(), (xs[far] + 0.5 - x).mean()))
        share = ((angle - 135) % 360) / 270
        assert (0 if share > 1.2 else share) * int(top) == pytest.approx(
            int(said), abs=int(top) / 130
        )


def test_the_column_ends_at_its_stroke(drawn, patches, near):
    for drawing in drawn("thermometer"):
        low, value = map(int, re.findall(r"thermometer (-?\d+) .* at (-?\d+)", drawing.content)[0])
        assert drawing.target == str(value)
        x0 = drawing.evidence[0][0]
        tube, strokes = round(x0 + 20), round(x0 + 20 + 41)
        red = near(drawing.image, TINTS["red"], 30) | near(drawing.image, TINTS["blue"], 30)
        column = np.flatnonzero(red[:, tube])[0]
        dark = np.asarray(drawing.image.convert("L"))[:, strokes] < 150
        marks, count = patches(dark)
        rows = sorted(np.flatnonzero(marks == i + 1).mean() for i in range(count))
        assert count == 6
        seen = low + 50 * (rows[-1] - column) / (rows[-1] - rows[0])
        assert seen == pytest.approx(value, abs=0.3)


def test_clocks(asked, drawn):
    def minutes(time: str) -> int:
        hour, minute = map(int, time.split(":"))
        return 60 * (hour % 12) + minute

    for content, question, condition in asked("clock_difference"):
        wall, digital = re.findall(r"\d+:\d\d", content)
        assert int(question.target) == (minutes(digital) - minutes(wall)) % 720
        step = {"quarters": 15, "fives": 5, "minutes": 1}[condition["wall_clock"]]
        assert minutes(wall) % step == 0
    for drawing in drawn("clock_difference"):
        wall, _ = re.findall(r"\d+:\d\d", drawing.content)
        x0, y0, x1, y1 = drawing.evidence[0]
        x, y, r = (x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2
        off = hand(drawing.image, x, y, 0.55 * r) - minutes(wall)
        assert (off + 30) % 60 - 30 == pytest.approx(0, abs=0.6)


def hand(image: Image.Image, x: float, y: float, reach: float) -> float:
    """Minute at which a ring about (x, y), which only the long hand crosses, is darkest."""
    turns = np.arange(0, 60, 0.1)
    xs = np.round(x + reach * np.sin(turns * math.pi / 30) - 0.5).astype(int)
    ys = np.round(y - reach * np.cos(turns * math.pi / 30) - 0.5).astype(int)
    dark = np.asarray(image.convert("L"))[ys, xs] < 130
    angles = np.exp(2j * math.pi * turns[dark] / 60)
    return float(np.angle(angles.mean()) * 60 / (2 * math.pi) % 60)
