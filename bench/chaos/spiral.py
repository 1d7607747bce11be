"""The spiral that is disturbed: the loop of `blindspot run` on a part of the tiny world.

    written(folder, "replay")                 config.toml  benchmark.parquet  answers.jsonl
    CHAOS_ARM=replay CHAOS_CALLS=calls python -m bench.chaos.spiral run ../config.toml --out run

Three arms. `replay`: recorded answers, among them wrong ones to a few capabilities, so that there
is something to diagnose and to make samples for. `endpoint`: the same questions to an
OpenAI-compatible address. In these two no model is trained: the loop is the product's own, but in
place of training stands a checkpoint without weights, which the gate rolls back, so that every
round asks the same model. `training`: the tiny model, trained for a few steps, everything real.

What the recorded model is asked is written down, call by call, when it was answered. With
CHAOS_SHOTS the folder of the run is copied there after every stage: what a kill would leave then.
"""

import asyncio
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, Literal
from unittest import mock

import pyarrow.parquet as pq
import tomli_w

from bench.stub.draws import uniform
from blindspot.core.acceptance import Acceptance
from blindspot.core.artifact import Artifact, Draft, open_artifact, write_text
from blindspot.core.config import identity
from blindspot.core.images import ImageStore
from blindspot.core.model import fingerprint
from blindspot.core.models.replay import Replay
from blindspot.core.records import Completion, Outcome, Sample
from blindspot.rounds import Rounds
from blindspot.settings import Config, load

Arm = Literal["replay", "endpoint", "training"]

TINY: Final = Path(__file__).parents[2] / "examples" / "tiny"
CHUNK: Final = 8
"""Calls that the recorded model answers at once: as many as a kill can lose."""
CONCURRENCY: Final = 8
"""Calls at the endpoint at once."""
ARM: Final = "CHAOS_ARM"
CALLS: Final = "CHAOS_CALLS"
SHOTS: Final = "CHAOS_SHOTS"
"""Environment: the arm, the file for its calls, the folder for copies of its run."""
_PAUSE: Final = 0.003
"""Seconds that the recorded model takes for a chunk, so that faults fall among its calls too."""
_WEAK: Final = ("counting", "presence")
"""Capabilities that the recorded model lacks."""
_QUESTIONS: Final = 240
_SMALL: Final = (
    "diagnosis.budget=24",
    "diagnosis.shuffles=20",
    "evaluation.min_coverage=1",
    "generation.canary=2",
    "generation.max_attempts=6",
    "generation.difficulty.rollouts=4",
    "generation.difficulty.certainty=0.6",
)
_ARMS: Final[dict[Arm, tuple[str, ...]]] = {
    "replay": ("rounds=1", "generation.difficulty.low=0", "generation.difficulty.high=1"),
    "endpoint": ("rounds=1", "generation.difficulty.low=0", "generation.difficulty.high=1"),
    "training": (
        "rounds=1",
        "model.batch_size=16",
        "training.steps=4",
        "training.prompts_per_step=4",
        "training.prompts_per_pass=4",
        "training.save_every=1",
        "training.threads=1",
    ),
}


