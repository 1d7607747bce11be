"""Something was seen wrongly: counted a few off, another color or shape, a thing missed, a box that
lies beside its thing.

Decided only where the question asks for nothing but a look, and nothing was worked out: a color
known from a book, or a count that needs a step, may fail for other reasons.
"""

import re
from typing import Final

from blindspot.core.grading import IOU_THRESHOLD, intersection_over_union
from blindspot.core.records import Prediction, Sample
from diagnostics.causes.attributor import Attributor, Verdict
from diagnostics.causes.counting import counts_what_is_seen
from diagnostics.causes.looks import COLORS, SHAPES, named
from diagnostics.causes.stated import answer_of, in_words, is_worked_out, sentence_with, text_of

_LEAST_OVERLAP: Final = 0.1
_INFERRED: Final = re.compile(
    r"\b(?:would|if|when|after|mix\w*|should|will|turns?|become\w*|next|continue\w*|missing|replace\w*|"
    r"sequence|pattern|represent\w*|mean\w*|indicat\w*|why|usually|typically)\b",
    re.IGNORECASE,
)


class Perception:
    """Compares what was seen with what is there."""

    def attribute(self, sample: Sample, prediction: Prediction) -> Verdict | None:
        answer, text = answer_of(sample, prediction), text_of(prediction)
        if answer is None or is_worked_out(text):
            return None
        own, right = in_words(sample, answer), in_words(sample, sample.target)
        if not (
            _counted_off(sample, own, right)
            or _looks_other(sample, own, right)
            or _missed(sample, answer)
            or _box_beside(sample, answer)
        ):
            return None
        return Verdict("perception", 0.8, sentence_with(text, answer))


def _counted_off(sample: Sample, own: str, right: str) -> bool:
    """A few more or fewer than there are."""
    if not counts_what_is_seen(sample) or not (_is_count(own) and _is_count(right)):
        return False
    apart = abs(int(own) - int(right))
    return 0 < apart <= max(2, int(right) // 4) and int(right) > 0


def _looks_other(sample: Sample, own: str, right: str) -> bool:
    """Another color or shape than the thing has."""
    if sample.image_type == "chart_graph" or _INFERRED.search(sample.question):
        return False
    words = {"color": COLORS, "shape": SHAPES}.get(sample.capability)
    if words is None or sample.answer_kind not in ("text", "choice"):
        return False
    wanted, said = named(right, words), named(own, words)
    return len(wanted) == len(said) == 1 and wanted != said


def _missed(sample: Sample, answer: str) -> bool:
    """No, where the thing is there."""
    asked = sample.capability == "presence" and sample.answer_kind == "yes_no"
    return asked and sample.target.strip().casefold() == "yes" and answer.casefold() == "no"


def _box_beside(sample: Sample, answer: str) -> bool:
    """A box that overlaps the right one, and not enough."""
    if sample.answer_kind != "box":
        return False
    one, other = (tuple(map(float, _numbers(box))) for box in (answer, sample.target))
    if len(one) != 4 or len(other) != 4:
        return False
    return _LEAST_OVERLAP <= intersection_over_union(one, other) < IOU_THRESHOLD


def _is_count(text: str) -> bool:
    return bool(re.fullmatch(r"\d{1,6}", text.strip(), re.ASCII))


def _numbers(box: str) -> list[str]:
    return re.findall(r"-?\d+(?:\.\d+)?", box)


PLUGIN: Final[Attributor] = Perception()
