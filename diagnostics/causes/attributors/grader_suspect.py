"""The answer equals the target once both are normalised, and was still scored wrong.

For review by a person: the benchmark's own metric counts these as wrong all the same.
"""

import re
from typing import Final

from blindspot.core.grading import letter, normalise
from blindspot.core.records import Prediction, Sample
from diagnostics.causes.attributor import Attributor, Verdict


class GraderSuspect:
    """Compares the extracted answer with the target itself."""

    def attribute(self, sample: Sample, prediction: Prediction) -> Verdict | None:
        said, answer = prediction.completion, prediction.answer
        if said is None or answer is None or not _same(answer, sample):
            return None
        return Verdict("grader_suspect", 0.9, answer if answer in said.text else None)


def _same(answer: str, sample: Sample) -> bool:
    return any(_plain(answer) == _plain(t) for t in _targets(sample) if _plain(t))


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
