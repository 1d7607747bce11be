"""Answers about maps, plans, house fronts, mosaics, ornaments and landscapes, worked out again from
what the picture says and, where it can be seen, from its pixels.
"""

import re
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import shortest_path

from generation.drawn.words import TINTS


def blobs(found: tuple[np.ndarray, int], least: int) -> int:
    """Patches of at least so many pixels."""
    marks, _ = found
    return int((np.bincount(marks.ravel())[1:] >= least).sum())


def test_directions_on_a_turned_map(asked):
    for content, question, condition in asked("town_direction"):
        north, rows = re.findall(r"north (\w+): (.+)", content)[0]
        blocks = np.array([row.split() for row in rows.split(" / ")])
        turns = {"up": 0, "right": 1, "down": 2, "left": 3}[north]
        upright = np.rot90(blocks, turns)
        way, name = re.findall(r"directly (\w+) of the (\w+)\?", question.text)[0]
        (y,), (x,) = np.nonzero(upright == name)
        dy, dx = {"north": (-1, 0), "south": (1, 0), "west": (0, -1), "east": (0, 1)}[way]
        assert upright[y + dy, x + dx] == question.target
        assert min(y + dy, x + dx) >= 0
        assert (north == "up") == (condition["arrow"] == "up")
        assert len(blocks) == int(condition["blocks"])


def test_the_arrow_points_north(drawn):
    """The head of the arrow, the wide part of its ink, lies that way from its middle."""
    ways = {"up": (0, -1), "right": (1, 0), "down": (0, 1), "left": (-1, 0)}
    for drawing in drawn("town_direction", 16):
        north = re.findall(r"north (\w+)", drawing.content)[0]
        middle = 405, 60
        core = np.asarray(drawing.image.convert("L"))[60 - 18 : 60 + 19, 405 - 18 : 405 + 19] < 120
        ys, xs = np.nonzero(core)
        pull = xs.mean() - 18, ys.mean() - 18
        dx, dy = ways[north]
        assert pull[0] * dx + pull[1] * dy > -1.5
        letter = near_letter(drawing.image, middle, (dx, dy))
        assert letter > 20


def near_letter(image: Image.Image, middle: tuple[int, int], way: tuple[int, int]) -> int:
    """Dark pixels where the N should be."""
    x, y = middle[0] + 27 * way[0], middle[1] + 27 * way[1]
    return int((np.asarray(image.convert("L"))[y - 7 : y + 8, x - 7 : x + 8] < 120).sum())


def test_shortest_ways(asked):
    for content, question, condition in asked("shortest_way"):
        side = int(content.split()[1])
        ends = {k: int(a) * side + int(b) for k, a, b in re.findall(r"([AB])=(\d)(\d)", content)}
        streets = [tuple(map(int, s)) for s in re.findall(r"(\d)(\d)-(\d)(\d)", content)]
        rows = [a * side + b for a, b, _, _ in streets]
        columns = [c * side + d for _, _, c, d in streets]
        graph = coo_matrix((np.ones(len(rows)), (rows, columns)), (side**2, side**2))
        steps = shortest_path(graph, directed=False, indices=ends["A"])[ends["B"]]
        assert int(question.target) == steps >= 2
        assert condition["crossings"] == f"{side}x{side}"


def test_streets_that_are_missing_are_not_drawn(drawn, near):
    for drawing in drawn("shortest_way", 8):
        side = int(drawing.content.split()[1])
        ends = re.findall(r"[AB]=(\d)(\d)", drawing.content)
        spots = [(int(a), int(b)) for a, b in ends]
        middles = [((x0 + x1) / 2, (y0 + y1) / 2) for x0, y0, x1, y1 in drawing.evidence]
        step = 350 / (side - 1)
        left, top = middles[0][0] - step * spots[0][0], middles[0][1] - step * spots[0][1]
        listed = set(re.findall(r"\d\d-\d\d", drawing.content))
        grey = near(drawing.image, (110, 110, 115), 8)
        for x in range(side):
            for y in range(side):
                for dx, dy in ((1, 0), (0, 1)):
                    if x + dx < side and y + dy < side:
                        at = left + step * (x + dx / 2), top + step * (y + dy / 2)
                        there = grey[round(at[1]), round(at[0])]
                        assert there == (f"{x}{y}-{x + dx}{y + dy}" in listed)


def test_stations_between(asked):
    for content, question, condition in asked("metro_stops"):
        lines = [line.split()[1:] for line in content.removeprefix("metro ").split("; ")]
        one, other = re.findall(r"between (\w+) and (\w+)", question.text)[0]
        names = sorted({name for line in lines for name in line})
        hops = [(names.index(a), names.index(b)) for line in lines
                for a, b in pairwise(line)]  # fmt: skip
        rows, columns = zip(*hops, strict=True)
        graph = coo_matrix((np.ones(len(hops)), (rows, columns)), (len(names), len(names)))
        steps = shortest_path(graph, directed=False, indices=names.index(one))
        assert int(question.target) == steps[names.index(other)] - 1
        together = any(one in line and other in line for line in lines)
        assert together == (condition["changes"] == "0")


def plan(content: str) -> tuple[list[int], list[int], list[str], list[tuple[str, ...]]]:
    columns, rows, rooms, doors = re.findall(
        r"plan columns ([\d ]+) rows ([\d ]+): (.+); doors ?(.*)", content
    )[0]
    sizes = [[int(n) for n in part.split()] for part in (columns, rows)]
    return sizes[0], sizes[1], rooms.split(), [tuple(d.split("-")) for d in doors.split()]