def written(folder: Path, arm: Arm, url: str = "") -> Config:
    """The config of an arm and what it names, in a folder; `url` is the endpoint's."""
    folder.mkdir(parents=True, exist_ok=True)
    table = pq.read_table(TINY / "benchmark.parquet")
    every = range(0, table.num_rows, table.num_rows // _QUESTIONS)
    pq.write_table(table.take(list(every)), folder / "benchmark.parquet")
    benchmark = f'evaluation.benchmarks=[{{name="b", path="{folder / "benchmark.parquet"}"}}]'
    config = load(TINY / "config.toml", (benchmark, *_SMALL, *_ARMS[arm]))
    if arm != "training":
        config = config.model_copy(update={"model": _asked(config, folder, url)})
    plain = config.model_dump(mode="json", exclude_none=True)
    (folder / "config.toml").write_text(tomli_w.dumps(plain))
    return load(folder / "config.toml")


def _asked(config: Config, folder: Path, url: str) -> Any:
    """The model of the arms that train none."""
    if url:
        changes = {"backend": "openai_api", "model": "stub", "base_urls": (url,)}
        changes |= {"concurrency": CONCURRENCY, "timeout": 20.0, "checkpoint": ""}
        return config.model.model_copy(update=changes)
    from harness import suite

    images = ImageStore(folder / "pictures")
    samples = suite.load(suite.entries(config.evaluation), images).samples
    lines = [*map(_recorded, samples), {"prompt": "*", "text": "2"}]
    file = folder / "answers.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return config.model.model_copy(update={"backend": "replay", "checkpoint": str(file)})


def _recorded(sample: Sample) -> dict[str, Any]:
    """Nine of ten are right where the model can do it, one of ten where it cannot."""
    can = 0.1 if sample.capability in _WEAK else 0.9
    text = sample.target if uniform("chaos", sample.id) < can else "nothing"
    return {"prompt": sample.prompt, "images": list(sample.images), "text": text}


def main() -> None:
    """`blindspot` with these arguments, as the arm has it."""
    from blindspot.cli import main as cli

    with ExitStack() as stack:
        if os.environ[ARM] != "training":
            stack.enter_context(_untrained())
        if SHOTS in os.environ:
            advance = copying(Path(os.environ[SHOTS]), Rounds.advance)
            stack.enter_context(mock.patch.object(Rounds, "advance", advance))
        cli()


@contextmanager
def _untrained() -> Iterator[None]:
    from training import stage as training

    path = Path(os.environ[CALLS])
    with (
        mock.patch.object(training, "check"),
        mock.patch.object(Rounds, "_checkpoint", untrained),
        mock.patch.object(Rounds, "_acceptance", rolled_back),
        mock.patch.object(Replay, "chunk", CHUNK),
        mock.patch.object(Replay, "generate", noting(path, Replay.generate)),
    ):
        yield


def copying(shots: Path, plain: Any) -> Any:
    """The loop's step, and a copy of the run when it was taken: `shots/3-checkpoint`."""

    def advance(work: Rounds, stage: str, number: int) -> Artifact:
        made = plain(work, stage, number)
        shutil.copytree(work.folder.root, shots / f"{len(list(shots.iterdir()))}-{stage}")
        return made

    return advance


def noting(path: Path, plain: Any) -> Any:
    """Calls of the recorded model that write down what they answered."""

    async def generate(self: Replay, requests: Sequence[Any]) -> list[Outcome]:
        await asyncio.sleep(_PAUSE)
        answers: list[Outcome] = await plain(self, requests)
        keys = [r.key(self.fingerprint) for r, a in zip(requests, answers, strict=True) if is_(a)]
        with path.open("a") as file:
            file.write("".join(f"{key}\n" for key in keys))
        return answers

    return generate


def is_(outcome: Outcome) -> bool:
    """Whether an outcome is an answer, which is paid for."""
    return isinstance(outcome, Completion)


def untrained(work: Rounds, number: int, out: Path) -> Artifact:
    """A checkpoint without weights, from the training set that it names."""
    here = work.folder.round(number)
    inputs = {
        "training_set": open_artifact(here.training_set, "training_set").digest,
        "model": fingerprint(work.model(number)),
    }
    draft = Draft(out, "checkpoint", identity(work.config.training), inputs)
    write_text(draft.path / "metrics.jsonl", json.dumps({"step": 1, "loss": 0.0}) + "\n")
    return draft.publish(counts={"steps": 1}, facts={"optimiser": "none"})


def rolled_back(work: Rounds, number: int, out: Path) -> Artifact:
    """The gate's verdict on it: the next round asks the same model."""
    here = work.folder.round(number)
    inputs = {"checkpoint": open_artifact(here.checkpoint, "checkpoint").digest}
    verdict = Acceptance(
        accepted=False, why="nothing was trained", margin=0.05, categories=(), validation=None
    )
    draft = Draft(out, "acceptance", identity(work.config.acceptance), inputs)
    write_text(draft.path / "acceptance.json", verdict.model_dump_json(indent=1))
    return draft.publish()


if __name__ == "__main__":
    main()
