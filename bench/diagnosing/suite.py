"""An LMM-shaped suite: eleven tables of the sizes of the benchmarks' diagnosis halves, with their
categories, their native attributes, their shared pictures, and pass rates that are known.

    suite = simulate(REPORTING[0])                 12,797 samples in 11 benchmarks
    plant = Plant(suite.topic_members(…), factor=0.5)
    passed = outcomes(suite, pass_rates(suite, [plant]), ICC, np.random.default_rng(0))

Without a plant every sample of a benchmark has the same pass rate, so no slice is a weakness. A
question is made of common words, words of its category and words of a latent topic that is no
attribute. Outcomes on one picture correlate: each sample takes its picture's luck with probability
√ICC and its own otherwise, which leaves its pass rate as it is.

A seed draws the shares of categories, attributes and topics, all vocabularies and the benchmarks'
rates. Parameters were chosen on suites of `DEVELOPMENT`; measures report suites of `REPORTING`.
Sizes, categories and pictures per question are the benchmarks', their joint distributions are not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bench.diagnosing.tables import TABLES, BenchmarkTable
from blindspot.core.records import AnswerKind, Completion, Prediction, Sample
from diagnostics.answers import Answers, Floats, Ints, answers_of
from diagnostics.causes.attributor import ORDER
from diagnostics.labelling.labelled import as_stated
from diagnostics.slices.slice import Slice, categories

DEVELOPMENT: Final = tuple(range(100, 120))
"""Seeds of the suites that parameters were chosen on."""
REPORTING: Final = tuple(range(500, 520))
"""Seeds of the suites whose figures are printed."""
ICC: Final = 0.1
"""Correlation of outcomes on one picture, where a measure does not say otherwise."""
TOPICS: Final = 5
"""Latent topics of a category; no attribute follows them."""
_WORDS, _LENGTH = 14, 16
_COMMON, _MIX = "common", (0.4, 0.15, 0.15, 0.3)
_KINDS: Final[tuple[AnswerKind, ...]] = ("choice", "number", "text")
_KIND_SHARES = (0.6, 0.25, 0.15)
_SYLLABLES: Final = tuple(c + v + e for c in "bdfgklmnprstvz" for v in "aeiou" for e in "lnrst")


@dataclass(frozen=True)
class Suite:
    """Samples with their true pass rates; all arrays run along `answers.samples`."""

    answers: Answers
    """All samples answered; the scores are nobody's."""
    base: Floats
    """Pass rate of every sample without plants: its benchmark's."""
    topic: Ints
    """Latent topic within the category, from 0."""
    stages: Floats
    """(benchmarks, stages): at which stage of `ORDER` failures break without plants."""

    def categories(self, pictures: int) -> list[Slice]:
        """Categories on at least so many pictures, at most half of the benchmarks they are in:
        what is larger is mostly its own yardstick.
        """
        sizes = np.bincount(self.answers.benchmark)
        return [
            s
            for s in categories(self.answers)
            if _pictures(self.answers, s.members) >= pictures
            and len(s.members) <= sizes[np.unique(self.answers.benchmark[s.members])].sum() / 2
        ]

    def topics(self, pictures: int) -> list[Ints]:
        """Members of every latent topic of a category, on at least so many pictures."""
        found = [
            piece.members[self.topic[piece.members] == topic]
            for piece in categories(self.answers)
            for topic in range(TOPICS)
        ]
        return [m for m in found if _pictures(self.answers, m) >= pictures]


@dataclass(frozen=True)
class Plant:
    """A planted weakness."""

    members: Ints
    """Positions."""
    factor: float
    """d: a member passes with this part of its benchmark's rate."""
    stage: str | None = None
    """The error stage of the failures that the plant adds; None: as everywhere."""


