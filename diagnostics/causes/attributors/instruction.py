"""The answer breaks what the prompt demands, and that is why it scored nothing.

Either its form rules out that it is right (`diagnostics.causes.demands`: no such option, several
options, no number …), or a single word was demanded and the right answer stands in a sentence that
the benchmark does not read.
"""

import re
from typing import Final

from blindspot.core.records import Prediction, Sample
from diagnostics.causes.attributor import Attributor, Verdict
from diagnostics.causes.demands import breach, demands_few_words
from diagnostics.causes.stated import core_grade, target_in

_NOT_IT: Final = re.compile(
    r"(?:\b(?:not|no|never|than|instead of|neither|nor|or|except|unlike|isn['’]t|but)|不是|没有)"
    r"\W{1,3}(?:\w+\W{1,3}){0,3}$",
    re.IGNORECASE,
)
_EXTRA: Final = 2
"""Words beyond the target that a short answer may have ("It is 5")."""
_LONGEST: Final = 1500
"""Characters of a completion that is a wordy answer, rather than a train of thought."""


class Instruction:
    """Looks for a breach that explains the zero."""

    def attribute(self, sample: Sample, prediction: Prediction) -> Verdict | None:
        if prediction.completion is None:
            return None
        text = prediction.completion.text
        broken = breach(sample, text)
        if broken:
            return Verdict("instruction", 0.95, broken if broken in text else None)
        if len(text) <= _LONGEST and _is_wordy(sample, text) and demands_few_words(sample):
            found = _right_in(sample, text)
            return Verdict("instruction", 0.9, found) if found else None
        return None


def _is_wordy(sample: Sample, text: str) -> bool:
    return len(text.split()) > len(sample.target.split()) + _EXTRA


def _right_in(sample: Sample, text: str) -> str | None:
    """The target in the sentence, if the sentence says that it is the answer."""
    if sample.answer_kind in ("choice", "yes_no", "number"):
        return target_in(sample, text) if core_grade(sample, text).score == 1 else None
    found = target_in(sample, text) if sample.answer_kind == "text" else None
    if found is None or _NOT_IT.search(text[: text.rindex(found)][-60:]):
        return None
    return found


PLUGIN: Final[Attributor] = Instruction()
