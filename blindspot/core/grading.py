"""Reading an answer from a completion and comparing it with the target: the harness's score
and the trainer's reward are this one call.

    >>> grade("The answer is (B).", target="B", kind="choice", options=("red", "blue"))
    Grade(answer='B', score=1.0)
    >>> grade("3 + 2 = 5", target="5", kind="number")
    Grade(answer='5', score=1.0)

An answer that cannot be read is `answer=None, score=0`: the model's mistake, counted. Nothing is
drawn at random and no judge is asked here. Benchmarks with their own rules bring their own
graders.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from blindspot.core.records import AnswerKind

GRADER: Final = "core-2"
"""Name and version; it changes whenever any grade would."""

IOU_THRESHOLD: Final = 0.5
RELATIVE_TOLERANCE: Final = 1e-10

_NUMBER = r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[-+]?\.\d+"
_MARKED = re.compile(r"answer(?:\s++is)?\s*+[:=]?\s*+(.+)", re.IGNORECASE)
_BETWEEN = r"(?:\s*+,\s*+|\s++)"
_BOX = re.compile(  # never from within a number: long rows of digits would take hours
    _BETWEEN.join([r"((?:-|(?<!\d))\d++(?:\.\d++)?)", *[r"(-?\d++(?:\.\d++)?)"] * 3])
)


@dataclass(frozen=True)
class Grade:
    """What was read and how right it is, in [0, 1]."""

    answer: str | None
    score: float


def grade(text: str, *, target: str, kind: AnswerKind, options: tuple[str, ...] = ()) -> Grade:
    """Grade one completion. `target` of a choice is its letter; of a set, items joined by
    commas; of a box, x0, y0, x1, y1.
    """
    answer = extract(text, kind, options)
    if answer is None:
        return Grade(None, 0.0)
    return Grade(answer, _compare(answer, target, kind))


def extract(text: str, kind: AnswerKind, options: tuple[str, ...] = ()) -> str | None:
    """The answer that the completion states, in the form of the target, or None if it states
    none.
    """
    stated = _stated(text)
    if not stated:
        return None
    if kind == "choice":
        return _letter(stated, options)
    if kind == "yes_no":
        return _yes_no(stated)
    if kind == "number":
        return _last_number(stated)
    if kind == "box":
        return _last_box(stated)
    return stated


def is_gradable(target: str, kind: AnswerKind, options: tuple[str, ...] = ()) -> bool:
    """Whether the target itself would be graded right; a benchmark whose targets are not is
    refused.
    """
    return grade(target, target=target, kind=kind, options=options).score == 1.0


def likely_kind(target: str, options: Sequence[str] = ()) -> AnswerKind:
    """What kind of answer a target of which nobody says it looks like. A number is what `extract`
    reads as one whole: "1,234" is, and "1,5", of which it would read the 5, is text.
    """
    if options:
        return "choice"
    plain = target.strip().casefold()
    if plain in ("yes", "no"):
        return "yes_no"
    return "number" if re.fullmatch(_NUMBER, plain.replace("−", "-")) else "text"


def normalise(text: str) -> str:
    """Lower case, NFKC, without articles, punctuation at the ends and repeated spaces."""
    text = unicodedata.normalize("NFKC", text).casefold().strip()
    text = re.sub(r"\b(the|a|an)\b", " ", text)
    return re.sub(r"\s+", " ", text).strip(" \t\n.,;:!?\"'`*")


def intersection_over_union(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    """IoU of two boxes (x0, y0, x1, y1); 0 for a box without area."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    overlap = max(width, 0.0) * max(height, 0.0)
    union = _area(a) + _area(b) - overlap
    return overlap / union if union > 0 else 0.0


def letter(position: int) -> str:
    """Option letter of a position: 0 is A."""
    return chr(ord("A") + position)


def _stated(text: str) -> str:
    """The part of the completion that states the answer: a box, what follows "answer:", or all
    of it.
    """
    boxed = re.findall(r"\\boxed\{([^{}]*)\}", text)
    if boxed:
        return boxed[-1].strip()
    marked = _MARKED.findall(text)
    return (marked[-1] if marked else text).strip().strip("*")


def _letter(text: str, options: tuple[str, ...]) -> str | None:
    letters = "".join(re.escape(letter(i)) for i in range(len(options)))
    if not letters:
        return None
    bare = re.fullmatch(rf"\(?([{letters}{letters.lower()}])\)?[.:]?", text.strip())
    if bare:
        return bare.group(1).upper()
    by_text = [
        letter(i) for i, option in enumerate(options) if normalise(option) == normalise(text)
    ]
    if len(by_text) == 1:
        return by_text[0]
    named = re.findall(rf"(?:^|[\s(])([{letters}])(?=[).:,\s]|$)", text)
    return named[0] if len(set(named)) == 1 else None


def _yes_no(text: str) -> str | None:
    said = set(re.findall(r"\b(yes|no)\b", text.casefold()))
    first = re.match(r"\W*(yes|no)\b", text.casefold())
    if first:
        return first.group(1)
    return said.pop() if len(said) == 1 else None


def _last_number(text: str) -> str | None:
    found = re.findall(_NUMBER, text.replace("−", "-").rsplit("=", 1)[-1])
    return found[-1].replace(",", "").lstrip("+") if found else None


def _last_box(text: str) -> str | None:
    found = _BOX.findall(text)
    return ", ".join(found[-1]) if found else None


def _compare(answer: str, target: str, kind: AnswerKind) -> float:
    if kind == "number":
        return float(_same_number(answer, target))
    if kind == "set":
        return float(_items(answer) == _items(target))
    if kind == "box":
        return float(_same_box(answer, target))
    return float(normalise(answer) == normalise(target))


def _same_number(answer: str, target: str) -> bool:
    wanted = _last_number(target)
    if wanted is None:
        return False
    a, b = float(answer), float(wanted)
    return abs(a - b) <= RELATIVE_TOLERANCE * max(1.0, abs(b))


def _items(text: str) -> frozenset[str]:
    return frozenset(normalise(i) for i in re.split(r"[,;\n]| and ", text) if normalise(i))


def _same_box(answer: str, target: str) -> bool:
    a, b = _BOX.search(answer), _BOX.search(target)
    if not a or not b:
        return False
    boxes = [tuple(float(x) for x in m.groups()) for m in (a, b)]
    return intersection_over_union(boxes[0], boxes[1]) >= IOU_THRESHOLD


def _area(box: tuple[float, ...]) -> float:
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)