def simulate(seed: int, shrink: int = 1) -> Suite:
    """The suite of a seed; its tables are divided by `shrink`."""
    rng = np.random.default_rng(seed)
    words = _Vocabulary(rng)
    samples: list[Sample] = []
    topic_of: dict[str, int] = {}
    for table in TABLES:
        for sample, topic in _samples(table, max(30, table.size // shrink), words, rng):
            samples.append(sample)
            topic_of[sample.id] = topic
    answers = answers_of(as_stated(samples), [_passed(s) for s in samples], "diagnosis")
    rates = {t.name: float(np.clip(t.rate + rng.normal(0, 0.04), 0.2, 0.92)) for t in TABLES}
    return Suite(
        answers=answers,
        base=np.array([rates[s.benchmark] for s in answers.samples]),
        topic=np.array([topic_of[s.id] for s in answers.samples]),
        stages=rng.dirichlet(np.full(len(ORDER), 4.0), len(TABLES)),
    )


def pass_rates(suite: Suite, plants: Sequence[Plant]) -> Floats:
    """Of every sample."""
    rates = suite.base.copy()
    for plant in plants:
        rates[plant.members] *= plant.factor
    return rates


def outcomes(suite: Suite, rates: Floats, icc: float, rng: np.random.Generator) -> Floats:
    """1 for passed, 0 for failed; those on one picture correlate by `icc`."""
    picture = suite.answers.cluster
    luck = rng.random(int(picture.max()) + 1)[picture]
    own = rng.random(len(picture))
    shared = rng.random(len(picture)) < np.sqrt(icc)
    return (np.where(shared, luck, own) < rates).astype(float)


def stage_of_failures(
    suite: Suite, passed: Floats, plants: Sequence[Plant], rng: np.random.Generator
) -> dict[str, str]:
    """The error stage of every failed sample, by id. A failure in a plant is one that the plant
    added with probability base·(1−d) / (1−base·d), and broke at the plant's stage then.
    """
    ladder = np.cumsum(suite.stages, axis=1)[suite.answers.benchmark]
    drawn = (rng.random(len(passed))[:, None] > ladder).sum(axis=1)
    stage = np.minimum(drawn, len(ORDER) - 1)
    for plant in (p for p in plants if p.stage):
        base = suite.base[plant.members]
        added = base * (1 - plant.factor) / (1 - base * plant.factor)
        hit = plant.members[rng.random(len(base)) < added]
        stage[hit] = ORDER.index(str(plant.stage))
    failed = np.flatnonzero(passed == 0)
    return {suite.answers.samples[i].id: ORDER[stage[i]] for i in failed.tolist()}


class _Vocabulary:
    """Made-up words, no two subjects with one in common."""

    def __init__(self, rng: np.random.Generator) -> None:
        first, second = (rng.permutation(len(_SYLLABLES)) for _ in range(2))
        words = [_SYLLABLES[i] + _SYLLABLES[j] for i in first[:90] for j in second[:90]]
        self._left = rng.permutation(words).tolist()
        self._of: dict[str, list[str]] = {}
        weight = 1 / np.arange(1, _WORDS + 1)
        self._rng, self._frequency = rng, weight / weight.sum()

    def draw(self, subject: str, count: int) -> list[str]:
        """Words of a subject, the first of its list the most frequent (Zipf)."""
        if subject not in self._of:
            self._of[subject] = [self._left.pop() for _ in range(_WORDS)]
        drawn = self._rng.choice(_WORDS, count, p=self._frequency)
        return [self._of[subject][i] for i in drawn]


def _samples(
    table: BenchmarkTable, size: int, words: _Vocabulary, rng: np.random.Generator
) -> Iterator[tuple[Sample, int]]:
    """All questions on one picture have one category and one topic."""
    names = sorted(table.cells)
    drawn = rng.dirichlet([200 * table.cells[c] / sum(table.cells.values()) for c in names])
    topics = {c: rng.dirichlet(np.full(TOPICS, 8.0)) for c in names}
    for picture in range(-(-size // table.per_picture)):
        cell = names[rng.choice(len(names), p=drawn)]
        topic = int(rng.choice(TOPICS, p=topics[cell]))
        first = picture * table.per_picture
        for i in range(first, min(size, first + table.per_picture)):
            yield _sample(table, i, picture, cell, topic, words, rng), topic


def _sample(
    table: BenchmarkTable,
    i: int,
    picture: int,
    cell: tuple[str, str],
    topic: int,
    words: _Vocabulary,
    rng: np.random.Generator,
) -> Sample:
    name = "/".join(cell)
    kinds = [_COMMON, table.name, name, f"{name} {topic}"]
    counts = rng.multinomial(_LENGTH, _MIX)
    said = [w for kind, n in zip(kinds, counts, strict=True) for w in words.draw(kind, int(n))]
    question = " ".join(rng.permutation(said).tolist()) + "?"
    return Sample(
        id=f"{table.name}/{i:05d}",
        benchmark=table.name,
        question=question,
        prompt=question,
        images=(f"{table.name}-{picture:05d}.png",),
        target="yes",
        answer_kind=_KINDS[int(rng.choice(len(_KINDS), p=_KIND_SHARES))],
        capability=cell[0],
        image_type=cell[1],
        attributes={k: v[_zipf(len(v), rng)] for k, v in table.attributes.items()},
    )


def _zipf(count: int, rng: np.random.Generator) -> int:
    weight = 1 / np.arange(1, count + 1) ** 0.5
    return int(rng.choice(count, p=weight / weight.sum()))


def _passed(sample: Sample) -> Prediction:
    return Prediction(
        sample_id=sample.id, completion=Completion(text="yes"), answer="yes", score=1.0, grader="g"
    )


def _pictures(answers: Answers, members: Ints) -> int:
    return len(np.unique(answers.cluster[members]))
