"""What a page is made from: the artifacts of the rounds up to one, each read at first use.

A stage that has not run yet is None; nothing here computes a statistic.
"""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow.compute as pc

from blindspot.core.acceptance import Acceptance, AcceptanceArtifact
from blindspot.core.artifact import Artifact, open_artifact, published
from blindspot.core.diagnosis import Change, Changes, Diagnosis, DiagnosisArtifact
from blindspot.core.errors import DataError
from blindspot.core.evaluation import Evaluation, Metrics, Rate
from blindspot.core.monitors import Watched, read
from blindspot.core.records import Attribution, Half, Prediction, Sample
from blindspot.core.run_folder import RoundFolder
from blindspot.core.tables import as_records, read_table
from blindspot.core.training_set import TrainingSetArtifact
from reports.pictures import Gallery
from reports.settings import ReportSettings

Step = dict[str, float | None]
"""One line of `metrics.jsonl`; None where the value was no number."""


class Round:
    """One round's artifacts."""

    def __init__(self, folder: RoundFolder) -> None:
        self.folder, self.number = folder, folder.number

    @cached_property
    def evaluation(self) -> Evaluation | None:
        path = self.folder.evaluation
        return Evaluation(path) if published(path) else None

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
        rows = _rows(self.folder.evaluation / "samples.parquet", "id", ids)
        return {s.id: s for s in as_records(rows, Sample)}

    def predictions(self, ids: Iterable[str]) -> list[Prediction]:
        """All predictions of these samples."""
        rows = _rows(self.folder.evaluation / "predictions.parquet", "sample_id", ids)
        return as_records(rows, Prediction)

    def attributions(self, ids: Iterable[str]) -> dict[tuple[str, int], Attribution]:
        """Where these samples broke, by sample and repeat."""
        path = self.folder.diagnosis / "attributions.parquet"
        found = as_records(_rows(path, "sample_id", ids), Attribution) if path.is_file() else []
        return {(a.sample_id, a.repeat): a for a in found}


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


def _rows(path: Path, column: str, ids: Iterable[str]) -> list[dict]:
    wanted = pc.field(column).isin(sorted(set(ids)))
    return read_table(path).filter(wanted).to_pylist()


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
