"""T7: is data that is retrieved by what a teacher finds missing worth more than data at random?

Written down before the first run of these arms. (Runs of an earlier design, of a supporting set
that had all skills equally often and of `skill-0`, `skill-0.3`, `skill-1` and `random` alone, had
found less than they could tell from nothing.)

- *World*: the tiny world, its start checkpoint and its benchmark; weak cells and gains as in
  `bench.tuning.gain`. The pipeline is that of `examples/error-driven/config.toml`: the teacher sees
  question, picture, target and response of each failed answer, names the first wrong step and the
  missing skill; samples are retrieved; SFT with LoRA.
- *Supporting set*: of each seed, drawn blind to what is weak, with skills as unequal as words are
  (`bench/tuning/supporting_sets.py`). Rows have no capability, no image type and no condition, but
  a skill in words. With an error, that share of skills is another one, both in the teacher's
  verdicts and in the rows' labels, drawn by content and seed.
- *Arms*, per seed, with the same supporting rows, budget, SFT steps and adapters:
    skill-0, skill-0.3              retrieved for each cell of the diagnosis by its gap (missing
                                    skills, failed questions, terms), teacher's and labels' error
    words-0, words-0.3, words-1     the same without failed questions: missing skills and terms
    random                          the paper's control: as many of the rows, whatever is missing
                                    (`ranking = "random"`: nothing of a cell is looked at, since no
                                    row has a label that could contradict one)
  A failed question shows what to look for by itself, whatever the teacher says; the curve over the
  error is that of the arms without one. At error 1 no skill is right: what is left are the terms.
- *Rate and steps*: of 2e-4 and 5e-4, 40 and 80 steps, those with the greatest gain in the weak
  cells on the *diagnosis* half, the mean of `skill-0` and `random`, so that neither chooses; of
  equal ones the lower rate, then fewer steps. One seed, 100, that is in no contrast. They are
  chosen within the run, and every setting's gains are rows.
- *Figures*, on the held-out half, six fresh seeds: the gain over the start checkpoint, as the mean
  over weak cells (the headline), over weak cells but clocks (the start reads none, and few samples
  teach none), and over all cells, each cell counting the same. Beside them the share of retrieved
  rows whose true skill is one that the teacher, without error, finds missing in the row's cell.
- *Contrasts*, in the weak cells: `skill-0` − `random` is the one primary test, p < .05: exact
  two-sided sign-flip over seeds (with six seeds p is .031 at least). All other arms − `random` and
  `skill-0` − `random` without clocks: Holm over these five. Intervals: Student's t over seeds.
"""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from bench.extent import Extent
from bench.rows import Row
from bench.tuning import error_driven_rows as table
from bench.tuning.cells import cell_of
from bench.tuning.contrasts import World
from bench.tuning.retrieval_arms import ARMS, PILOT_SEED, PILOTED, TUNINGS, Trial, Tuning
from bench.tuning.sharing import Job, done, locked
from bench.tuning.supporting_sets import FOLDER, PER_SKILL, pool, supporting, true_skills
from bench.tuning.trials import copied
from bench.tuning.world import CONFIG, SMALL, Setup, Start, begun, claim, evaluate, once, scores_of
from blindspot.core.artifact import Artifact
from blindspot.core.diagnosis import DiagnosisArtifact
from blindspot.core.evaluation import Evaluation
from blindspot.core.training_set import TrainingSetArtifact, read_split
from blindspot.settings import Config, load

EXAMPLE: Final = FOLDER / "config.toml"
SEEDS: Final = 6
LIMIT: Final = "evaluation.limit=2200"
"""Questions asked of each checkpoint; the held-out part of them is measured."""
_TINY: Final = (
    "diagnosis.budget=96",
    "diagnosis.teacher.failures=20",
    "training.prompts_per_step=16",
    "training.prompts_per_pass=16",
)


def measure(extent: Extent) -> list[Row]:
    """The contrasts, what each arm gains, and the pilot."""
    setup = setup_of(extent)
    with locked(setup.work / ".start.lock", wait=True):
        claim(setup)
        start = begun(setup)
        pool(setup.work / "pool.parquet", extent.draws(12, PER_SKILL))
    tunings = TUNINGS if extent.full else (Tuning(2e-4, 2),)
    wanted = [Trial(arm, PILOT_SEED, tuning) for tuning in tunings for arm in PILOTED]
    found = done([_job(extent, setup, trial) for trial in wanted])
    pilots = table.piloted(wanted, found, diagnosed(setup, start))
    tuning = table.chosen(pilots)
    wanted = [Trial(arm, seed, tuning) for seed in range(setup.seeds) for arm in ARMS]
    found = done([_job(extent, setup, trial) for trial in wanted])
    return table.rows(start.world, wanted, found, pilots)


def setup_of(extent: Extent) -> Setup:
    """What all trials share: the start checkpoint's evaluation, and the weak cells of its diagnosis
    without a teacher.
    """
    overrides = (LIMIT,) if extent.full else SMALL
    work = extent.work / "trials-error-driven"
    return Setup(load(CONFIG, overrides), work, extent.draws(1, SEEDS))


