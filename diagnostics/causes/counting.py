"""Questions that ask for nothing but a count of what is to be seen.

"How many dogs are there?"                     is one
"How many more dogs than cats are there?"      is not: a step lies behind the count
"How many bars are above 40?"                  is not: a value has to be read first
"""

import re
from typing import Final

from blindspot.core.records import Sample

_ASKS: Final = re.compile(r"\bhow many\b|\bnumber of\b|\bcount\b|多少|几[个只条张]", re.IGNORECASE)
_STEPS: Final = re.compile(
    r"\b(?:more|fewer|less|than|if|total|altogether|left|remain\w*|differen\w*|sum|exceed\w*"
    r"|above|below|between|average|without|except|after|before|add\w*|subtract\w*|remov\w*|times"
    r"|half|twice|percent\w*|ratio|each|every|per|most|least|would|will|need\w*|can (?:fit|be)"
    r"|ways|years?|days?|hours?|minutes?|degrees?|units?|dollars?|equal)\b|\d",
    re.IGNORECASE,
)
_NO_PICTURES: Final = frozenset({"chart_graph", "math_formula", "diagram"})
"""Image types where a count mostly needs values or a rule."""


def counts_what_is_seen(sample: Sample) -> bool:
    """Whether a plain count of things in a picture is asked."""
    plain = sample.capability == "counting" and sample.image_type not in _NO_PICTURES
    return plain and bool(_ASKS.search(sample.question)) and not _STEPS.search(sample.question)
