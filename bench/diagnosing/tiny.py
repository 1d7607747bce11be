"""D13: the tiny world's weaknesses and planted stage faults, through the product's own commands.

The model of `examples/tiny` is asked once, by `blindspot evaluate`. Each draw deals its samples
anew into halves and diagnoses the one half: another evaluation of the same size and model.

What is weak was planted when the model was trained: seven cells, among them whole categories,
values of a condition and a bias (`examples/tiny/README.md`). A planted cell is recalled when
reported weaknesses hold most of its samples; a reported weakness is a false alarm when most of its
samples lie in no planted cell.

Stage faults are planted in the answers of cells that the model masters: two in five of a cell's
answers break at one stage. Recalled is a cell and stage that the diagnosis lists as more frequent
than elsewhere; false is a listed pair that was not planted and is not the model's own: the pairs
that the diagnosis lists without any fault do not count, either way.
"""

import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.diagnosing.draws import row
from bench.extent import Extent
from bench.rows import Row
from blindspot.core.artifact import Draft
from blindspot.core.diagnosis import Diagnosis, DiagnosisArtifact
from blindspot.core.evaluation import Evaluation
from blindspot.core.records import Completion, Prediction, Sample
from blindspot.core.run_folder import RunFolder
from blindspot.core.statistics import wilson
from blindspot.core.tables import write_records
from diagnostics.settings import DiagnosisInputs, DiagnosticsSettings
from diagnostics.stage import run

CONFIG: Final = Path("examples") / "tiny" / "config.toml"
PLANTED: Final = frozenset(
    {
        "arithmetic-minus",
        "chart_extremum-4",
        "clock",
        "counting-many",
        "ocr_digits-digits-small",
        "presence-absent",
        "total",
    }
)
"""Cells that training left weak: rare, hard, never asked, biased or never seen."""
FAULTY: Final = 0.4
"""Part of a cell's answers that break where a stage fault is planted."""


@dataclass(frozen=True)
class World:
    """The evaluated tiny world."""

    evaluation: Evaluation
    samples: Sequence[Sample]
    predictions: Sequence[Prediction]

    @property
    def cells(self) -> dict[str, str]:
        """Cell by sample id."""
        return {s.id: s.id.rpartition("-")[0] for s in self.samples}


@dataclass(frozen=True)
class Tally:
    """Of one draw."""

    found: int
    planted: int
    false: int
    reported: int


def measure(extent: Extent) -> list[Row]:
    """Recall and false alarms, of weaknesses and of stage faults."""
    world = evaluated(extent)
    weak = [weaknesses(world, extent.work, seed) for seed in range(extent.draws(1, 10))]
    faults = [stage_faults(world, extent.work, seed) for seed in range(extent.draws(1, 10))]
    return [
        *_rows("the tiny world's weaknesses", weak),
        *_rows("stage faults planted in its answers", faults),
    ]


def evaluated(extent: Extent) -> World:
    """Ask the tiny model through the command line; a part of the benchmark in smoke."""
    out = extent.work / "tiny"
    command = [sys.executable, "-m", "blindspot.cli", "evaluate", str(CONFIG), "--out", str(out)]
    limit = [] if extent.full else ["--limit", "2200"]
    subprocess.run([*command, *limit], check=True, stdout=subprocess.DEVNULL)
    found = Evaluation(RunFolder(out).round(0).evaluation)
    return World(found, found.samples(), found.predictions())


def weaknesses(world: World, work: Path, seed: int) -> Tally:
    """Diagnose one half, and hold what it says against what was planted."""
    name = f"weaknesses-{seed}"
    diagnosis, members = diagnosed(world, world.predictions, work / name, seed)
    cells = world.cells
    own = [s.id for s in _dealt(world.samples, seed) if s.half == "diagnosis"]
    reported = set().union(*members.values()) if members else set()
    return Tally(
        found=sum(_mostly([i in reported for i in own if cells[i] == c]) for c in PLANTED),
        planted=len(PLANTED),
        false=sum(not _mostly([cells[i] in PLANTED for i in ids]) for ids in members.values()),
        reported=len(diagnosis.weaknesses),
    )


