"""A folder as a reader has it, with the tiny world cut small, and a run in it at every stage."""

import contextlib
import csv
import io
import os
import shutil
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pyarrow.parquet as pq
import pytest

from blindspot import cli
from blindspot.core.training_set import TrainingSetArtifact, read_split
from docs.pages import ROOT, commands, files, page

T = TypeVar("T")
TINY = ROOT / "examples" / "tiny"
SMALL = (
    "model.batch_size=16",
    "diagnosis.shuffles=5",
    "diagnosis.resamples=2",
    "generation.canary=3",
    "generation.negatives.samples=4",
    "generation.negatives.max_tokens=4",
    "generation.difficulty.enabled=false",
    "training.prompts_per_step=4",
    "training.prompts_per_pass=4",
    "training.validation.every=0",
    "training.threads=1",
)
SETS = [part for setting in SMALL for part in ("--set", setting)]


@dataclass(frozen=True)
class Said:
    """What a command came to."""

    code: int
    out: str
    err: str


@dataclass
class World:
    """A working directory, and what `blindspot` does in it."""

    root: Path
    kept: Path
    """Copies of the tutorial's run, named after the stage that it had reached."""

    def run(self, *words: str) -> Said:
        """One command in this process."""
        out, err = io.StringIO(), io.StringIO()
        before, sys.argv = sys.argv, ["blindspot", *words]
        try:
            with (
                contextlib.chdir(self.root),
                contextlib.redirect_stdout(out),
                contextlib.redirect_stderr(err),
            ):
                cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            sys.argv = before
        return Said(code, out.getvalue(), err.getvalue())

    def keep(self, stage: str) -> None:
        """Remember the tutorial's run as it is."""
        shutil.copytree(self.root / "runs" / "tutorial", self.kept / stage)

    def put(self, stage: str, name: str) -> None:
        """The run at a stage, as `runs/NAME`."""
        place = self.root / "runs" / name
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.kept / stage, place, copy_function=_linked)


def _linked(source: str, target: str) -> None:
    """A second name of the same file; databases, which are written in place, are copied."""
    if ".sqlite" in source:
        shutil.copy2(source, target)
    else:
        os.link(source, target)


MENDED = {
    "evaluate examples/tiny/config.toml": ("--set", "diagnosis.budget=48", *SETS),
    "diagnose runs/tutorial --redo": ("--set", "diagnosis.budget=24"),
    "train": ("--set", "training.steps=1", "--set", "training.save_every=1"),
}
"""By how a command of the tutorial begins, what makes it small; the last of two settings holds."""
KEPT = {
    "evaluate examples/tiny/config.toml": "evaluated",
    "diagnose runs/tutorial --redo": "diagnosed",
    "generate runs/tutorial": "generated",
    "train": "trained",
    "run": "finished",
}
"""By how a command of the tutorial begins, which stage is reached when it first succeeds."""


@pytest.fixture(scope="session")
def tutorial(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, dict[str, Said]]:
    """The tutorial from its first command to its last, and what each of them said."""
    world = _world(tmp_path_factory.mktemp("docs"))
    said: dict[str, Said] = {}
    for command in commands(page("docs/tutorial.md")):
        if command.fenced and command.words[0] == "blindspot":
            line = " ".join(command.words[1:])
            said[str(command)] = world.run(*command.words[1:], *_beginning(line, MENDED, ()))
            if _reached(world, stage := _beginning(line, KEPT, "")):
                world.keep(stage)
                _fill_in(world)
    return world, said


@pytest.fixture(scope="session")
def world(tutorial: tuple[World, dict[str, Said]]) -> World:
    return tutorial[0]


@pytest.fixture(scope="session")
def trained(world: World) -> Path:
    """The run, trained on once."""
    return world.kept / "trained"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    """Installs the package of docs/extending.md for one test: its files, and its entry points."""
    shown = files(page("docs/extending.md"))
    for name, text in shown.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    def install() -> Path:
        groups = tomllib.loads(shown["pyproject.toml"])["project"]["entry-points"]
        lines = [
            f"[{g}]\n" + "".join(f"{k} = {v}\n" for k, v in p.items()) for g, p in groups.items()
        ]
        about = tmp_path / "mine-0.1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 0.1.0\n")
        (about / "entry_points.txt").write_text("\n".join(lines))
        monkeypatch.syspath_prepend(str(tmp_path))
        return tmp_path

    return install


def _world(root: Path) -> World:
    """A clone's examples with few questions, and the files that readers are told to write."""
    examples = root / "here" / "examples"
    for folder in (ROOT / "examples").iterdir():
        if folder.is_dir() and folder != TINY:
            (examples / folder.name).parent.mkdir(parents=True, exist_ok=True)
            (examples / folder.name).symlink_to(folder)
    (examples / "tiny").mkdir()
    (examples / "tiny" / "model").symlink_to(TINY / "model")
    shutil.copy(TINY / "config.toml", examples / "tiny")
    table = pq.read_table(TINY / "benchmark.parquet")
    few = table.take(list(range(0, table.num_rows, 40)))
    pq.write_table(few, examples / "tiny" / "benchmark.parquet")
    here = root / "here"
    (here / "training").symlink_to(ROOT / "training")
    (here / "dots.py").write_text(files(page("docs/extending.md"))["dots.py"])
    (root / "kept").mkdir()
    return World(here, root / "kept")


def _beginning(line: str, table: dict[str, T], otherwise: T) -> T:
    """What a table says of a command that begins so."""
    return next((found for start, found in table.items() if line.startswith(start)), otherwise)


def _reached(world: World, stage: str) -> bool:
    """Whether a stage that was not kept yet is done."""
    round_ = world.root / "runs" / "tutorial" / "round-0"
    made = {"evaluated": "evaluation", "diagnosed": "diagnosis", "generated": "training_set"}
    return (
        bool(stage)
        and not (world.kept / stage).exists()
        and (round_ / made.get(stage, "acceptance") / "manifest.json").is_file()
    )


def _fill_in(world: World) -> None:
    """What people write: a config of their own, and the forms, as far as the run has them."""
    config = (world.root / "runs" / "tutorial" / "config.toml").read_text()
    (world.root / "mine.toml").write_text(config.replace('name = "tiny"', 'name = "mine"'))
    round_ = world.root / "runs" / "tutorial" / "round-0"
    if (form := round_ / "diagnosis" / "to_label.csv").is_file():
        with form.open(newline="") as file:
            rows = list(csv.DictReader(file))
        with (world.root / "labelled.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(row | {"stage": "perception"} for row in rows)
    if (round_ / "training_set" / "manifest.json").is_file():
        samples = read_split(TrainingSetArtifact(round_ / "training_set"), "train")
        labels = [f"{sample.id},right" for sample in samples]
        (world.root / "labels.csv").write_text("\n".join(["id,label", *labels]) + "\n")
