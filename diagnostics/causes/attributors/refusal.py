"""The model would not answer, or said that it cannot see.

"It cannot be determined from the image" is an answer, not a refusal: only what the model says
about itself counts, and only near the beginning.
"""

import re
from typing import Final

from blindspot.core.records import Prediction, Sample
from diagnostics.causes.attributor import Attributor, Verdict

_HEAD = 300
_UNABLE = r"(?:can(?:no|['’])t|can not|am (?:unable|not able) to|won['’]t|will not|(?:do|am) not)"
_ACT = (
    r"(?:help|assist|comply|fulfil\w*|process|provide|answer|respond|view|see|access|"
    r"look at|identify|analy[sz]e|discuss|describe|have access|able to)"
)
_PATTERNS = re.compile(
    rf"\bI(?:['’]m|\s+am)?\s+(?:sorry|afraid)\b[^.\n]{{0,40}}?\bI?\s*{_UNABLE}\b[^.\n]*"
    rf"|\bI\s+{_UNABLE}\s+(?:\w+\s+)?{_ACT}\b[^.\n]*"
    r"|\bI['’]m\s+(?:unable|not able)\s+to\b[^.\n]*"
    r"|\bI\s+must\s+decline\b[^.\n]*"
    r"|\bas an? (?:AI|language model|text-based)\b[^.\n]*",
    re.IGNORECASE,
)


class Refusal:
    """Looks for a refusal at the beginning of an answer."""

    def attribute(self, sample: Sample, prediction: Prediction) -> Verdict | None:
        said = prediction.completion
        if said is None:
            return None
        found = _PATTERNS.search(said.text[:_HEAD])
        if found:
            return Verdict("refusal", 0.95, found.group())
        return Verdict("refusal", 1.0) if said.finish_reason == "content_filter" else None


PLUGIN: Final[Attributor] = Refusal()
