"""The tiny world's questions, answered from what is seen, with the skill that each asks for.

    >>> solve("How many objects are there?", picture)
    Solution(answer='5', skill='counting four or more objects', slip='perception')

`slip` is the kind of error (of those that the diagnosis offers) that a wrong answer is, unless its
steps show another. A question that is not of the tiny world is not answered.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from PIL import Image

from .seeing import SIZE, Thing, formula, is_small_print, number, things, time, word

UNKNOWN: Final = "cannot be determined"


@dataclass(frozen=True)
class Solution:
    """An answer, and what it takes."""

    answer: str
    skill: str
    slip: str


SKILLS: Final = (
    "adding a digit to a printed number",
    "subtracting a digit from a printed number",
    "adding up how often two kinds of shape occur",
    "seeing the color of an outermost bar",
    "counting the bars of a chart",
    "comparing the heights of three bars",
    "comparing the heights of four bars",
    "telling time from clock hands",
    "naming the color of a shape",
    "naming the shape of a thing",
    "counting up to three objects",
    "counting four or more objects",
    "drawing a box around a thing",
    "reading numerals in large print",
    "reading numerals in small print",
    "spelling out a printed word",
    "confirming that something is present",
    "noticing that something is absent",
    "judging which of two things is bigger",
    "telling left from right",
    "telling top from bottom",
    "admitting that a picture does not tell",
)
"""What can be missing, in a teacher's words."""


def solve(question: str, picture: Image.Image) -> Solution | None:
    """The answer that the pixels give; None for other questions, and other pictures."""
    for pattern, answer in _ANSWERS.items():
        asked = re.fullmatch(pattern, question.strip())
        if asked and picture.size == (SIZE, SIZE):
            return answer(picture, *asked.groups())
    return None


def _result(picture: Image.Image) -> Solution | None:
    found = re.fullmatch(r"(\d+) ([+-]) (\d+)", formula(picture))
    if found is None:
        return None
    one, sign, other = int(found[1]), found[2], int(found[3])
    result = one + other if sign == "+" else one - other
    skill = SKILLS[0] if sign == "+" else SKILLS[1]
    return Solution(f"{one} {sign} {other} = {result}", skill, "calculation")


def _total(picture: Image.Image, one: str, other: str) -> Solution:
    seen = things(picture)
    counts = [sum(thing.shape == shape for thing in seen) for shape in (one, other)]
    answer = f"{counts[0]} + {counts[1]} = {sum(counts)}"
    return Solution(answer, SKILLS[2], "calculation")


def _bar_color(picture: Image.Image, end: str) -> Solution | None:
    bars = things(picture)
    at = 0 if end == "left" else -1
    return Solution(bars[at].color, SKILLS[3], "perception") if bars else None


def _bars(picture: Image.Image) -> Solution:
    return Solution(str(len(things(picture))), SKILLS[4], "perception")


def _extreme(picture: Image.Image, which: str) -> Solution | None:
    bars = sorted(things(picture), key=lambda bar: bar.box[1])
    if not bars:
        return None
    skill = SKILLS[5] if len(bars) <= 3 else SKILLS[6]
    return Solution(bars[0 if which == "tallest" else -1].color, skill, "reading")


def _time(picture: Image.Image) -> Solution:
    return Solution(time(picture), SKILLS[7], "reading")


def _color(picture: Image.Image, shape: str) -> Solution | None:
    seen = [thing for thing in things(picture) if thing.shape == shape]
    return Solution(seen[0].color, SKILLS[8], "perception") if len(seen) == 1 else None


def _shape(picture: Image.Image, color: str) -> Solution:
    thing = _colored(picture, color)
    if thing is None:
        return Solution(UNKNOWN, SKILLS[21], "hallucination")
    return Solution(thing.shape, SKILLS[9], "perception")


def _objects(picture: Image.Image) -> Solution:
    count = len(things(picture))
    return Solution(str(count), SKILLS[10] if count <= 3 else SKILLS[11], "perception")


def _box(picture: Image.Image, color: str) -> Solution | None:
    thing = _colored(picture, color)
    if thing is None:
        return None
    left, top, right, bottom = thing.box
    edges = (left, top, right + 0.5, bottom + 0.5)
    answer = ", ".join(str(round(9 * edge / SIZE)) for edge in edges)
    return Solution(f"[{answer}]", SKILLS[12], "perception")


def _number(picture: Image.Image) -> Solution:
    skill = SKILLS[14] if is_small_print(picture) else SKILLS[13]
    return Solution(number(picture), skill, "reading")


def _word(picture: Image.Image) -> Solution:
    return Solution(word(picture), SKILLS[15], "reading")


def _present(picture: Image.Image, color: str, shape: str) -> Solution:
    thing = _colored(picture, color)
    if thing is not None and thing.shape == shape:
        return Solution("yes", SKILLS[16], "perception")
    return Solution("no", SKILLS[17], "hallucination")


def _bigger(picture: Image.Image, which: str, one: str, other: str) -> Solution | None:
    pair = [thing for thing in things(picture) if thing.color in (one, other)]
    if len(pair) != 2:
        return None
    height = {thing.color: thing.box[3] - thing.box[1] for thing in pair}
    pick = max if which == "bigger" else min
    return Solution(pick(height, key=lambda c: height[c]), SKILLS[18], "perception")


def _left_or_right(picture: Image.Image, color: str) -> Solution | None:
    thing = _colored(picture, color)
    side = "left" if thing and thing.middle[0] < 0.5 else "right"
    return Solution(side, SKILLS[19], "perception") if thing else None


def _top_or_bottom(picture: Image.Image, color: str) -> Solution | None:
    thing = _colored(picture, color)
    level = "top" if thing and thing.middle[1] < 0.5 else "bottom"
    return Solution(level, SKILLS[20], "perception") if thing else None


def _colored(picture: Image.Image, color: str) -> Thing | None:
    return next((thing for thing in things(picture) if thing.color == color), None)


_ANSWERS: Final[Mapping[str, Callable[..., Solution | None]]] = {
    r"What is the result\?": _result,
    r"How many (\w+)s and (\w+)s are there in total\?": _total,
    r"What color is the bar on the (left|right)\?": _bar_color,
    r"How many bars are there\?": _bars,
    r"Which bar is the (tallest|shortest)\?": _extreme,
    r"What time does the clock show\?": _time,
    r"What color is the (\w+)\?": _color,
    r"What shape is the (\w+) object\?": _shape,
    r"How many objects are there\?": _objects,
    r"Where is the (\w+) object\? Give its box\.": _box,
    r"What number is written\?": _number,
    r"What word is written\?": _word,
    r"Is there an? (\w+) (\w+)\?": _present,
    r"Which object is (bigger|smaller), the (\w+) one or the (\w+) one\?": _bigger,
    r"Is the (\w+) object on the left or on the right\?": _left_or_right,
    r"Is the (\w+) object at the top or at the bottom\?": _top_or_bottom,
}
