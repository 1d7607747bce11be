"""What a page is made from: the artifacts of the rounds up to one, each read at first use.

A stage that has not run yet is None; nothing here computes a statistic.
"""

import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from blindspot.core.acceptance import Acceptance, AcceptanceArtifact
from blindspot.core.artifact import Artifact, open_artifact, published
from blindspot.core.diagnosis import Change, Changes, Diagnosis, DiagnosisArtifact
from blindspot.core.errors import DataError
from blindspot.core.evaluation import Evaluation, Metrics, Rate
from blindspot.core.images import ImageStore
from blindspot.core.monitors import Watched, read
from blindspot.core.outcomes import heaviest, most_common_stages, passed
from blindspot.core.records import Attribution, Half, Label, Prediction, Sample
from blindspot.core.run_folder import RoundFolder
from blindspot.core.tables import as_records, scan_records
from blindspot.core.training_set import TrainingSetArtifact
from reports.pictures import Gallery
from reports.settings import ReportSettings

T = TypeVar("T")
Step = dict[str, float | None]
"""One line of `metrics.jsonl`; None where the value was no number."""
_BATCH: Final = 4096
"""Rows read at a time."""


class Round:
    """One round's artifacts."""

    def __init__(self, folder: RoundFolder, evaluation: Path | None = None) -> None:
        self.folder, self.number = folder, folder.number
        self._place = evaluation or folder.evaluation

    @property
    def images(self) -> ImageStore:
        """Where the pictures of its samples lie, if they were kept."""
        return ImageStore(self._place.parent.parent / "images")

    @cached_property
    def evaluation(self) -> Evaluation | None:
        return Evaluation(self._place) if published(self._place) else None

    @cached_property
    def metrics(self) -> Metrics | None:
        return self.evaluation.metrics() if self.evaluation else None

    @cached_property
    def _diagnosis(self) -> DiagnosisArtifact | None:
        path = self.folder.diagnosis
        return DiagnosisArtifact(path) if published(path) else None

    @cached_property
    def diagnosis(self) -> Diagnosis | None:
        return self._diagnosis.diagnosis() if self._diagnosis else None

    @cached_property
    def changes(self) -> Changes | None:
        return self._diagnosis.changes() if self._diagnosis else None

    @cached_property
    def training_set(self) -> TrainingSetArtifact | None:
        path = self.folder.training_set
        return TrainingSetArtifact(path) if published(path) else None

    @cached_property
    def checkpoint(self) -> Artifact | None:
        path = self.folder.checkpoint
        return open_artifact(path, "checkpoint") if published(path) else None

    @cached_property
    def _acceptance(self) -> AcceptanceArtifact | None:
        path = self.folder.acceptance
        return AcceptanceArtifact(path) if published(path) else None

    @cached_property
    def acceptance(self) -> Acceptance | None:
        return self._acceptance.acceptance() if self._acceptance else None

    @cached_property
    def watched(self) -> Watched | None:
        """What the monitors said after its evaluation."""
        path = self.folder.monitors
        return read(path) if path.is_file() else None

    @cached_property
    def log(self) -> list[Step]:
        """The training log, one entry per logged step."""
        return _read_log(self.folder.checkpoint / "metrics.jsonl") if self.checkpoint else []

    def artifacts(self) -> dict[str, Artifact]:
        """What has been published, in the order of the loop."""
        found = {
            "evaluation": self.evaluation and self.evaluation.artifact,
            "diagnosis": self._diagnosis and self._diagnosis.artifact,
            "training_set": self.training_set and self.training_set.artifact,
            "checkpoint": self.checkpoint,
            "acceptance": self._acceptance and self._acceptance.artifact,
        }
        return {name: artifact for name, artifact in found.items() if artifact}

    def samples(self, ids: Iterable[str]) -> dict[str, Sample]:
        """The samples of these ids."""
        rows = _rows(self._place / "samples.parquet", "id", ids)
        return {s.id: s for s in as_records(rows, Sample)}

    def predictions(self, ids: Iterable[str]) -> list[Prediction]:
        """All predictions of these samples."""
        rows = _rows(self._place / "predictions.parquet", "sample_id", ids)
        return as_records(rows, Prediction)

    def attributions(self, ids: Iterable[str]) -> dict[tuple[str, int], Attribution]:
        """Where these samples broke, by sample and repeat."""
        path = self.folder.diagnosis / "attributions.parquet"
        found = as_records(_rows(path, "sample_id", ids), Attribution) if path.is_file() else []
        return {(a.sample_id, a.repeat): a for a in found}

    def halves(self) -> dict[str, Half]:
        """The half of every sample."""
        ids, halves = _columns(self._place / "samples.parquet", "id", "half")
        return dict(zip(ids, halves, strict=True))

    def scores(self) -> dict[str, list[float]]:
        """Per answered sample the scores of its repeats, as far as they have one."""
        found: defaultdict[str, list[float]] = defaultdict(list)
        ids, scores = _columns(self._place / "predictions.parquet", "sample_id", "score")
        for name, score in zip(ids, scores, strict=True):
            if score is not None:
                found[name].append(score)
        return found

    def failed(self) -> dict[str, str]:
        """The attributed samples whose mean score fails, each with the stage of most of its failed
        repeats: the samples that the diagnosis counts, counted by the same rule.
        """
        path = self.folder.diagnosis / "attributions.parquet"
        if not path.is_file():
            return {}
        stages = most_common_stages(zip(*_columns(path, "sample_id", "stage"), strict=True))
        scores = self.scores()
        return {i: stage for i, stage in stages.items() if i in scores and not passed(scores[i])}

    def categories(self) -> dict[str, str]:
        """Category by sample id: its heaviest labels, or what it states itself."""
        path = self.folder.diagnosis / "labels.parquet"
        labels = heaviest(scan_records(path, Label)) if path.is_file() else {}
        rows = zip(
            *_columns(self._place / "samples.parquet", "id", "capability", "image_type"),
            strict=True,
        )
        return {
            i: f"{labels.get((i, 'capability'), own)}/{labels.get((i, 'image_type'), image_type)}"
            for i, own, image_type in rows
        }

    def attributors(self) -> dict[str, int]:
        """How many failed answers each attributor decided."""
        path = self.folder.diagnosis / "attributions.parquet"
        if not path.is_file():
            return {}
        (sources,) = _columns(path, "source")
        return {source: sources.count(source) for source in sorted(set(sources))}


