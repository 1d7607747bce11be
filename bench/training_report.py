"""What T1 says: rows for the bench's table, and the tables that the README quotes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from bench.contrasts import Contrast, Trial, World, contrast, gain, holm, rates, strong_changes
from bench.rows import Interval, Row

ARMS: Final = ("diagnosis", "uniform", "random", "sft")
CONTRASTS: Final = ("uniform", "random", "none")
MARGIN: Final = -0.05
"""A strong category may lose so much and still be called unharmed."""


@dataclass(frozen=True)
class Summary:
    """All figures of one run of the bench."""

    world: World
    trials: Sequence[Trial]
    contrasts: Sequence[Contrast]
    p_adjusted: Sequence[float]

    @property
    def seeds(self) -> int:
        return len({t.seed for t in self.trials})

    def scores(self, arm: str) -> list[Mapping[str, float]]:
        """Of an arm, by seed; `none` is the start checkpoint every time."""
        if arm == "none":
            return [self.world.start] * self.seeds
        return [t.scores for t in self.trials if t.arm == arm]

    def worst(self, arm: str) -> tuple[str, float, Interval] | None:
        """The strong category with the lowest lower bound, its change and interval."""
        changes = strong_changes(self.scores(arm), self.world)
        if not changes:
            return None
        name = min(changes, key=lambda k: changes[k][1][0])
        return name, *changes[name]


def summarise(world: World, trials: Sequence[Trial]) -> Summary:
    """The contrasts, with their p-values adjusted."""
    bare = Summary(world, trials, (), ())
    ours = bare.scores("diagnosis")
    found = [contrast(f"diagnosis − {a}", ours, bare.scores(a), world) for a in CONTRASTS]
    return Summary(world, trials, found, holm([c.p for c in found]))


def rows_of(summary: Summary, target_p: float = 0.05) -> list[Row]:
    """One row per contrast, and one for the strong categories."""
    rows = []
    for found, p in zip(summary.contrasts, summary.p_adjusted, strict=True):
        reached = True if p < target_p and found.value > 0 else None
        rows.append(
            Row(
                id="T1",
                measure=f"{found.name}, weak cells, points (p {found.p:.3f}, Holm {p:.3f})",
                value=100 * found.value,
                interval=_points(found.interval),
                target=f"> 0 at p < {target_p}",
                met=False if found.interval[1] < 0 else reached,
            )
        )
    worst = summary.worst("diagnosis")
    return [*rows, _strong_row(worst)] if worst else rows


def markdown(summary: Summary, about: str) -> str:
    """The tables that the README quotes."""
    arms = ["| arm | weak cells | all cells | worst strong category | samples | candidates |"]
    arms += ["|---|---|---|---|---|---|", *(_arm_line(summary, a) for a in (*ARMS, "none"))]
    tests = [
        "| in the weak cells | points | 95 % | by seed | p | Holm |",
        "|---|---|---|---|---|---|",
    ]
    for found, p in zip(summary.contrasts, summary.p_adjusted, strict=True):
        seeds = " ".join(f"{100 * d:+.1f}" for d in found.per_seed)
        tests.append(
            f"| {found.name} | {100 * found.value:+.1f} | {_span(found.interval)} | {seeds} "
            f"| {found.p:.3f} | {p:.3f} |"
        )
    least = 2 / 2**summary.seeds
    note = (
        f"With {summary.seeds} seeds p cannot go below {min(least, 1.0):.3g}, "
        f"nor Holm's below {min(len(CONTRASTS) * least, 1.0):.3g}."
    )
    parts = [about, "\n".join(arms), "\n".join(tests), note, "\n".join(_cell_lines(summary))]
    return "\n\n".join(parts) + "\n"


def _arm_line(summary: Summary, arm: str) -> str:
    scores, world = summary.scores(arm), summary.world
    own = [t for t in summary.trials if t.arm == arm]
    worst = summary.worst(arm)
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
    columns = ("none", *ARMS)
    by_arm = {arm: [rates(s, summary.world.cells) for s in summary.scores(arm)] for arm in columns}
    lines = [f"| cell (weak in bold) | {' | '.join(columns)} |", "|---" * 6 + "|"]
    for cell in rates(summary.world.start, summary.world.cells):
        means = (f"{100 * fmean(r[cell] for r in by_arm[a]):.0f}" for a in columns)
        name = f"**{cell}**" if cell in summary.world.weak else cell
        lines.append(f"| {name} | {' | '.join(means)} |")
    return lines


def _strong_row(worst: tuple[str, float, Interval]) -> Row:
    name, change, (low, high) = worst
    margin = f"lower bound > {100 * MARGIN:.0f}"
    return Row(
        id="T1",
        measure=f"diagnosis − none, worst strong category ({name}), points",
        value=100 * change,
        interval=_points((low, high)),
        target=margin,
        met=True if low > MARGIN else False if high < MARGIN else None,
    )


def _points(interval: Interval) -> Interval:
    return 100 * interval[0], 100 * interval[1]


def _span(interval: Interval) -> str:
    return f"{100 * interval[0]:+.1f} … {100 * interval[1]:+.1f}"
