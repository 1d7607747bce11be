"""Answers about triangles, outlines, lines, flow charts, trees, set diagrams, dice and strips,
worked out again from what the picture says and, where it can be measured, from its pixels.
"""

import math
import re

import numpy as np
import pytest
from scipy import ndimage

from generation.drawn.words import TINTS
from generation.families.triangle_angle import Triangle


def test_angles_of_a_triangle(asked):
    for content, question, condition in asked("triangle_angle"):
        angles = {k: int(v) for k, v in re.findall(r"([ABC])=(\d+)", content)}
        hidden = re.findall(r"angle at ([ABC])", question.text)[0]
        if condition["triangle"] == "isosceles":
            assert int(question.target) == (180 - angles["C"]) / 2
            assert hidden != "C"
        else:
            assert int(question.target) == 180 - sum(v for k, v in angles.items() if k != hidden)
        assert sum(angles.values()) == 180


@pytest.mark.parametrize("turn", [0, 77, 301])
def test_a_triangle_is_drawn_to_scale(turn):
    angles = (40, 65, 75)
    corners = Triangle(angles, 0, False, turn).corners
    for i, angle in enumerate(angles):
        here, one, other = (corners[(i + k) % 3] for k in range(3))
        ways = [math.atan2(c[1] - here[1], c[0] - here[0]) for c in (one, other)]
        apart = math.degrees(abs(ways[0] - ways[1])) % 360
        assert min(apart, 360 - apart) == pytest.approx(angle)


def test_areas_and_perimeters(asked):
    for content, question, condition in asked("outline_measure"):
        wide, high, *cut = map(int, re.findall(r"\d+", content))
        assert bool(cut) == (condition["figure"] == "ell")
        if "area" in question.text:
            assert int(question.target) == wide * high - (cut[0] * cut[1] if cut else 0)
        else:
            a, b = cut or (0, 0)
            assert int(question.target) == (wide - a) + b + a + (high - b) + wide + high


def test_an_outline_covers_its_area(drawn, patches):
    """Pixels of the figure, against the square of its width."""
    for drawing in drawn("outline_measure", measure="area"):
        wide = int(re.findall(r"\d+", drawing.content)[0])
        image = np.asarray(drawing.image, int)
        paper = image[3, 3]
        ys, xs = np.nonzero(np.abs(image - paper).max(axis=2) > 3)
        inside = ndimage.binary_fill_holes(np.abs(image - paper).max(axis=2) > 3)
        marks, _ = patches(inside)
        figure = marks == np.bincount(marks[ys, xs]).argmax()
        columns = np.flatnonzero(figure.any(axis=0))
        unit = (columns[-1] - columns[0]) / wide
        assert figure.sum() / unit**2 == pytest.approx(int(drawing.target), rel=0.03)


def test_parallel_lines(asked):
    for content, question, condition in asked("parallel_lines"):
        a, b = map(int, re.findall(r"=(-?\d+)", content))
        assert question.target == ("yes" if (a - b) % 180 == 0 else "no")
        assert (question.target == "yes") == (condition["lines"] == "parallel")
        off = abs(a - b) % 180
        assert off == 0 or min(off, 180 - off) >= 9


def test_flow_charts_are_followed(asked):
    for content, question, condition in asked("flow_chart"):
        said, last = content.removeprefix("flow ").split("; else ")
        n, end = int(re.findall(r"n = (\d+)", question.text)[0]), last
        decisions = said.split("; ")
        for decision in decisions:
            test, aside, target = re.findall(r"n (.+)\? (yes|no): (\w+)", decision)[0]
            holds = n % 2 == 0 if test == "even" else eval(f"{n} {test}", {"__builtins__": {}})
            if holds == (aside == "yes"):
                end = target
                break
        assert question.target == end
        assert len(decisions) == int(condition["decisions"])


def test_children_of_a_node(asked, drawn):
    for content, question, _ in asked("tree_children"):
        tree = {n: kids.split() for n, kids in re.findall(r"(\w): ([\w ]+)", content)}
        node = re.findall(r"node (\w)", question.text)[0]
        assert int(question.target) == len(tree.get(node, []))
        every = [kid for kids in tree.values() for kid in kids]
        assert len(every) == len(set(every))
    for drawing in drawn("tree_children"):
        node, *kids = drawing.evidence
        assert len(kids) == int(drawing.target)
        assert all(kid[1] > node[3] for kid in kids)


def test_sets(asked):
    for content, question, condition in asked("venn_count"):
        regions = {
            frozenset(k.split("+")): int(v) for k, v in re.findall(r"([\w+]+)=(\d+)", content)
        }
        words = question.text.split("How many play ")[1].rstrip("?")
        if " but not " in words:
            one, other = words.split(" but not ")
            found = [n for games, n in regions.items() if one in games and other not in games]
        elif words.startswith("both"):
            pair = set(words.removeprefix("both ").split(" and "))
            found = [n for games, n in regions.items() if pair <= games]
        else:
            found = [n for games, n in regions.items() if words.split()[0] in games]
        assert int(question.target) == sum(found)
        assert len(regions) == 2 ** int(condition["sets"]) - 1


def test_the_number_of_a_region_stands_in_its_circles(drawn, patches):
    """Inside the ring of each colour that names it, outside the others."""
    for drawing in drawn("venn_count", sets="3"):
        image = np.asarray(drawing.image, int)
        for tint in ("red", "green", "blue", "purple"):
            ring = np.abs(image - TINTS[tint]).max(axis=2) <= 12
            marks, count = patches(ring)
            if not count or np.bincount(marks.ravel())[1:].max() < 900:
                continue
            big = marks == np.bincount(marks.ravel())[1:].argmax() + 1
            ys, xs = np.nonzero(big)
            middle = (xs.max() + xs.min()) / 2, (ys.max() + ys.min()) / 2
            reach = [
                math.hypot((x0 + x1) / 2 - middle[0], (y0 + y1) / 2 - middle[1])
                for x0, y0, x1, y1 in drawing.evidence
            ]
            assert all(abs(r - 112) > 12 for r in reach)


def test_pips_are_counted(drawn, patches):
    for drawing in drawn("dice_sum"):
        total = 0
        for box in drawing.evidence:
            x0, y0, x1, y1 = (round(edge) for edge in box)
            die = np.asarray(drawing.image, int)[y0 + 6 : y1 - 6, x0 + 6 : x1 - 6]
            tint = np.median(die.reshape(-1, 3), axis=0)
            total += patches(np.abs(die - tint).max(axis=2) > 100)[1]
        assert total == int(drawing.target)


def test_dice_say_their_sum(asked):
    for content, question, condition in asked("dice_sum"):
        dice = [(c, int(n)) for c, n in re.findall(r"(\w+)=(\d)", content)]
        color = re.findall(r"the (\w+) dice", question.text)
        assert bool(color) == (condition["asked"] == "one_color")
        assert int(question.target) == sum(n for c, n in dice if not color or c == color[0])


def test_beats_of_a_strip(asked, drawn, patches):
    for content, question, _ in asked("pulse_strip"):
        beats = list(map(int, content.split()[1:]))
        assert int(question.target) == 10 * len(beats)
        assert min(np.diff(beats)) >= 50
        assert 25 <= beats[0] < beats[-1] <= 575
    for drawing in drawn("pulse_strip"):
        dark = np.asarray(drawing.image.convert("L")) < 110
        base = dark[: round(drawing.evidence[-1][1]) - 40].sum(axis=1).argmax()
        peaks = patches(dark[base - 45 : base - 25].any(axis=0))[1]
        assert 10 * peaks == int(drawing.target)
