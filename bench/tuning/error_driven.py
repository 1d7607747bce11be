"""T7: is data that is retrieved by what a teacher finds missing worth more than data at random?

Written down before the first run; a pilot at a learning rate of 1e-3 (two seeds of `skill-0` and
`random`, one of `skill-0.3`) then showed forgetting in every arm, and the example's rate became
2e-4, by the diagnosis half of one seed's `skill-0`. The pilot's seeds are run again:

- *World*: the tiny world, its start checkpoint and its benchmark; weak cells and gains as in
  `bench.tuning.gain`. The pipeline is that of `examples/error-driven/config.toml`: the teacher sees
  question, picture, target and response of each failed answer, names the first wrong step and the
  missing skill; samples are retrieved; SFT with LoRA.
- *Supporting set*: of each seed, four fifths of the example's, drawn by the seed. Rows have no
  capability, no image type and no condition, but a skill in words. With an error, that share of
  skills is another one, both in the teacher's verdicts and in the rows' labels, drawn by content
  and seed.
- *Arms*, per seed, with the same supporting rows, budget, SFT steps and adapters:
    skill-0, skill-0.3, skill-1     retrieved for each cell of the diagnosis by its gap (missing
                                    skills, failed questions, terms), teacher's and labels' error
    random                          the paper's control: as many of the rows, whatever is missing
                                    (`ranking = "random"`: nothing of a cell is looked at, since no
                                    row has a label that could contradict one)
  `skill-1` knows no right skill: what it gains, the failed questions and terms alone bring.
- *Figures*, on the held-out half alone: the gain over the start checkpoint, as the mean over weak
  cells and as the mean over all cells, each cell counting the same.
- *Contrasts*: each skill arm − random in the weak cells. p: exact two-sided sign-flip over seeds,
  Holm over the three. Intervals: Student's t over seeds.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from bench.extent import Extent
from bench.rows import Row
from bench.tuning.contrasts import Scores, gain, holm, over_seeds, points, sign_flip
from bench.tuning.sharing import Job, done, locked
from bench.tuning.world import CONFIG, SMALL, Setup, Start, begun, claim, evaluate, once, scores_of
from blindspot.core.artifact import Artifact, digest_of, file_digest
from blindspot.core.training_set import TrainingSetArtifact
from blindspot.settings import Config, load

EXAMPLE: Final = CONFIG.parents[1] / "error-driven" / "config.toml"
SEEDS: Final = 8
KEPT: Final = 0.8
"""Share of the supporting set that a seed has."""
LIMIT: Final = "evaluation.limit=4400"
"""Questions asked of each checkpoint; the held-out part of them is measured."""
_TINY: Final = (
    "diagnosis.budget=96",
    "training.prompts_per_step=16",
    "training.prompts_per_pass=16",
)


@dataclass(frozen=True)
class Arm:
    """How samples are retrieved."""

    name: str
    ranking: str = "hybrid"
    error: float = 0.0
    """Of the teacher and of the rows' skills."""


SKILL: Final = tuple(Arm(f"skill-{error:g}", error=error) for error in (0.0, 0.3, 1.0))
RANDOM: Final = Arm("random", "random")
ARMS: Final = (*SKILL, RANDOM)


def measure(extent: Extent) -> list[Row]:
    """The contrasts, and what each arm gains."""
    setup = setup_of(extent)
    with locked(setup.work / ".start.lock", wait=True):
        claim(setup)
        start = begun(setup)
    wanted = [(arm, seed) for seed in range(setup.seeds) for arm in ARMS]
    results = done([_job(extent, setup, start, arm, seed) for arm, seed in wanted])
    scores: dict[str, list[Scores]] = {arm.name: [] for arm in ARMS}
    for (arm, _), result in zip(wanted, results, strict=True):
        scores[arm.name].append(result["scores"])
    return rows(start, scores, results)


def setup_of(extent: Extent) -> Setup:
    """What all trials share: the start checkpoint's evaluation, and the weak cells of its diagnosis
    without a teacher. Another example (config, dataset) has another folder.
    """
    overrides = (LIMIT,) if extent.full else SMALL
    files = (EXAMPLE, EXAMPLE.parent / "supporting.parquet")
    work = extent.work / f"trials-error-driven-{digest_of([file_digest(f) for f in files])[:8]}"
    return Setup(load(CONFIG, overrides), work, extent.draws(1, SEEDS))


def rows(start: Start, scores: Mapping[str, Sequence[Scores]], done_: Sequence[Any]) -> list[Row]:
    """The table."""
    world, spent = start.world, fmean(r["admitted"] for r in done_)
    weak = {name: [gain(s, world, world.weak) for s in each] for name, each in scores.items()}
    every = {name: [gain(s, world) for s in each] for name, each in scores.items()}
    changes = [_less(weak[arm.name], weak[RANDOM.name]) for arm in SKILL]
    adjusted = holm([sign_flip(change) for change in changes])
    about = f"{len(weak[RANDOM.name])} seeds, {spent:.0f} samples each"
    return [
        *(_contrast(*each, about) for each in zip(SKILL, changes, adjusted, strict=True)),
        *(_gain(f"{n}, gain in the weak cells, points", weak[n]) for n in scores),
        *(_gain(f"{n}, gain over all cells, points", every[n]) for n in scores),
    ]


