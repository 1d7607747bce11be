"""A training set made in a process of its own, by the real stage, with every agent and the policy
at the stub server.

    run = Run(folder, Task(url=server.url, slots=200, concurrency=64))
    child = run.start()                              a process; kill it, start it again
    run.finish(child); run.digests()                 {"train/0000.parquet": "9f…", …}

    python -m bench.generating.runs FOLDER           what such a process runs

The diagnosis asks for as many training samples as there are slots, spread over the cells of
`bench.generating.planted_source`; all of them aim at a weakness, so that the policy is asked too.
"""

import os
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.generating import planted_source
from bench.processes import Child, kill, log, start
from blindspot.core.artifact import Draft, Manifest, write_text
from blindspot.core.diagnosis import Diagnosis, Null
from blindspot.core.errors import StageError
from blindspot.core.model import ModelSettings
from blindspot.core.records import CellShare, Record, Sample
from blindspot.core.run_folder import RunFolder
from blindspot.core.tables import write_records
from blindspot.core.training_set import TrainingSetArtifact, read_split
from generation.plan import largest_remainder
from generation.settings import GenerationSettings
from generation.stage import GenerationInputs

PRICES: Final = (0.4, 1.6)
"""Of a million tokens of prompts and of completions."""
OUT: Final = "round-0/training_set"
_TASK: Final = "task.json"


class Task(Record):
    """What is made, and how."""

    url: str
    """Of the stub server."""
    slots: int
    """Training samples wanted."""
    concurrency: int
    """Requests in flight at once."""
    attempts: int = 3
    """Candidates for a slot, at most."""
    prices: tuple[float, float] | None = None
    """Of every model."""
    budget: float | None = None
    """Of all calls."""
    seed: int = 0
    """Of the settings."""


@dataclass(frozen=True)
class Run:
    """One run folder and its task."""

    folder: Path
    task: Task

    def prepare(self) -> "Run":
        """Write what the stage reads."""
        written(self.folder, mixture(self.task.slots))
        write_text(self.folder / _TASK, self.task.model_dump_json())
        planted_source.install(self.folder / "site")
        return self

    def start(self) -> Child:
        """A process that makes the training set, or goes on making it."""
        line = [sys.executable, "-m", "bench.generating.runs", str(self.folder)]
        return start(line, self.folder / "process")

    def finish(self, child: Child, seconds: float = 600) -> None:
        """Wait for its end. Raises StageError where it failed."""
        try:
            child.wait(seconds)
        finally:
            kill(child)
        if child.returncode:
            said = log(self.folder / "process")[-2000:]
            raise StageError(f"The run in {self.folder}", said, "Correct it and measure again")

    @property
    def out(self) -> Path:
        return self.folder / OUT

    def spent(self) -> float:
        """What the ledger says that all calls cost."""
        with closing(sqlite3.connect(self.folder / "ledger.sqlite", timeout=30)) as db:
            return float(db.execute("select coalesce(sum(cost), 0) from spending").fetchone()[0])

    def manifest(self) -> Manifest:
        """Of the published training set."""
        return TrainingSetArtifact(self.out).artifact.manifest

    def digests(self) -> dict[str, str]:
        """SHA-256 of every file of the training set but its manifest."""
        return dict(self.manifest().files)

    def slots(self) -> list[str]:
        """The slot of every sample in the shards, as often as it stands there."""
        made = TrainingSetArtifact(self.out)
        return [s.id for split in ("train", "validation") for s in read_split(made, split)]

    def taken(self) -> dict[str, str]:
        """Which candidate has which slot by the ledger now, a draft's included."""
        if not (self.folder / "ledger.sqlite").exists():
            return {}
        with closing(sqlite3.connect(self.folder / "ledger.sqlite", timeout=30)) as db:
            made = db.execute("select 1 from sqlite_master where name = 'slots'").fetchone()
            if not made:  # killed before its tables were made
                return {}
            return dict(db.execute("select slot, candidate from slots"))


def written(folder: Path, mixture: Sequence[CellShare]) -> Path:
    """The folder, with a diagnosis that asks for a mixture and an evaluation without samples."""
    draft = Draft(folder / "diagnosis", "diagnosis", {}, {})
    write_text(draft.path / "diagnosis.json", diagnosis(mixture).model_dump_json())
    draft.publish()
    draft = Draft(folder / "evaluation", "evaluation", {}, {})
    write_records(draft.path / "samples.parquet", [], Sample)
    draft.publish()
    return folder


def mixture(slots: int) -> list[CellShare]:
    """So many samples of the planted source's cells, which all aim at a weakness."""
    cells = planted_source.CELLS
    quotas = largest_remainder(slots, [1.0] * len(cells))
    return [
        CellShare(
            capability=capability,
            image_type=image_type,
            share=quota / slots,
            quota=quota,
            weakness="planted",
            why="planted",
        )
        for (capability, image_type), quota in zip(cells, quotas, strict=True)
    ]


def diagnosis(mixture: Sequence[CellShare]) -> Diagnosis:
    """One that says nothing but which mixture is wanted."""
    return Diagnosis(
        round=0,
        model="stub",
        grader="core-1",
        n=100,
        rate=0.5,
        interval=(0.4, 0.6),
        excluded={},
        categories=(),
        weaknesses=(),
        candidates=1,
        q=0.1,
        null=Null(runs=1, with_weakness=0),
        mixture=tuple(mixture),
        mixture_note="drawn",
    )


def settings(task: Task) -> GenerationSettings:
    """The stage's settings: a writer, two solvers and a validator, all gates at their defaults."""
    agents = {
        "writer": _agent(task, "writer"),
        "solvers": [_agent(task, "solver-a"), _agent(task, "solver-b")],
        "validator": _agent(task, "validator"),
    }
    return GenerationSettings.model_validate(
        {
            "sources": [{"plugin": planted_source.NAME}],
            "seed": task.seed,
            "max_attempts": task.attempts,
            "validation_share": 0.0,
            "canary": 0,
            "agents": agents,
            "budget": task.budget,
        }
    )


def model(task: Task, name: str) -> ModelSettings:
    """One of the stub's models."""
    return ModelSettings(
        backend="openai_api",
        model=name,
        base_urls=(task.url,),
        prices=task.prices,
        concurrency=task.concurrency,
        timeout=30,
    )


def make(folder: Path) -> None:
    """Run the stage in a folder that was prepared."""
    from generation.stage import run

    task = Task.model_validate_json((folder / _TASK).read_text())
    sys.path.append(str(folder / "site"))
    inputs = GenerationInputs(
        folder=RunFolder(folder),
        diagnosis=folder / "diagnosis",
        evaluations=(folder / "evaluation",),
        policy=model(task, "policy"),
    )
    run(settings(task), inputs, folder / OUT)


def _agent(task: Task, name: str) -> dict[str, Any]:
    return {"model": model(task, name).model_dump(), "max_tokens": 512}


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    make(Path(sys.argv[1]))
