"""The contract of a benchmark: one file under `benchmarks/`, or one Python file of a user's own.

A benchmark says where its rows are, how a row becomes a `Sample`, how a completion becomes a score
in [0, 1], and which metrics it is known by. It never asks a model, draws nothing at random, and
abstains (`None`) where its rule cannot decide; then the judge does, or nobody.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from blindspot.core.grading import Grade
from blindspot.core.records import AnswerKind, Failure, Sample
from blindspot.core.registry import Registry
from harness.settings import BenchmarkSettings

Doc = Mapping[str, Any]
"""A row as the dataset has it, without its pictures."""


@dataclass(frozen=True)
class Facts:
    """What is known of a benchmark before its data is here."""

    title: str
    """As its paper calls it."""
    size: int
    """Samples."""
    licence: str
    """As its dataset card states it; `unverified` where the card could not be seen."""
    paper: str
    """arXiv number or address."""
    dataset: str = ""
    """Its name on the hub; empty for a user's own."""
    split: str = ""
    """The split that is asked."""
    download_gb: float | None = None
    """Size of that download in 10^9 bytes; None where it is not known."""
    judge: bool = False
    """Whether a judge is needed where the rule abstains."""


@dataclass(frozen=True)
class Fields:
    """What a row says, in the terms of a `Sample`."""

    id: str
    """Unique within the benchmark, from the data and never from a position."""
    question: str
    """As a person reads it, without options."""
    target: str
    """The right answer; of a `choice` its letter."""
    answer_kind: AnswerKind
    """How a reward compares it; the benchmark's own score is its `grade`."""
    options: tuple[str, ...] = ()
    """Of a `choice`."""
    group: str | None = None
    """What it belongs together with."""
    capability: str = "unmapped"
    """A term of `blindspot.core.taxonomy`."""
    image_type: str = "mixed"
    """A term of `blindspot.core.taxonomy`."""


@dataclass(frozen=True)
class Item:
    """One sample as it was loaded."""

    sample: Sample
    """Without names of pictures; the stage stores them."""
    pictures: tuple[bytes, ...] = ()
    """Encoded, in the order they are sent."""
    doc: Doc = field(default_factory=dict)
    """The native row."""
    failure: Failure | None = None
    """Why its pictures cannot be had."""


@dataclass(frozen=True)
class Scored:
    """One graded answer, as metrics see it."""

    sample: Sample
    doc: Doc
    answer: str | None
    """What was extracted."""
    score: float
    """In [0, 1]."""


class Opened(Protocol):
    """A benchmark whose data is here."""

    @property
    def grader(self) -> str:
        """Name and version of its rule; it changes whenever any grade would."""
        ...

    def ids(self) -> list[str]:
        """Ids of all samples, in the data's order, without decoding a picture."""
        ...

    def items(self, wanted: Collection[str] | None = None) -> Iterator[Item]:
        """The samples with these ids, or all, in the data's order. Raises DataError naming the row
        that contradicts itself.
        """
        ...

    def grade(self, sample: Sample, doc: Doc, text: str) -> Grade | None:
        """Grade one completion, reasoning already taken away; None where the rule cannot decide."""
        ...

    def metrics(self, scored: Sequence[Scored]) -> dict[str, float]:
        """The metrics it is known by, in [0, 1], the headline first. Never called with nothing."""
        ...


class Benchmark(Protocol):
    """Contract of a file under `benchmarks/`: `PLUGIN: Final[Benchmark]`."""

    @property
    def facts(self) -> Facts:
        """What is known beforehand."""
        ...

    def digest(self, settings: BenchmarkSettings, lock: Path) -> str:
        """Digest of the data, or its locked revision, without reading it whole where possible.
        Raises DataError when it is not there.
        """
        ...

    def open(self, settings: BenchmarkSettings, lock: Path) -> Opened:
        """Open the data. Raises DataError for data that is not there or has other columns."""
        ...


benchmarks: Final = Registry[Benchmark]("harness.benchmarks")


def validate(opened: Opened, items: Iterable[Item]) -> list[str]:
    """Ids of samples whose own target the benchmark's rule does not grade as right; a target that
    only the judge could decide is none of them.
    """
    graded = ((i.sample.id, opened.grade(i.sample, i.doc, i.sample.target)) for i in items)
    return [name for name, grade in graded if grade is not None and grade.score != 1]


def mean_score(scored: Sequence[Scored]) -> float:
    """The mean score."""
    return sum(s.score for s in scored) / len(scored)


def accuracy(scored: Sequence[Scored]) -> dict[str, float]:
    """The metric of most benchmarks."""
    return {"accuracy": mean_score(scored)}