def supporting(out: Path, seed: int, error: float) -> Path:
    """The example's dataset as a seed has it, with that share of wrong skills."""
    table = pq.read_table(EXAMPLE.parent / "supporting.parquet")
    ids, skills = table["id"].to_pylist(), table["skill"].to_pylist()
    known = sorted(set(skills))
    told = [_told(s, known, f"{seed}/{i}", error) for i, s in zip(ids, skills, strict=True)]
    table = table.set_column(table.schema.get_field_index("skill"), "skill", pa.array(told))
    kept = pa.array([_draw(f"{seed}/kept/{i}") < KEPT for i in ids])
    out.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table.filter(kept), out)
    return out


def _job(extent: Extent, setup: Setup, start: Start, arm: Arm, seed: int) -> Job:
    here = setup.work / f"seed-{seed}"
    return Job(
        file=here / f"{arm.name}.json",
        lock=here / f".{arm.name}.lock",
        make=lambda: _trial(extent, setup, start, arm, seed),
    )


def _trial(extent: Extent, setup: Setup, start: Start, arm: Arm, seed: int) -> dict[str, Any]:
    """Diagnose with the teacher, retrieve, tune, evaluate."""
    from training import stage as training

    here = setup.work / f"seed-{seed}" / arm.name
    config = _config(extent, here, arm, seed)
    made = _retrieved(setup, config, here)
    inputs = training.TrainingInputs(setup.folder, made.path, config.model, round=0)
    once(here / "checkpoint", "checkpoint", lambda to: training.run(config.training, inputs, to))
    model = config.model.model_copy(update={"checkpoint": str(here / "checkpoint")})
    evaluation = evaluate(setup, model, here / "evaluation")
    return {
        "admitted": made.manifest.counts["train"],
        "skills": {c.name: c.skills for c in TrainingSetArtifact(made.path).plan().cells},
        "scores": scores_of(evaluation, start.world.cells),
    }


def _config(extent: Extent, here: Path, arm: Arm, seed: int) -> Config:
    """The example's config with an arm's ranking, error and seed."""
    data = supporting(here / "supporting.parquet", seed, arm.error)
    small = () if extent.full else (*_TINY, "training.steps=2", "diagnosis.teacher.failures=20")
    overrides = (f"diagnosis.teacher.model.model=reader-error-{arm.error:g}-seed-{seed}", *small)
    config = load(EXAMPLE, (*overrides, f"training.seed={seed}", f"generation.seed={seed}"))
    source = config.generation.sources[0]
    sources = (source.model_copy(update={"path": data.resolve(), "ranking": arm.ranking}),)
    generation = config.generation.model_copy(update={"sources": sources})
    return config.model_copy(update={"generation": generation})


def _retrieved(setup: Setup, config: Config, here: Path) -> Artifact:
    """The training set that the teacher's diagnosis asks for."""
    from diagnostics import stage as diagnostics
    from generation import stage as generation

    first, out = setup.folder.round(0).evaluation, here / "diagnosis"
    asked = diagnostics.DiagnosisInputs(
        folder=setup.folder,
        evaluation=first,
        round=0,
        can_make=generation.catalogue(config.generation),
    )
    once(out, "diagnosis", lambda to: diagnostics.run(config.diagnosis, asked, to))
    wanted = generation.GenerationInputs(
        folder=setup.folder, diagnosis=out, evaluations=(first,), policy=config.model, round=0
    )
    made = here / "training_set"
    return once(made, "training_set", lambda to: generation.run(config.generation, wanted, to))


def _told(skill: str, known: Sequence[str], name: str, error: float) -> str:
    others = [other for other in known if other != skill]
    is_wrong = bool(others) and _draw(f"error/{name}") < error
    return others[int(_draw(f"other/{name}") * len(others))] if is_wrong else skill


def _draw(name: str) -> float:
    """A number in [0, 1) that a name alone decides."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big") / 2**48


def _less(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    return [a - b for a, b in zip(ours, theirs, strict=True)]


def _contrast(arm: Arm, change: Sequence[float], p: float, about: str) -> Row:
    value, found = fmean(change), over_seeds(change)
    enough = len(change) > 4  # fewer cannot reach p < .1
    return Row(
        "T7",
        f"{arm.name} − random, weak cells, points (p {p:.3g}, Holm; {about})",
        100 * value,
        points(found) if found else None,
        target="> 0, p < .05" if arm.error == 0 else "the curve over error",
        met=(value > 0 and p < 0.05) if enough and arm.error == 0 else None,
    )


def _gain(what: str, values: Sequence[float]) -> Row:
    found = over_seeds(values)
    return Row("T7", what, 100 * fmean(values), points(found) if found else None)