@dataclass(frozen=True)
class View:
    """A page's material: all rounds up to the one shown."""

    settings: ReportSettings
    rounds: Sequence[Round]
    """By number, from 0; the last is the one that the page is about."""
    gallery: Gallery
    """Where sections ask for pictures."""
    command: str = ""
    """The command that makes it all again, if the caller knows it."""
    comparison: Mapping[str, Any] | None = None
    """Of a page that sets two evaluations, its rounds, against each other: their differences as
    plain numbers, with the fields of what `blindspot compare --json` prints.
    """

    @property
    def current(self) -> Round:
        return self.rounds[-1]


def of_half(rates: Sequence[Rate], half: Half) -> dict[str, Rate]:
    """The rates of one half, by name."""
    return {r.name: r for r in rates if r.half == half}


def held_out_changes(changes: Changes | None, since: int) -> list[Change]:
    """Paired changes of the held-out half since a round, the overall one first."""
    rows = changes.rows if changes else ()
    return [r for r in rows if r.half == "held_out" and r.since == since]


def spread(items: Iterable[T], most: int, key: Callable[[T], str]) -> list[T]:
    """The first item of every key, then the second of every key, up to `most`; key by key."""
    by_key: defaultdict[str, list[T]] = defaultdict(list)
    for item in items:
        by_key[key(item)].append(item)
    deepest = max(map(len, by_key.values()), default=0)
    turns = [own[i] for i in range(deepest) for own in by_key.values() if i < len(own)]
    return sorted(turns[:most], key=key)


def _columns(path: Path, *names: str) -> list[list[Any]]:
    """Some columns of a table, without the texts beside them."""
    try:
        with pq.ParquetFile(path) as file:
            table = file.read(columns=list(names))
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    return [table[name].to_pylist() for name in names]


def _rows(path: Path, column: str, ids: Iterable[str]) -> list[dict]:
    """The rows of some ids; only a few rows of the table are held at once."""
    wanted = pc.field(column).isin(sorted(set(ids)))
    try:
        with pq.ParquetFile(path) as file:
            parts = (pa.Table.from_batches([batch]) for batch in file.iter_batches(_BATCH))
            return [row for part in parts for row in part.filter(wanted).to_pylist()]
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> DataError:
    return DataError(f"The table {path}", str(error), "Run its stage with --redo")


def _read_log(path: Path) -> list[Step]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [_numbers(json.loads(line)) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise DataError(
            f"The training log {path}", f"it cannot be read ({error})", "Train again with --redo"
        ) from error


def _numbers(entry: dict) -> Step:
    """The numbers of a log line, those that are infinite or none left as None."""
    kept = {k: v for k, v in entry.items() if isinstance(v, int | float)}
    return {k: v if math.isfinite(v) else None for k, v in kept.items()}
