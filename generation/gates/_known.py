"""Samples with their pictures, as candidates are compared with them."""

import itertools
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generation.gate import Shown
from generation.likeness import Limits, Look
from generation.likeness.gallery import Gallery, Match
from generation.likeness.wording import Questions, alike, answer, same
from generation.source import Candidate


@dataclass(frozen=True)
class Find:
    """A known sample one of whose pictures a picture is."""

    sample: int
    """In the order in which samples were put."""
    picture: Look
    """Of the sample."""
    match: Match
    tier: str
    """`same pixels`, `near` or `part`."""


class Known:
    """Samples in the order in which they were put."""

    def __init__(self, limits: Limits) -> None:
        self.samples: list[Shown] = []
        self._gallery = Gallery(limits)
        self._owners: list[int] = []
        """Sample by picture."""
        self._by_answer: defaultdict[str, _Answered] = defaultdict(_Answered)
        self._asked = 0
        """Pictures in it; the others are added when it is needed."""
        self._has_kin: dict[int, bool] = {}
        """By picture; found when it is first asked."""

    def put(self, sample: Shown) -> None:
        """Add a sample."""
        for picture in sample.looks:
            self._gallery.put(picture)
            self._owners.append(len(self.samples))
        self.samples.append(sample)

    def near(self, picture: Look, counts: Callable[[Shown], bool] | None = None) -> Iterator[Find]:
        """The samples that show this picture or one near it, the nearest first; of those that
        count, where that is said.
        """

        def right(index: int) -> bool:
            return counts is None or counts(self.samples[self._owners[index]])

        for match in self._gallery.near(picture, right):
            tier = "same pixels" if match.same_pixels else "near"
            yield self._find(match, tier)

    def parts(self, picture: Look) -> Iterator[Find]:
        """The samples that show a part of this picture or of which it is a part, or which show it
        turned or mirrored.
        """
        for match in self._gallery.parts(picture):
            yield self._find(match, "part")

    def parts_asked(self, picture: Look, question: str, right: str) -> Iterator[Find]:
        """`parts` of those samples that ask the same and have this answer, normalised. Only they
        are looked at: a run has thousands, and most ask something else.
        """
        for index in range(self._asked, len(self._owners)):
            sample = self.samples[self._owners[index]]
            self._by_answer[answer(sample.target, sample.options)].put(sample.question, index)
        self._asked = len(self._owners)
        answered = self._by_answer.get(right)
        among = answered.pictures(question) if answered else []
        for match in self._gallery.parts(picture, among):
            yield self._find(match, "part")

    def has_kin(self, find: Find) -> bool:
        """Whether another known picture is near the one found, or a part of it: then pictures like
        it are common, and being like it says little.
        """
        index, picture = find.match.index, find.picture
        if index not in self._has_kin:
            alike = itertools.chain(self._gallery.near(picture), self._gallery.parts(picture))
            others = (self._gallery[match.index] for match in alike if match.sure)
            self._has_kin[index] = any(other.pixels != picture.pixels for other in others)
        return self._has_kin[index]

    def _find(self, match: Match, tier: str) -> Find:
        return Find(self._owners[match.index], self._gallery[match.index], match, tier)


class _Answered:
    """Pictures whose samples have one answer, by their questions."""

    def __init__(self) -> None:
        self._questions, self._pictures = Questions(), array("q")

    def put(self, question: str, picture: int) -> None:
        self._questions.put(question)
        self._pictures.append(picture)

    def pictures(self, question: str) -> NDArray[np.intp]:
        """Those of samples that ask the same."""
        return np.array(self._pictures)[self._questions.alike(question)]


def is_fresh(candidate: Candidate) -> bool:
    """Whether a program drew the pictures anew: then none is a part of a known one, though many
    look it, since a few shapes on an empty sheet are all there is.
    """
    return candidate.truth == "construction" and not candidate.lineage


def asks(candidate: Candidate, question: str) -> bool:
    """Whether a candidate asks a known question. What a program asks differs in single words."""
    if is_fresh(candidate):
        return same(candidate.question, question)
    return alike(candidate.question, question)
