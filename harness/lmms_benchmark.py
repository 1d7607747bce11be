"""A benchmark whose dataset, prompts and scoring are a task of lmms-eval: what the files under
`benchmarks/` are made of.

A file gives facts, how a row is read, how a completion is scored and the metrics; rows and prompts
come through the task itself. Ids are `NAME/ID-IN-THE-DATA`.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blindspot.core.errors import BlindspotError, DataError
from blindspot.core.grading import Grade
from blindspot.core.records import Failure, Sample
from harness import lmms, rows
from harness.benchmark import Doc, Facts, Fields, Item, Scored, accuracy
from harness.settings import BenchmarkSettings

if TYPE_CHECKING:
    import datasets


@dataclass(frozen=True)
class LmmsBenchmark:
    """One of lmms-eval's tasks as a benchmark."""

    name: str
    """Of the file, and the prefix of its ids."""
    facts: Facts
    task: str
    """Its name in lmms-eval."""
    columns: tuple[str, ...]
    """Columns that are read; data without one of them is refused."""
    fields: Callable[[Doc], Fields]
    """How a row is read. It sees no pictures."""
    grade: Callable[[lmms.Task, Doc, str], Grade | None]
    """How a completion is scored; None where the rule cannot decide."""
    version: int = 1
    """Raised whenever any grade would change."""
    metrics: Callable[[Sequence[Scored]], dict[str, float]] = accuracy
    """What it is known by."""
    config: str | None = None
    """The dataset's configuration on the hub."""
    scored_with: str = ""
    """A package whose version changes grades; it becomes part of the grader's name."""

    def digest(self, settings: BenchmarkSettings, lock: Path) -> str:
        """Digest of the local files, or the hub's revision."""
        return rows.digest(settings, self.facts, lock)

    def open(self, settings: BenchmarkSettings, lock: Path) -> "OpenedTask":
        """Open its data."""
        data = rows.load(settings, self.facts, lock, self.config)
        rows.require(data, self.columns, settings)
        return OpenedTask(self, settings, lmms.Task(self.task, lmms.config_of(self.task), data))


class OpenedTask:
    """A benchmark of lmms-eval whose data is here."""

    def __init__(
        self, benchmark: LmmsBenchmark, settings: BenchmarkSettings, task: lmms.Task
    ) -> None:
        self.benchmark, self.settings, self.task = benchmark, settings, task
        package = benchmark.scored_with
        with_package = f" {package}-{version(package)}" if package else ""
        self.grader = f"{benchmark.name}-{benchmark.version} lmms-eval-{lmms.VERSION}{with_package}"

    def ids(self) -> list[str]:
        """Ids of all samples; two rows with one id are told apart by their order among equals."""
        return self._ids

    def items(self, wanted: Collection[str] | None = None) -> Iterator[Item]:
        """The wanted samples, or all, with their prompts and pictures."""
        for number, (name, doc) in enumerate(zip(self._ids, self.task.rows, strict=True), 1):
            if wanted is None or name in wanted:
                yield self._item(name, dict(doc), number)

    def grade(self, sample: Sample, doc: Doc, text: str) -> Grade | None:
        """The benchmark's own score."""
        return self.benchmark.grade(self.task, doc, text)

    def metrics(self, scored: Sequence[Scored]) -> dict[str, float]:
        """The benchmark's own metrics."""
        return self.benchmark.metrics(scored)

    @cached_property
    def _ids(self) -> list[str]:
        plain = _without_pictures(self.task.rows)
        seen: dict[str, int] = {}
        ids = []
        for number, doc in enumerate(plain, 1):
            own = f"{self.settings.name}/{self._fields(dict(doc), number).id}"
            seen[own] = seen.get(own, 0) + 1
            ids.append(own if seen[own] == 1 else f"{own}#{seen[own]}")
        return ids

    def _fields(self, doc: Doc, number: int) -> Fields:
        with self._reading(number):
            return self.benchmark.fields(doc)

    def _item(self, name: str, row: dict[str, Any], number: int) -> Item:
        with self._reading(number):
            return self._read(name, row, number)

    @contextmanager
    def _reading(self, number: int) -> Iterator[None]:
        """What a row of other types makes of the task's code, as an error that names the row."""
        try:
            yield
        except BlindspotError:
            raise
        except (Exception, SystemExit) as error:  # the task's own code may raise anything, or exit
            raise DataError(
                f"The benchmark '{self.settings.name}', row {number}",
                f"it cannot be read ({type(error).__name__}: {error})",
                "Give the dataset that its task reads",
            ) from error

    def _read(self, name: str, row: dict[str, Any], number: int) -> Item:
        hidden = lmms.pictures_in(row)
        doc = {key: value for key, value in row.items() if key not in hidden}
        fields = self._fields(doc, number)
        prompt, pictures, failure = self._prompt(row, doc)
        sample = Sample(
            id=name,
            benchmark=self.settings.name,
            prompt=prompt,
            attributes=_attributes(doc, fields),
            **{k: v for k, v in vars(fields).items() if k != "id"},
        )
        return Item(sample, pictures, doc, failure)

    def _prompt(
        self, row: dict[str, Any], doc: Doc
    ) -> tuple[str, tuple[bytes, ...], Failure | None]:
        """Prompt and pictures, or why the row's pictures cannot be shown: unreadable, or named by
        the question and not there.
        """
        try:
            return *self.task.prompt(row), None
        except (OSError, DataError) as error:
            why = error.why if isinstance(error, DataError) else str(error)
        except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
            why = f"the task cannot show the row's pictures ({type(error).__name__}: {error})"
        return self.task.text(doc), (), Failure(kind="image", message=why, retryable=False)


def _attributes(doc: Doc, fields: Fields) -> dict[str, str]:
    """All native metadata as text, nested ones by dotted name; question and target stand already in
    the sample.
    """
    flat: dict[str, str] = {}
    for key, value in doc.items():
        parts = value.items() if isinstance(value, Mapping) else [("", value)]
        for part, inner in parts:
            text = (
                inner
                if isinstance(inner, str)
                else json.dumps(inner, ensure_ascii=False, default=str)
            )
            if inner not in (None, "", []) and text not in (fields.question, fields.target):
                flat[f"{key}.{part}" if part else key] = text
    return flat


def _without_pictures(data: "datasets.Dataset") -> "datasets.Dataset":
    if not len(data):
        return data
    return data.remove_columns(list(_picture_columns(data)))


def _picture_columns(data: "datasets.Dataset") -> Iterator[str]:
    import datasets

    for name, feature in data.features.items():
        inner = feature.feature if isinstance(feature, datasets.List) else feature
        if isinstance(inner, datasets.Image):
            yield name