def diagnosed(setup: Setup, start: Start) -> World:
    """The same world by the half that the diagnosis saw."""
    from generation import stage as generation

    evaluation = Evaluation(setup.folder.round(0).evaluation)
    can_make = generation.catalogue(setup.config.generation)
    samples = [s for s in evaluation.samples() if s.half == "diagnosis"]
    cells = {s.id: cell.name for s in samples if (cell := cell_of(s, can_make))}
    return replace(start.world, cells=cells, start=scores_of(evaluation, cells))


def _job(extent: Extent, setup: Setup, trial: Trial) -> Job:
    here = setup.work / f"seed-{trial.seed}"
    name = f"{trial.arm.name}-{trial.tuning.rate:g}-{trial.tuning.steps}"
    return Job(
        file=here / f"{name}.json",
        lock=here / ".lock",  # arms of a seed share a diagnosis
        make=lambda: _made(extent, setup, trial, here / name),
    )


def _made(extent: Extent, setup: Setup, trial: Trial, here: Path) -> dict[str, Any]:
    """Diagnose with the teacher, retrieve, tune, evaluate."""
    from training import stage as training

    config = config_of(extent, setup, trial)
    made = _retrieved(setup, config, trial)
    inputs = training.TrainingInputs(setup.folder, made.path, config.model, round=0)
    once(here / "checkpoint", "checkpoint", lambda to: training.run(config.training, inputs, to))
    model = config.model.model_copy(update={"checkpoint": str(here / "checkpoint")})
    evaluation = evaluate(setup.config.evaluation, setup, model, here / "evaluation")
    skills = true_skills(setup.work / "pool.parquet")
    return {
        "admitted": made.manifest.counts["train"],
        "skills": {c.name: c.skills for c in TrainingSetArtifact(made.path).plan().cells},
        "retrieved": _retrieved_skills(TrainingSetArtifact(made.path), skills),
        "scores": scores_of(evaluation, {s.id: s for s in evaluation.samples()}),
    }


def config_of(extent: Extent, setup: Setup, trial: Trial) -> Config:
    """The example's config with a trial's ranking, error, tuning and seed."""
    arm, seed = trial.arm, trial.seed
    data = setup.work / f"seed-{seed}" / f"supporting-{arm.error:g}.parquet"
    if not data.is_file():
        supporting(setup.work / "pool.parquet", data, seed, arm.error)
    overrides = (
        f"diagnosis.teacher.model.model=reader-error-{arm.error:g}-seed-{seed}",
        *(() if extent.full else _TINY),
        *(f"training.seed={seed}", f"generation.seed={seed}"),
        *(f"training.steps={trial.tuning.steps}", f"training.save_every={trial.tuning.steps}"),
        f"training.sft.learning_rate={trial.tuning.rate}",
    )
    config = load(EXAMPLE, overrides)
    (source,) = config.generation.sources
    sources = (source.model_copy(update={"path": data.resolve(), "ranking": arm.ranking}),)
    generation = config.generation.model_copy(update={"sources": sources})
    return config.model_copy(update={"generation": generation})


def _retrieved(setup: Setup, config: Config, trial: Trial) -> Artifact:
    """The training set of an arm and seed, which the teacher's diagnosis asks for."""
    from generation import stage as generation

    arm, here = trial.arm, setup.work / f"seed-{trial.seed}"
    diagnosis = _diagnosis(setup, config, here / f"diagnosis-{arm.error:g}")
    if not arm.questions:
        diagnosis = _without_questions(diagnosis)
    wanted = generation.GenerationInputs(
        folder=setup.folder,
        diagnosis=diagnosis,
        evaluations=(setup.folder.round(0).evaluation,),
        policy=config.model,
        round=0,
    )
    made = here / f"{arm.name}-set"
    return once(made, "training_set", lambda to: generation.run(config.generation, wanted, to))


def _diagnosis(setup: Setup, config: Config, out: Path) -> Path:
    from diagnostics import stage as diagnostics
    from generation import stage as generation

    asked = diagnostics.DiagnosisInputs(
        folder=setup.folder,
        evaluation=setup.folder.round(0).evaluation,
        round=0,
        can_make=generation.catalogue(config.generation),
    )
    return once(out, "diagnosis", lambda to: diagnostics.run(config.diagnosis, asked, to)).path


def _without_questions(real: Path) -> Path:
    """The same diagnosis, of which no weakness says which questions failed."""
    out, found = real.with_name(f"{real.name}-words"), DiagnosisArtifact(real).diagnosis()
    blind = tuple(w.model_copy(update={"failing": ()}) for w in found.weaknesses)
    text = found.model_copy(update={"weaknesses": blind}).model_dump_json(indent=1)
    return once(out, "diagnosis", lambda to: copied(real, text, {"questions": False}, to)).path


def _retrieved_skills(made: TrainingSetArtifact, skills: dict[str, str]) -> dict[str, Any]:
    """How many rows of each true skill every cell was given."""
    found: dict[str, Counter[str]] = {}
    for sample in read_split(made, "train"):
        row = sample.source.removeprefix("retrieve:")
        found.setdefault(sample.cell, Counter())[skills[row]] += 1
    return {cell: dict(sorted(counted.items())) for cell, counted in sorted(found.items())}
