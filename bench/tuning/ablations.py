"""T9: what do diagnosis, image retrieval and image editing each contribute?

Written down before the first run:

- World, steps, gates and figures are T1's (`bench/tuning/gain.py`), difficulty gate off.
- *Without diagnosis* is T1's own question: its arms diagnosis and uniform, drawn by program.
- Retrieval and editing need pictures that are found, not drawn on demand. So these arms take their
  samples from *supporting data* of 22 cells × 200 rows that say which type of picture they show,
  neither what they ask nor under which conditions (`bench/tuning/supporting.py`):
    whole               retrieved by what the model cannot do; half of the pictures edited
    without-retrieval   the same, but rows dealt at random among those whose labels do not
                        contradict the cell (`ranking = "random"`, the product's own control)
    without-editing     as `whole`, no picture edited
- *Editing* is the product's edits chosen by a lot, not by the image editor: who can edit in the
  product is an agent, whose picture a writer then asks about (`bench/tuning/edited_source.py`).
- *Seeds*: T1's eight for the two arms of its own, five for those on supporting data.
- *Figures*: gain in the weak cells, and diversity of the training set (`bench/tuning/diversity.py`)
  of every arm. *Contribution*: whole minus without, by seed; interval by Student's t over seeds, p
  by exact sign-flip, Holm over the three. The same of the distance between two pictures of a cell.

Two cells that find the same rows share them: the `duplicate` gate lets in one, and a few slots stay
open (23 of 720 in a trial run; the rows print them). Steps and prompts are equal all the same.

What it does not say: what an image editor that understands the picture, or a search of the web,
would add. Supporting data are the same for all seeds; the seed is that of the deal where it is
random, of the edits and of training.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Final

from bench.extent import Extent
from bench.rows import Row
from bench.tuning import edited_source, supporting
from bench.tuning.contrasts import gain, holm, over_seeds, points, sign_flip
from bench.tuning.sharing import locked
from bench.tuning.trials import DIAGNOSIS, UNIFORM, Arm, Trial, run
from bench.tuning.world import Setup, begun, claim, setup_of
from generation.source import SourceSettings

EDIT_SHARE: Final = 0.5
SEEDS: Final = 5
"""Of the arms on supporting data."""


@dataclass(frozen=True)
class Part:
    """One ablation: the arm that has the part, and the arm that lacks it."""

    name: str
    whole: str
    without: str


PARTS: Final = (
    Part("diagnosis", DIAGNOSIS.name, UNIFORM.name),
    Part("image retrieval", "whole", "without-retrieval"),
    Part("image editing", "whole", "without-editing"),
)


def measure(extent: Extent) -> list[Row]:
    """Each part's contribution, and the gain and diversity of every arm."""
    setup = setup_of(extent)
    file = _supporting(setup, extent.draws(40, 200))
    edited_source.install(setup.work / "site")
    start, trials = run(setup, [DIAGNOSIS, UNIFORM])
    fewer = replace(setup, seeds=min(setup.seeds, SEEDS))
    trials |= run(fewer, arms(file))[1]
    world = start.world
    gains = {a: [gain(t.scores, world, world.weak) for t in own] for a, own in trials.items()}
    spreads = {a: [t.diversity.pictures for t in own] for a, own in trials.items()}
    return [
        *contributions(gains, spreads),
        *(_arm_row(name, gains[name], own) for name, own in trials.items()),
    ]


def arms(file: Path) -> list[Arm]:
    """The arms on supporting data."""
    whole = SourceSettings(
        plugin=edited_source.NAME,
        path=file,
        licences=(supporting.LICENCE,),
        edit_share=EDIT_SHARE,
    )
    return [
        Arm("whole", sources=(whole,)),
        Arm("without-retrieval", sources=(whole.model_copy(update={"ranking": "random"}),)),
        Arm("without-editing", sources=(whole.model_copy(update={"edit_share": 0.0}),)),
    ]


def contributions(
    gains: Mapping[str, Sequence[float]], spreads: Mapping[str, Sequence[float]]
) -> list[Row]:
    """Whole minus without, by seed, of the gain and of the pictures' distance."""
    changes = [_differences(gains, part) for part in PARTS]
    tests = [sign_flip(each) for each in changes]
    rows = []
    for part, change, p, adjusted in zip(PARTS, changes, tests, holm(tests), strict=True):
        low, high = over_seeds(change) or (-1.0, 1.0)
        rows += [
            Row(
                id="T9",
                measure=f"{part.name}: {part.whole} − {part.without}, gain in the weak cells, "
                f"points (p {p:.3f}, Holm {adjusted:.3f})",
                value=100 * fmean(change),
                interval=points((low, high)),
                target="> 0",
                met=True if low > 0 else False if high < 0 else None,
            ),
            _spread_row(part, _differences(spreads, part)),
        ]
    return rows


def _differences(figures: Mapping[str, Sequence[float]], part: Part) -> list[float]:
    pairs = zip(figures[part.whole], figures[part.without], strict=True)
    return [a - b for a, b in pairs]


def _spread_row(part: Part, change: Sequence[float]) -> Row:
    return Row(
        id="T9",
        measure=f"{part.name}: {part.whole} − {part.without}, distance of two pictures of a cell",
        value=fmean(change),
        interval=over_seeds(change),
    )


def _arm_row(name: str, gains: Sequence[float], trials: Sequence[Trial]) -> Row:
    interval, own = over_seeds(gains), [t.diversity for t in trials]
    return Row(
        id="T9",
        measure=f"arm {name}: gain in the weak cells, points; effective cells "
        f"{fmean(d.cells for d in own):.1f}, different questions "
        f"{fmean(d.questions for d in own):.1%}, different samples "
        f"{fmean(d.asked for d in own):.1%}, distance of pictures "
        f"{fmean(d.pictures for d in own):.3f}; {fmean(t.admitted for t in trials):.0f} samples of "
        f"{fmean(t.candidates for t in trials):.0f} candidates",
        value=100 * fmean(gains),
        interval=points(interval) if interval else None,
    )


def _supporting(setup: Setup, per_cell: int) -> Path:
    """The supporting data, drawn if they are not there."""
    with locked(setup.work / ".start.lock", wait=True):
        claim(setup)
        file = setup.work / "supporting" / "rows.parquet"
        if not file.is_file():
            supporting.write(file, begun(setup).cells, per_cell, setup.config.generation)
    return file
