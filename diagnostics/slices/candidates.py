"""Candidate slices of all kinds, overlapping. Outcomes are never seen.

    counting/geometric                        category
    … {"answer kind": "number"}               answer kind
    … {"bars": "4"}                           condition
    … {"bars": "4", "colour": "red"}          conjunction
    … {"wording": "how many"}                 wording
    … {"topic": "angle, triangle, degrees"}   topic

A slice needs support and at least two pictures: what was seen on a single picture says nothing
about a kind of picture. What the texts give, and two conditions at once, needs a thousandth of all
samples besides: less is hardly worth training on, and the pool stays in the thousands. A part that
is nearly its whole category within the benchmarks that it comes from would only name them, and is
dropped. Of slices with the same samples the simplest is kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from blindspot.core.records import SliceKind
from diagnostics.answers import Answers
from diagnostics.labelling.labelled import UNMAPPED
from diagnostics.slices.conditions import NEARLY, answer_kinds, conditions, conjunctions
from diagnostics.slices.slice import MEMBER, Slice, categories
from diagnostics.slices.texts import Counted, asked, counted
from diagnostics.slices.topics import stems, topics
from diagnostics.slices.wordings import wordings

__all__ = ["KINDS", "MEMBER", "Slice", "candidates", "categories"]

KINDS: Final[tuple[SliceKind, ...]] = (
    "category",
    "answer kind",
    "condition",
    "conjunction",
    "wording",
    "topic",
    "skill",
)
"""The simplest first."""
SMALLEST: Final = 0.001
"""Share of all samples that a topic, a wording or a conjunction needs."""
STARTS, MOST_STARTS = 30, 3
"""Random starts of clusterings that all categories share, and that one has at most."""
_NO_SKILLS: Final[Mapping[str, str]] = {}


def candidates(
    answers: Answers, min_support: int, skills: Mapping[str, str] = _NO_SKILLS
) -> list[Slice]:
    """Slices to test, the simplest kinds first, then by category. `skills`: by sample id a phrase
    that says what it asks of a model, which is then read in place of the question.
    """
    own = [c for c in categories(answers) if c.capability != UNMAPPED]
    read = _Read(answers, skills, min_support, len(own))
    parts = (piece for category in own for piece in (category, *_parts(category, read)))
    return _distinct([p for p in parts if _supported(p, answers, min_support)])


class _Read:
    """What candidates are made of."""

    def __init__(
        self, answers: Answers, skills: Mapping[str, str], min_support: int, count: int
    ) -> None:
        self.answers = answers
        self.texts = counted([skills.get(s.id) or asked(s) for s in answers.samples], fewest=2)
        self.stems = stems(self.texts)
        self.fewest = max(min_support, int(SMALLEST * len(answers.samples)))
        self.starts = max(1, min(MOST_STARTS, STARTS // max(count, 1)))


def _parts(category: Slice, read: _Read) -> Iterator[Slice]:
    samples, fewest = read.answers.samples, read.fewest
    own, stemmed = _some(read.texts, category.members), _some(read.stems, category.members)
    single = list(conditions(category, samples))
    names = {samples[i].benchmark for i in category.members.tolist()}
    for pool in (
        answer_kinds(category, samples),
        single,
        conjunctions(single, len(samples), fewest),
        wordings(category, own, fewest, names),
        topics(category, own, stemmed, fewest, read.starts),
    ):
        yield from (piece for piece in pool if not _whole(piece, category, read.answers))


def _some(texts: Counted, rows: np.ndarray) -> Counted:
    """Of some texts, the terms that they have."""
    part = Counted(texts.present[rows], texts.terms)
    columns = np.flatnonzero(part.frequency)
    return part.of(np.arange(len(rows)), columns)


def _supported(piece: Slice, answers: Answers, min_support: int) -> bool:
    pictures = answers.cluster[piece.members]
    return len(piece.members) >= min_support and bool((pictures != pictures[0]).any())


def _whole(piece: Slice, category: Slice, answers: Answers) -> bool:
    """Whether it is nearly all of the category in the benchmarks of which it has more than half."""
    every = np.bincount(answers.benchmark[category.members])
    own = np.bincount(answers.benchmark[piece.members], minlength=len(every))
    most = own > every / 2
    inside = own[most].sum()
    return bool(inside >= NEARLY * (own.sum() + every[most].sum() - inside)) and own.sum() > 0


def _distinct(found: Sequence[Slice]) -> list[Slice]:
    """One of each set of samples, the simplest; in a fixed order."""
    ordered = sorted(found, key=lambda s: KINDS.index(s.kind))  # stable: by category within a kind
    kept: dict[bytes, Slice] = {}
    for piece in ordered:
        kept.setdefault(piece.members.tobytes(), piece)
    return list(kept.values())
