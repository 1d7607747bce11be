"""A synthetic run of several rounds, and its pages.

    images/  round-0/{evaluation,diagnosis,training_set,checkpoint,acceptance}  round-1/…
                     report.html  page.json            index.html  compare.html

Rates are the harness's own over all samples. The diagnosis is the diagnostics stage's own over the
first few thousand samples, since what it costs is D11's to say; its attributions and labels are
written for all samples. Training set, checkpoint, acceptance and monitors are those of
`bench.reporting.small`.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from bench.extent import Extent
from bench.reporting.material import (
    asked,
    attributions,
    labels,
    next_round,
    pictures,
    predictions,
)
from bench.reporting.small.afterwards import (
    write_acceptance,
    write_checkpoint,
    write_monitors,
    write_training_set,
)
from blindspot.comparison import compare
from blindspot.core.artifact import Draft
from blindspot.core.diagnosis import DiagnosisArtifact
from blindspot.core.evaluation import Metrics
from blindspot.core.records import Attribution, Label, Prediction, Sample
from blindspot.core.run_folder import RunFolder
from blindspot.core.tables import write_records
from blindspot.pairing import read
from diagnostics.settings import DiagnosisInputs, DiagnosticsSettings
from diagnostics.stage import run as diagnose
from harness.rates import metrics
from reports.stage import (
    CompareInputs,
    ReportInputs,
    ReportSettings,
    run,
    run_compare,
    run_index,
)

EXEMPLARS: Final = 30
"""Failing and passing samples of a weakness: many, so that every picture of a page is asked for."""
SETTINGS: Final = ReportSettings(max_samples=700)
"""More samples to open than by default, for the same reason."""
STEPS: Final = 500
CELLS: Final = 12
"""Of the mixture, how many have training samples."""
NOTHING: Final = Metrics(
    graders={}, model="m", overall=(), benchmarks=(), categories=(), coverage=1
)
"""Of the part that is diagnosed: the diagnosis reads no rates."""


@dataclass(frozen=True)
class Size:
    """Of a run."""

    samples: int
    rounds: int
    pictures: int
    diagnosed: int = 3_000
    """Of the samples, how many the diagnosis is made from."""
    attack: str = ""
    """Planted in every text."""


FULL: Final = Size(samples=100_000, rounds=5, pictures=400)
SMOKE: Final = Size(samples=400, rounds=2, pictures=12, diagnosed=400)


@dataclass(frozen=True)
class Run:
    """A run that is written, with its pages."""

    folder: RunFolder
    pages: dict[str, Path]
    """The last round's, the one over all rounds, and that of the first against the last."""


def size_of(extent: Extent) -> Size:
    return FULL if extent.full else SMOKE


def finished(extent: Extent) -> Run:
    """The run of an extent, written at first use."""
    return _finished(extent.work / "world", size_of(extent))


@cache
def _finished(root: Path, size: Size) -> Run:
    folder = written(root, size)
    return Run(folder, rendered(folder, size.rounds - 1))


def rendered(folder: RunFolder, number: int) -> dict[str, Path]:
    """The page of one round, the one over all, and that of the first against it."""
    command = f"blindspot report {folder.root.name}"
    page = run(SETTINGS, ReportInputs(folder, number, command), folder.round(number).report)
    index = run_index(SETTINGS, folder, command)
    return {"round": page, "index": index, "compare": _compared(folder, number)}


def _compared(folder: RunFolder, number: int) -> Path:
    """The first round against another, as `blindspot compare` writes it."""
    a, b = folder.round(0).evaluation, folder.round(number).evaluation
    found = compare(read(a), read(b), "held_out").model_dump(mode="json")
    inputs = CompareInputs(a, b, found, "blindspot compare")
    return run_compare(SETTINGS, inputs, folder.root / "compare.html")


def written(root: Path, size: Size) -> RunFolder:
    """All artifacts of a run; those of an earlier call are kept where it came to its end."""
    folder = RunFolder(root)
    if (root / "written").exists():
        return folder
    shutil.rmtree(root, ignore_errors=True)
    samples, right = asked(size.samples, pictures(folder.images, size.pictures), size.attack)
    for number in range(size.rounds):
        found = predictions(samples, right, size.attack)
        _evaluation(folder.round(number).evaluation, samples, found, size)
        _diagnosis(folder, number, samples, found, size)
        _afterwards(folder, number, size)
        right = next_round(right, number)
    (root / "written").touch()
    return folder


def _evaluation(
    path: Path, samples: Sequence[Sample], found: Sequence[Prediction], size: Size
) -> None:
    graders = {"all": f"bench{size.attack}"}
    rates = metrics(samples, found, f"{path.parent.name}{size.attack}", graders)
    _published(path, samples, found, rates)


def _published(
    path: Path, samples: Sequence[Sample], found: Sequence[Prediction], rates: Metrics
) -> None:
    draft = Draft(path, "evaluation", {"n": len(samples)}, {})
    write_records(draft.path / "samples.parquet", samples, Sample)
    write_records(draft.path / "predictions.parquet", found, Prediction)
    (draft.path / "metrics.json").write_text(rates.model_dump_json())
    draft.publish(counts={"samples": len(samples)})


def _diagnosis(
    folder: RunFolder,
    number: int,
    samples: Sequence[Sample],
    found: Sequence[Prediction],
    size: Size,
) -> None:
    """The stage's own of a part, with the attributions of all."""
    parts = folder.root / "diagnosed"
    part = slice(size.diagnosed)
    _published(parts / f"{number}", samples[part], found[part], NOTHING)
    earlier = tuple(parts / f"{n}" for n in range(number))
    previous = tuple(parts / f"{n}-out" for n in range(number))
    inputs = DiagnosisInputs(
        folder, parts / f"{number}", number, earlier=earlier, previous=previous
    )
    out = parts / f"{number}-out"
    diagnose(DiagnosticsSettings(exemplars=EXEMPLARS), inputs, out)
    draft = Draft(folder.round(number).diagnosis, "diagnosis", {}, {})
    for file in ("diagnosis.json", "changes.json"):
        if (out / file).exists():
            (draft.path / file).write_text(_named((out / file).read_text(), size.attack))
    every = attributions(samples, found)
    write_records(draft.path / "attributions.parquet", every, Attribution)
    write_records(draft.path / "labels.parquet", labels(samples), Label)
    draft.publish(counts={"attributions": len(every)})


def _named(text: str, attack: str) -> str:
    """A diagnosis whose weaknesses bear a planted name."""
    found = json.loads(text)
    for weakness in found.get("weaknesses", ()):
        weakness["name"] += attack
    return json.dumps(found)


def _afterwards(folder: RunFolder, number: int, size: Size) -> None:
    """What follows a diagnosis, with a log as long as a training's."""
    here, text = folder.round(number), f"none{size.attack}"
    shares = DiagnosisArtifact(here.diagnosis).diagnosis().mixture
    write_training_set(here.training_set, shares[:CELLS], f"How many?{size.attack}")
    write_checkpoint(here.checkpoint, number, text, STEPS)
    write_acceptance(here.acceptance, number, text)
    write_monitors(here.monitors, number, text)
