"""The answer says what the target says, and was still scored wrong.

Equal once both are normalised; or, where the benchmark compares whole texts, the right letter,
number or yes or no as the core grader reads it; or saying that the picture does not tell, where the
target says so in other words. For review by a person: the benchmark's own metric counts these as
wrong all the same. A sentence where a single word was demanded is `instruction` instead.
"""

import re
from typing import Final

from blindspot.core.grading import letter, normalise
from blindspot.core.records import Prediction, Sample
from diagnostics.causes.attributor import Attributor, Verdict
from diagnostics.causes.demands import breach, demands_few_words
from diagnostics.causes.stated import core_grade
from diagnostics.causes.undetermined import is_unanswerable, says_undetermined

_LONGER: Final = 3
_MARKS: Final = 40
"""An answer this many times as long as the target, and this many characters, is not the same."""
_STATEMENT: Final = 200
"""Characters of an answer that says nothing but that there is none."""


class GraderSuspect:
    """Compares the extracted answer with the target itself."""

    def attribute(self, sample: Sample, prediction: Prediction) -> Verdict | None:
        said, answer = prediction.completion, prediction.answer
        if said is None or answer is None:
            return None
        if _same(answer, sample) or _equally_undetermined(answer, sample):
            return Verdict("grader_suspect", 0.9, answer if answer in said.text else None)
        if _reads_right(answer, sample) and not demands_few_words(sample):
            return Verdict("grader_suspect", 0.8, answer if answer in said.text else None)
        return None


def _same(answer: str, sample: Sample) -> bool:
    targets = [t for t in _targets(sample) if len(answer) <= _LONGER * len(t) + _MARKS]
    plain = _plain(answer) if targets else ""
    return bool(plain) and any(plain == _plain(t) for t in targets)


def _equally_undetermined(answer: str, sample: Sample) -> bool:
    short = len(answer) <= _STATEMENT
    return short and is_unanswerable(sample) and says_undetermined(answer)


def _reads_right(answer: str, sample: Sample) -> bool:
    if sample.answer_kind not in ("choice", "yes_no", "number"):
        return False
    return core_grade(sample, answer).score == 1 and breach(sample, answer) is None


def _targets(sample: Sample) -> list[str]:
    """The target, and of a choice also the right option's text."""
    options = {letter(i): option for i, option in enumerate(sample.options)}
    own = options.get(sample.target.strip().upper())
    return [sample.target] if own is None else [sample.target, own]


def _plain(text: str) -> str:
    """A number's value, or the letters and digits of anything else."""
    text = normalise(text).strip("$€£()[] ").replace("−", "-")
    number = re.fullmatch(r"[-+]?\d[\d,]*(?:\.\d+)?|[-+]?\.\d+", text)
    if number:
        return repr(float(text.replace(",", "")))
    if re.search(r"\d", text):
        return re.sub(r"\s+", "", text)
    return re.sub(r"[\W_]+", "", text)


PLUGIN: Final[Attributor] = GraderSuspect()
