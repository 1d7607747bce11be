"""T1: is data aimed by a diagnosis worth more than other data, at equal cost?

Written down before the first run:

- *World*: `examples/tiny` (its config, model and benchmark). One evaluation and one diagnosis of
  the start checkpoint are shared by all arms and seeds.
- *Cells*: the distinct capability × image type × conditions of the benchmark's samples, of the
  conditions that the configured source can be asked for.
- *Weak cells*: those inside a weakness that the diagnosis named. *Strong categories*: those whose
  verdict in it is `strong`. Both come from the diagnosis half and are fixed before training.
- *Arms*, per seed, all through the same source and gates, with the config's budget of 720 samples
  and 40 optimiser steps of 24 prompts (two fifths of the prompts of the config's 50 of 48, so that
  all trials of T1, T3 and T9 take an hour and a half, not three); nothing else differs:
    diagnosis   the mixture as diagnosed
    uniform     the same quota for every cell
    random      Dirichlet(1) weights over the same cells, drawn by the seed
    sft         supervised tuning on the diagnosis arm's very set; a reference, in no contrast
    none        the start checkpoint
- *Seeds* 0 to 7: of generation and of training.
- *Headline*: the difficulty gate is off, so that it cannot aim by itself. Then again with it on,
  with the arms diagnosis, uniform and none; the gate guards cells that aim at a weakness, and a
  cell inside one says so in every arm.
- *Figures*, on the held-out half alone: the gain over the start checkpoint as the mean over the
  weak cells, each counting the same; as the mean over all cells; and the worst paired change of
  a strong category, which is non-inferior if its 95 % lower bound lies above −5 points.
- *Contrasts*: diagnosis − uniform, − random, − none, in the weak cells. p: exact two-sided
  sign-flip over seeds, Holm over the three (with the gate on, over the two). With k seeds p cannot
  go below 2/2^k: .0078 with eight. Interval: bootstrap over pictures of the paired differences,
  averaged over seeds; it speaks of these seeds' questions, not of other seeds.
- Every arm that is run is reported, with the candidates it spent and the steps it took.

What it does not say: whether another world's weaknesses can be learned from data at all.
"""

from typing import Final

from bench.extent import Extent
from bench.rows import RESULTS, Row, commit
from bench.tuning.report import NONE, Summary, rows_of, summarise, tables
from bench.tuning.trials import DIAGNOSIS, UNIFORM, Arm, run
from bench.tuning.world import Setup, setup_of

ARMS: Final = (
    DIAGNOSIS,
    UNIFORM,
    Arm("random", weights="random"),
    Arm("sft", optimiser="sft", data_of="diagnosis"),
)
AGAIN: Final = (DIAGNOSIS, UNIFORM)
"""With the difficulty gate on."""


def measure(extent: Extent) -> list[Row]:
    """The contrasts with the gate off, then with it on; smoke leaves the latter out."""
    found = summary_of(setup_of(extent), ARMS)
    if not extent.full:
        return rows_of(found)
    again = summary_of(setup_of(extent, difficulty=True), AGAIN)
    texts = [tables(found, _about(found, "off")), tables(again, _about(again, "on"))]
    (RESULTS / "training-T1.md").write_text("\n".join(texts))
    return [*rows_of(found), *rows_of(again, "; difficulty gate on")]


def summary_of(setup: Setup, arms: tuple[Arm, ...]) -> Summary:
    """All trials of the arms, and their contrasts."""
    start, trials = run(setup, arms)
    against = [a.name for a in arms if a is not DIAGNOSIS and not a.data_of]
    return summarise(start.world, trials, [*against, NONE])


def _about(summary: Summary, difficulty: str) -> str:
    return (
        f"Points on the held-out half, mean over {summary.seeds} seeds; difficulty gate "
        f"{difficulty}; measured at {commit()}."
    )