def test_doors_areas_and_connections(asked):
    for content, question, _ in asked("plan_doors"):
        _, _, _, doors = plan(content)
        room = re.findall(r"does the (\w+) have", question.text)[0]
        assert int(question.target) == sum(room in door for door in doors)
        assert len(question.names) == 1 + int(question.target)
    for content, question, _ in asked("plan_area"):
        columns, rows, rooms, _ = plan(content)
        at = rooms.index(re.findall(r"of the (\w+) in", question.text)[0])
        wide, high = columns[at % len(columns)], rows[at // len(columns)]
        assert int(question.target) == wide * high
    for content, question, condition in asked("plan_connected"):
        columns, _, rooms, doors = plan(content)
        one, other = re.findall(r"between the (\w+) and the (\w+)", question.text)[0]
        joined = (one, other) in doors or (other, one) in doors
        assert question.target == ("yes" if joined else "no")
        assert joined == (condition["door"] == "present")
        apart = abs(rooms.index(one) - rooms.index(other))
        assert apart in (1, len(columns))


@pytest.mark.parametrize("name", ["plan_doors", "plan_connected"])
def test_every_door_is_to_be_seen(drawn, name, patches, near):
    for drawing in drawn(name):
        *_, doors = plan(drawing.content)
        assert blobs(patches(near(drawing.image, (186, 112, 52))), 60) == len(doors)


def test_lit_windows(drawn, patches, near):
    for drawing in drawn("facade_windows"):
        lit = drawing.content.count("x")
        assert int(drawing.target) == lit
        assert blobs(patches(near(drawing.image, (255, 214, 74))), 40) == 2 * lit
        floors = drawing.content.split()[1:]
        assert (len(floors) >= 4) == (drawing.attributes["floors"] == "many")


def seen_color(image: Image.Image, box: tuple[float, ...]) -> str:
    x, y = round((box[0] + box[2]) / 2), round((box[1] + box[3]) / 2)
    pixel = np.asarray(image, int)[y, x]
    return min(TINTS, key=lambda name: int(np.abs(pixel - TINTS[name]).sum()))


def test_tiles_have_their_color(drawn):
    for drawing in drawn("mosaic_color"):
        tiles = [row.split() for row in drawing.content.removeprefix("mosaic ").split(" / ")]
        row, column = map(int, re.findall(r"row (\d+), column (\d+)", drawing.question)[0])
        assert drawing.target == tiles[row - 1][column - 1]
        assert drawing.target == seen_color(drawing.image, drawing.evidence[0])


def test_symmetry(asked):
    for content, question, condition in asked("mosaic_symmetry"):
        tiles = np.array([row.split() for row in content.removeprefix("mosaic ").split(" / ")])
        unlike = int((tiles != tiles[:, ::-1]).sum())
        assert question.target == ("yes" if unlike == 0 else "no")
        assert len(question.names) == unlike <= 6
        assert (unlike == 0) == (condition["symmetry"] == "kept")


def test_a_broken_mosaic_differs_where_it_says(drawn):
    for drawing in drawn("mosaic_symmetry", symmetry="broken"):
        boxes = drawing.evidence
        for one, other in zip(boxes[::2], boxes[1::2], strict=True):
            assert seen_color(drawing.image, one) != seen_color(drawing.image, other)
            assert one[1] == other[1]


def test_ornaments_go_on(asked, drawn):
    for content, question, condition in asked("pattern_next"):
        beads, shown = re.findall(r"ornament (.+) of (\d+)", content)[0]
        period = beads.split(", ")
        assert question.options["ABCD".index(question.target)] == period[int(shown) % len(period)]
        assert len(period) == len(set(period)) == int(condition["period"])
        assert int(shown) >= 2 * len(period)
    for drawing in drawn("pattern_next"):
        beads = re.findall(r"ornament (.+) of", drawing.content)[0].split(", ")
        for i, box in enumerate(drawing.evidence[1:]):
            assert seen_color(drawing.image, box) == beads[i % len(beads)].split()[0]


def things(content: str) -> list[tuple[str, int, int]]:
    return [(k, int(x), int(y)) for k, x, y in re.findall(r"(\w+) (\d+) (\d+)", content)]


def test_things_of_a_landscape(asked):
    for content, question, condition in asked("landscape_count"):
        kind = re.findall(r"How many (\w+) are", question.text)[0]
        count = sum(k in (kind, kind.removesuffix("s")) for k, _, _ in things(content))
        assert int(question.target) == count
        assert (count >= 5) == (condition["things"] == "many")
    for content, question, _ in asked("landscape_side"):
        one, other = re.findall(r"Is the (\w+) .* than the (\w+)\?", question.text)[0]
        at = {k: x for k, x, _ in things(content)}
        assert question.target == ("left" if at[one] < at[other] else "right")
        assert sum(k in (one, other) for k, _, _ in things(content)) == 2
    for content, question, _ in asked("landscape_presence"):
        kind = re.findall(r"(\w+) in the picture", question.text)[0]
        assert question.target == ("yes" if kind in {k for k, _, _ in things(content)} else "no")


SIGNS = {"tree": (46, 110, 56), "sun": (255, 206, 50), "hut": (150, 60, 50)}
"""A colour that only this kind has, in one patch."""


@pytest.mark.parametrize("name", ["landscape_count", "landscape_side", "landscape_presence"])
def test_things_are_to_be_seen_as_often_as_said(drawn, name, patches, near):
    for drawing in drawn(name):
        for kind, color in SIGNS.items():
            said = sum(k == kind for k, _, _ in things(drawing.content))
            assert blobs(patches(near(drawing.image, color, 6)), 100) == said


def test_nothing_hides_another(asked):
    for name in ("landscape_count", "landscape_side", "landscape_presence"):
        for content, _, _ in asked(name, 40):
            spots = [(x, y) for _, x, y in things(content)]
            assert len(spots) == len(set(spots))
