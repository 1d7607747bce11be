"""What T1 says: rows for the bench's table, and the tables by arm and cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from bench.rows import Interval, Row
from bench.tuning.contrasts import (
    Contrast,
    World,
    contrast,
    gain,
    holm,
    points,
    rates,
    strong_changes,
)
from bench.tuning.trials import Trial

MARGIN: Final = -0.05
"""A strong category may lose so much and still be called unharmed."""
NONE: Final = "none"
"""The start checkpoint, an arm that needs no trial."""


@dataclass(frozen=True)
class Summary:
    """All figures of one set of trials."""

    world: World
    trials: Mapping[str, Sequence[Trial]]
    """By arm, then by seed."""
    contrasts: Sequence[Contrast]
    p_adjusted: Sequence[float]

    @property
    def seeds(self) -> int:
        return len(self.trials["diagnosis"])

    def scores(self, arm: str) -> list[Mapping[str, float]]:
        """Of an arm, by seed; `none` is the start checkpoint every time."""
        if arm == NONE:
            return [self.world.start] * self.seeds
        return [t.scores for t in self.trials[arm]]

    def worst(self, arm: str) -> tuple[str, float, Interval] | None:
        """The strong category with the lowest lower bound, its change and interval."""
        changes = strong_changes(self.scores(arm), self.world)
        if not changes:
            return None
        name = min(changes, key=lambda k: changes[k][1][0])
        return name, *changes[name]


def summarise(
    world: World, trials: Mapping[str, Sequence[Trial]], against: Sequence[str]
) -> Summary:
    """The contrasts of `diagnosis` with other arms, with their p-values adjusted."""
    bare = Summary(world, trials, (), ())
    ours = bare.scores("diagnosis")
    found = [contrast(f"diagnosis − {a}", ours, bare.scores(a), world) for a in against]
    return Summary(world, trials, found, holm([c.p for c in found]))


def rows_of(summary: Summary, about: str = "", target_p: float = 0.05) -> list[Row]:
    """One row per contrast, one for the strong categories, and one per arm."""
    rows = [
        _contrast_row(found, p, about, target_p)
        for found, p in zip(summary.contrasts, summary.p_adjusted, strict=True)
    ]
    worst = summary.worst("diagnosis")
    rows += [_strong_row(worst, about)] if worst else []
    return [*rows, *(_arm_row(summary, arm, about) for arm in summary.trials)]


def tables(summary: Summary, about: str) -> str:
    """The contrasts by seed, the arms, and each cell."""
    lines = ["| arm | weak cells | all cells | worst strong category | samples | candidates |"]
    lines += ["|---" * 6 + "|", *(_arm_line(summary, a) for a in (*summary.trials, NONE))]
    tests = ["| in the weak cells | points | 95 % | by seed | p | Holm |", "|---" * 6 + "|"]
    for found, p in zip(summary.contrasts, summary.p_adjusted, strict=True):
        seeds = " ".join(f"{100 * d:+.1f}" for d in found.per_seed)
        tests.append(
            f"| {found.name} | {100 * found.value:+.1f} | {_span(found.interval)} | {seeds} "
            f"| {found.p:.3f} | {p:.3f} |"
        )
    least = 2 / 2**summary.seeds
    note = (
        f"With {summary.seeds} seeds p cannot go below {min(least, 1.0):.3g}, "
        f"nor Holm's below {min(len(summary.contrasts) * least, 1.0):.3g}."
    )
    parts = [about, "\n".join(lines), "\n".join(tests), note, "\n".join(_cell_lines(summary))]
    return "\n\n".join(parts) + "\n"


def _contrast_row(found: Contrast, p: float, about: str, target_p: float) -> Row:
    reached = True if p < target_p and found.value > 0 else None
    return Row(
        id="T1",
        measure=f"{found.name}, weak cells, points (p {found.p:.3f}, Holm {p:.3f}){about}",
        value=100 * found.value,
        interval=points(found.interval),
        target=f"> 0 at p < {target_p}",
        met=False if found.interval[1] < 0 else reached,
    )


def _strong_row(worst: tuple[str, float, Interval], about: str) -> Row:
    name, change, (low, high) = worst
    return Row(
        id="T1",
        measure=f"diagnosis − none, worst strong category ({name}), points{about}",
        value=100 * change,
        interval=points((low, high)),
        target=f"lower bound > {100 * MARGIN:.0f}",
        met=True if low > MARGIN else False if high < MARGIN else None,
    )


def _arm_row(summary: Summary, arm: str, about: str) -> Row:
    """What an arm gained and cost; no target, for the contrasts judge."""
    trials = summary.trials[arm]
    values = [gain(t.scores, summary.world, summary.world.weak) for t in trials]
    stopped = sum(bool(t.alarm) for t in trials)
    spent = (
        f"{fmean(t.admitted for t in trials):.0f} samples of "
        f"{fmean(t.candidates for t in trials):.0f} candidates, "
        f"{fmean(t.steps for t in trials):.0f} steps, {stopped} stopped by a guard"
    )
    everywhere = fmean(gain(t.scores, summary.world) for t in trials)
    return Row(
        id="T1",
        measure=f"arm {arm}: gain in the weak cells, points (all cells {100 * everywhere:+.1f}; "
        f"{spent}){about}",
        value=100 * fmean(values),
    )


def _arm_line(summary: Summary, arm: str) -> str:
    scores, world = summary.scores(arm), summary.world
    own, worst = summary.trials.get(arm, ()), summary.worst(arm)
    harm = f"{worst[0]} {100 * worst[1]:+.1f} ({_span(worst[2])})" if worst else "–"
    samples = f"{fmean(t.admitted for t in own):.0f}" if own else "–"
    candidates = f"{fmean(t.candidates for t in own):.0f}" if own else "–"
    weak = fmean(gain(s, world, world.weak) for s in scores)
    overall = fmean(gain(s, world) for s in scores)
    return (
        f"| {arm} | {100 * weak:+.1f} | {100 * overall:+.1f} | {harm} | {samples} | {candidates} |"
    )


def _cell_lines(summary: Summary) -> list[str]:
    """Held-out accuracy per cell and arm, mean over seeds."""
    columns = (NONE, *summary.trials)
    by_arm = {arm: [rates(s, summary.world.cells) for s in summary.scores(arm)] for arm in columns}
    width = len(columns) + 1
    lines = [f"| cell (weak in bold) | {' | '.join(columns)} |", "|---" * width + "|"]
    for cell in rates(summary.world.start, summary.world.cells):
        means = (f"{100 * fmean(r[cell] for r in by_arm[a]):.0f}" for a in columns)
        name = f"**{cell}**" if cell in summary.world.weak else cell
        lines.append(f"| {name} | {' | '.join(means)} |")
    return lines


def _span(interval: Interval) -> str:
    return f"{100 * interval[0]:+.1f} … {100 * interval[1]:+.1f}"
