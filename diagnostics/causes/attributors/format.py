"""Nothing could be read from the completion as an answer of the wanted kind.

The evidence, where there is one, is the target standing verbatim in the completion: the model
probably knew, and only the form was wrong.
"""

import re
from typing import Final

from blindspot.core.grading import letter
from blindspot.core.records import Prediction, Sample
from diagnostics.causes.attributor import Attributor, Verdict


class Format:
    """Reads the extracted answer, which is None when there was nothing to extract."""

    def attribute(self, sample: Sample, prediction: Prediction) -> Verdict | None:
        if prediction.completion is None or prediction.answer is not None:
            return None
        return Verdict("format", 1.0, target_in(sample, prediction.completion.text))


def target_in(sample: Sample, text: str) -> str | None:
    """The span of the text that is the target, or, of a choice, the right option's text."""
    wanted = sample.target
    if sample.answer_kind == "choice":
        letters = {letter(i): option for i, option in enumerate(sample.options)}
        wanted = letters.get(sample.target.strip().upper(), sample.target)
    if not wanted.strip():
        return None
    found = re.search(rf"(?<!\w){re.escape(wanted.strip())}(?!\w)", text, re.IGNORECASE)
    return found.group() if found else None


PLUGIN: Final[Attributor] = Format()
