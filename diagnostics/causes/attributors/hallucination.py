"""The answer asserts what the picture does not show.

Shown without asking anybody: "yes" where a question about presence, or one made to tempt (POPE,
HallusionBench, AMBER), has the answer "no"; a count of things of which there are none; an answer to
a question whose right answer is that the picture does not say. The opposite mistake, denying what
is there, is no hallucination.
"""

import re
from typing import Final

from blindspot.core.records import Prediction, Sample
from diagnostics.causes.attributor import Attributor, Verdict
from diagnostics.causes.counting import counts_what_is_seen
from diagnostics.causes.stated import answer_of, first_sentence, text_of
from diagnostics.causes.undetermined import is_unanswerable, says_undetermined

TEMPTING: Final = frozenset({"presence", "hallucination_resistance"})
"""Capabilities whose questions ask whether something is there or so."""
_HEDGED: Final = re.compile(
    r"\b(?:might|maybe|perhaps|possibly|guess|not sure|unsure|unclear|assum\w+|sorry"
    r"|unfortunately)\b|可能|也许|猜",
    re.IGNORECASE,
)


class Hallucination:
    """Compares what is asserted with a target that denies it."""

    def attribute(self, sample: Sample, prediction: Prediction) -> Verdict | None:
        text = text_of(prediction)
        answer = answer_of(sample, prediction)
        if answer is None:
            return None
        if _affirms(sample, answer):
            return Verdict("hallucination", 0.9, first_sentence(text))
        if is_unanswerable(sample) and not says_undetermined(text) and not _HEDGED.search(text):
            return Verdict("hallucination", 0.9, first_sentence(text))
        return None


def _affirms(sample: Sample, answer: str) -> bool:
    """Whether it says that something is there which is not."""
    target = sample.target.strip().casefold()
    if sample.answer_kind == "yes_no":
        return (sample.capability in TEMPTING and target == "no") and answer.casefold() == "yes"
    none = sample.answer_kind == "number" and target in ("0", "0.0")
    return none and counts_what_is_seen(sample) and float(answer) >= 1


PLUGIN: Final[Attributor] = Hallucination()
