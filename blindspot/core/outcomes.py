"""What a sample comes to over its repeats, where several parts must say the same of it.

    >>> passed([1.0, 0.0]), passed([0.0, 0.4])
    (True, False)
    >>> stage_of_samples([Attribution(sample_id="a", stage="reading", …)])
    {"a": "reading"}

Rates stay means of scores; this is for counts that need yes or no, and for one stage per sample.
It grades nothing and attributes nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import Final

from blindspot.core.records import Attribution, Label

PASSED: Final = 0.5
"""A mean score from here up counts as passed."""

STAGES: Final = (
    "truncated",
    "refusal",
    "format",
    "grader_suspect",
    "instruction",
    "calculation",
    "hallucination",
    "reading",
    "perception",
    "knowledge",
    "reasoning",
)
"""The error stages, in the order in which they are decided."""


def passed(scores: Sequence[float]) -> bool:
    """Whether a sample counts as right, from the scores of its repeats, at least one."""
    return fmean(scores) >= PASSED


def stage_of_samples(found: Iterable[Attribution]) -> dict[str, str]:
    """Per sample the stage of most of its failed repeats; ties go to the stage decided first."""
    return most_common_stages((a.sample_id, a.stage) for a in found)


def most_common_stages(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The same of pairs of a sample's id and the stage of one failed repeat."""
    per_sample: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for sample_id, stage in pairs:
        per_sample[sample_id][stage] += 1
    return {key: _most_common(stages) for key, stages in per_sample.items()}


def heaviest(labels: Iterable[Label]) -> dict[tuple[str, str], str]:
    """The term of the largest weight by sample and axis; of equal weights the one that stands
    first, which is how a diagnosis writes them.
    """
    best: dict[tuple[str, str], Label] = {}
    for label in labels:
        key = label.sample_id, label.axis
        if key not in best or label.weight > best[key].weight:
            best[key] = label
    return {key: label.term for key, label in best.items()}


def _most_common(stages: Counter[str]) -> str:
    rank = {stage: i for i, stage in enumerate(STAGES)}
    return min(stages, key=lambda s: (-stages[s], rank.get(s, len(rank)), s))
