"""Nothing could be read from the completion as an answer of the wanted kind.

Where the target stands verbatim in the completion the verdict is flagged `target present` and the
span is the evidence: the model probably knew, and only the form was wrong. An answer in a strict
benchmark's wrong form that says something else than the target is left to the rules behind this
one, since its form is not what broke it; so is one that breaks what the prompt demands.
"""

from typing import Final

from blindspot.core.records import Prediction, Sample
from diagnostics.causes.attributor import Attributor, Verdict
from diagnostics.causes.demands import breach
from diagnostics.causes.stated import core_grade, target_in

TARGET_PRESENT: Final = "target present"


class Format:
    """Reads the extracted answer, which is None when there was nothing to extract."""

    def attribute(self, sample: Sample, prediction: Prediction) -> Verdict | None:
        if prediction.completion is None or prediction.answer is not None:
            return None
        text = prediction.completion.text
        if breach(sample, text) or _says_another(sample, text):
            return None
        found = target_in(sample, text)
        return Verdict("format", 1.0, found, TARGET_PRESENT if found else None)


def _says_another(sample: Sample, text: str) -> bool:
    """Whether the core grader, which is more lenient than some benchmarks, reads a wrong answer."""
    if sample.answer_kind in ("text", "set"):
        return False
    read = core_grade(sample, text)
    return read.answer is not None and read.score == 0


PLUGIN: Final[Attributor] = Format()
