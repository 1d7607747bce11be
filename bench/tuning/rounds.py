"""T2: does each of three rounds raise the held-out half?

Written down before the first run with the example's 360 validation questions. (Two seeds of an
earlier run, with 72, had published the weights of the tenth step in four trainings of six and
rolled back three, each for one question: noise. That run was given up.)

- `blindspot.rounds` on `examples/tiny/config.toml` with three rounds and another seed of generation
  and training for each of eight runs, and T1's 40 steps of 24 prompts a round in place of 50 of 48
  (with those this measure alone would take an hour and a half on two cores). Gates, validation,
  guards and the round's own gate work as a user gets them.
- *Change of a round*: mean score of the held-out half in the evaluation after it, minus that in the
  one before, over samples that both scored; every sample counts the same. A round that was rolled
  back, or that a stop rule left out, changes nothing and counts as such.
- *Interval*: Student's t over the eight seeds. The three rounds are three rows; no adjustment.
- *Cumulative gain* of a seed: the sum of its rounds, i.e. the last evaluation minus the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from bench.extent import Extent
from bench.rows import Row
from bench.tuning.contrasts import over_seeds, points
from bench.tuning.sharing import Job, done
from bench.tuning.world import CONFIG, SMALL, TRAINED, scores_of
from blindspot.core.artifact import published
from blindspot.core.evaluation import Evaluation
from blindspot.core.run_folder import RunFolder
from blindspot.core.statistics import wilson
from blindspot.rounds import begin
from blindspot.settings import load

ROUNDS: Final = 3
SEEDS: Final = 8


@dataclass(frozen=True)
class Course:
    """One run: the held-out rate after each round, the start first."""

    seed: int
    rates: tuple[float, ...]

    @property
    def changes(self) -> tuple[float, ...]:
        pairs = zip(self.rates, self.rates[1:], strict=False)
        return tuple(after - before for before, after in pairs)


def measure(extent: Extent) -> list[Row]:
    """A row for each round, and the seeds that gained."""
    seeds = range(extent.draws(1, SEEDS))
    folder = extent.work / "rounds"
    courses = [_course(raw) for raw in done([_job(extent, folder, seed) for seed in seeds])]
    return rows_of(courses)


def rows_of(courses: Sequence[Course]) -> list[Row]:
    """The rounds' changes over seeds, and how many seeds gained."""
    rounds = len(courses[0].changes)
    rows = [_round_row(number, [c.changes[number] for c in courses]) for number in range(rounds)]
    gains = [c.rates[-1] - c.rates[0] for c in courses]
    gained, count = sum(gain > 0 for gain in gains), len(gains)
    seeds = " ".join(f"{100 * gain:+.1f}" for gain in gains)
    whole = _round_row(rounds, gains, f"all {rounds} rounds (by seed {seeds})")
    number = Row(
        id="T2",
        measure=f"seeds of {count} whose cumulative gain is positive, share",
        value=gained / count,
        interval=wilson(gained, count),
        target=f"{SEEDS} of {SEEDS}",
        met=gained == count if count == SEEDS else None,
    )
    return [*rows, whole, number]


def _round_row(number: int, changes: Sequence[float], name: str = "") -> Row:
    interval = over_seeds(changes)
    low, high = interval or (-1.0, 1.0)
    return Row(
        id="T2",
        measure=f"held-out change of {name or f'round {number + 1}'}, points, mean over seeds",
        value=100 * fmean(changes),
        interval=points(interval) if interval else None,
        target="interval above 0",
        met=True if low > 0 else False if high <= 0 else None,
    )


def _job(extent: Extent, folder: Path, seed: int) -> Job:
    def make() -> dict[str, Any]:
        return {"seed": seed, "rates": _run(extent, folder / f"seed-{seed}", seed)}

    return Job(folder / f"seed-{seed}.json", folder / f".seed-{seed}.lock", make)


def _run(extent: Extent, root: Path, seed: int) -> list[float]:
    """One run of the loop, taken up where it stopped; the held-out rates."""
    rounds = ROUNDS if extent.full else 1
    own = (f"rounds={rounds}", f"generation.seed={seed}", f"training.seed={seed}")
    size = TRAINED if extent.full else (*SMALL, "generation.canary=10")
    begin(load(CONFIG, (*own, *size)), root).run()
    return held_out_rates(RunFolder(root), rounds)


def held_out_rates(folder: RunFolder, rounds: int) -> list[float]:
    """The start's rate, then after each round that plus the paired change so far; where a round has
    no evaluation behind it, nothing changed.
    """
    made = [folder.round(number).evaluation for number in range(rounds + 1)]
    scores = [_scores(path) if published(path) else None for path in made]
    first = scores[0] or {}
    rates, last = [fmean(first.values())], first
    for found in scores[1:]:
        both = sorted(set(last) & set(found or {}))
        rates.append(rates[-1] + (fmean(found[k] - last[k] for k in both) if found else 0.0))
        last = found or last
    return rates


def _scores(path: Path) -> dict[str, float]:
    evaluation = Evaluation(path)
    return scores_of(evaluation, {s.id: s for s in evaluation.samples() if s.half == "held_out"})


def _course(raw: dict[str, Any]) -> Course:
    return Course(raw["seed"], tuple(raw["rates"]))