def stage_faults(world: World, work: Path, seed: int) -> Tally:
    """Plant one fault of each kind, each in a cell of its own."""
    rng = random.Random(seed)
    strong = sorted(set(world.cells.values()) - PLANTED)
    plants = dict(zip(rng.sample(strong, len(FAULTS)), FAULTS, strict=True))
    broken = [_broken(p, plants.get(world.cells[p.sample_id]), rng) for p in world.predictions]
    without, _ = diagnosed(world, world.predictions, work / f"own-{seed}", seed)
    with_, _ = diagnosed(world, broken, work / f"faults-{seed}", seed)
    pairs = set(plants.items())
    own = set(_listed(without, world))
    listed = [pair for pair in _listed(with_, world) if pair not in own]
    return Tally(
        found=len(pairs & set(listed)),
        planted=len(pairs),
        false=len(set(listed) - pairs),
        reported=len(set(listed)),
    )


def diagnosed(
    world: World, predictions: Sequence[Prediction], root: Path, seed: int
) -> tuple[Diagnosis, dict[str, frozenset[str]]]:
    """The diagnosis of halves dealt anew, and the samples of its weaknesses."""
    folder = RunFolder(root)
    here = folder.round(0)
    if not here.evaluation.exists():
        draft = Draft(here.evaluation, "evaluation", {}, {"model": "tiny", "seed": str(seed)})
        write_records(draft.path / "samples.parquet", _dealt(world.samples, seed), Sample)
        write_records(draft.path / "predictions.parquet", predictions, Prediction)
        (draft.path / "metrics.json").write_text(world.evaluation.metrics().model_dump_json())
        draft.publish()
        run(DiagnosticsSettings(), DiagnosisInputs(folder, here.evaluation, 0), here.diagnosis)
    found = DiagnosisArtifact(here.diagnosis)
    return found.diagnosis(), found.members()


def _dealt(samples: Sequence[Sample], seed: int) -> list[Sample]:
    rng = random.Random(f"halves {seed}")
    return [
        s.model_copy(update={"half": "diagnosis" if rng.random() < 0.5 else "held_out"})
        for s in sorted(samples, key=lambda s: s.id)
    ]


def _broken(prediction: Prediction, stage: str | None, rng: random.Random) -> Prediction:
    """The prediction with its answer broken at a stage, in a part of the cases."""
    if stage is None or prediction.completion is None or rng.random() >= FAULTY:
        return prediction
    said = prediction.completion
    reason = "length" if stage == "truncated" else "stop"
    completion = Completion(text=FAULTS[stage](said.text), finish_reason=reason)
    return prediction.model_copy(update={"completion": completion, "answer": None, "score": 0.0})


FAULTS: Final[dict[str, Callable[[str], str]]] = {
    "truncated": lambda text: f"Let me look at the picture closely. First, the {text[:1]}",
    "refusal": lambda text: "I'm sorry, but I can't help with analyzing this picture.",
    "format": lambda text: f"*{'-'.join(text)}*?!",
}
"""What an answer becomes that breaks at a stage."""


def _listed(diagnosis: Diagnosis, world: World) -> Iterator[tuple[str, str]]:
    """The cells and stages that a diagnosis lists: each slice by the cell of most of its failures
    at the stage.
    """
    for each in diagnosis.excess:
        cells = [world.cells[i] for i in each.samples]
        if cells:
            yield max(sorted(set(cells)), key=cells.count), each.stage


def _mostly(values: Sequence[bool]) -> bool:
    return sum(values) > len(values) / 2


def _rows(name: str, tallies: Sequence[Tally]) -> list[Row]:
    found, planted = sum(t.found for t in tallies), sum(t.planted for t in tallies)
    false, reported = sum(t.false for t in tallies), sum(t.reported for t in tallies)
    recall = (found / planted, wilson(found, planted))
    alarms = (false / reported if reported else 0.0, wilson(false, reported))
    return [
        row("D13", f"{name}: recall", recall, 0.9, precision=0.2, to_beat="–"),
        row(
            "D13",
            f"{name}: false alarms of those reported",
            alarms,
            0.1,
            precision=0.2,
            higher_is_better=False,
            to_beat="–",
        ),
    ]
