"""(b) of S3: the model's own boxes, verified by IoU → SFT, against boxes that nobody verified.

Written down before the first full run. *Arms*: the source of `examples/grounding-sft` with its
verifier, `rule`, and with `unverified`; equal quotas and steps. *Starts*: the shipped model, and
one stopped after 250 steps of tuning, which says fewer right boxes. *Figure*: points of greedy
score (IoU of one half) gained over the start on held-out boxes; 0 where no box was admitted.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import tomli_w

from bench.rows import Row
from bench.tuning.example_trials import EXAMPLES, Size, config, generated, kept
from bench.tuning.self_training import Question, Scored, gained, model, questions, scores, tuned
from bench.tuning.start_models import Recipe, checkpoint
from blindspot.core import config as configs
from blindspot.core.artifact import write_text
from blindspot.core.model import ModelSettings
from blindspot.core.progress import say
from blindspot.core.run_folder import RunFolder
from blindspot.settings import Config
from generation.own_answers import OwnAnswersSettings
from generation.settings import GenerationSettings

STARTS: Final = {"shipped": Recipe(0), "middle": Recipe(250)}
ARMS: Final = ("rule", "unverified")
EXAMPLE: Final = "grounding-sft"


@dataclass(frozen=True)
class _Setup:
    config: Config
    folder: RunFolder
    held_out: list[Question]
    samples: int


def measure(size: Size, work: Path) -> list[Row]:
    """A row for each start and arm."""
    folder = RunFolder(work)
    held_out = questions(folder, "held out", size.held_out, reserved=True, only=("localisation",))
    setup = _Setup(config(EXAMPLE, size), folder, held_out, size.samples)
    rows = []
    for name, recipe in STARTS.items():
        built = Recipe(min(recipe.steps, 3)) if size.steps == 1 else recipe
        start = model(checkpoint(name, built, work / "models"))
        for arm in ARMS:
            trials = [_kept(setup, name, start, arm, seed) for seed in range(size.seeds)]
            rows.append(_row(name, arm, trials))
    return rows


def _row(name: str, arm: str, trials: list[Scored]) -> Row:
    before = 100 * sum(trials[0].before.values()) / len(trials[0].before)
    what = f"(b) gain of SFT on boxes, {arm}, {name} start ({before:.0f} % right boxes), points"
    return gained(what, trials)


def _kept(setup: _Setup, name: str, start: ModelSettings, arm: str, seed: int) -> Scored:
    here = setup.folder.root / f"{name}-{seed}" / arm
    return kept(here.with_suffix(".json"), lambda: _trial(setup, start, arm, seed, here))


def _trial(setup: _Setup, start: ModelSettings, arm: str, seed: int, here: Path) -> Scored:
    say(f"T10 (b): {here.parent.name}, {arm}")
    drawn = _generation(setup, start, arm, seed, here)
    made = generated(setup.folder, here / "training_set", drawn, start, setup.samples)
    before = scores(setup.folder, start, setup.held_out)
    if not made.artifact.manifest.counts["train"]:
        return Scored(before=before, after=before)
    settings = setup.config.training.model_copy(update={"seed": seed})
    ended = tuned(setup.folder, start, made.path, here / "checkpoint", settings)
    return Scored(before=before, after=scores(setup.folder, ended, setup.held_out))


def _generation(
    setup: _Setup, start: ModelSettings, arm: str, seed: int, here: Path
) -> GenerationSettings:
    """The example's generation with another verifier and start."""
    told = configs.load(EXAMPLES / EXAMPLE / "own_answers.toml", OwnAnswersSettings)
    changed = told.model_copy(update={"verifier": arm, "model": start, "seed": 1000 * seed})
    file = here / "own_answers.toml"
    here.mkdir(parents=True, exist_ok=True)
    write_text(file, tomli_w.dumps(changed.model_dump(mode="json", exclude_none=True)))
    source = setup.config.generation.sources[0].model_copy(update={"path": file.resolve()})
    return setup.config.generation.model_copy(update={"seed": seed, "sources": (source,)})
