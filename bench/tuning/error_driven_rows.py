"""The table of T7 from finished trials: contrasts, gains, what was retrieved, and the pilot. What
they mean stands in `bench/tuning/error_driven.py`.

A trial's result: {"admitted": 240, "scores": {"clock-0007": 0.0, …},
                   "skills": {"clock_reading/diagram": ["telling time from clock hands"]},
                   "retrieved": {"clock_reading/diagram": {"telling time from clock hands": 31}}}
"""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any, Final

from bench.rows import Row
from bench.tuning.contrasts import World, gain, holm, over_seeds, points, sign_flip
from bench.tuning.retrieval_arms import ARMS, RANDOM, SKILL, Arm, Trial, Tuning

Result = Mapping[str, Any]
Pilots = Mapping[Tuning, Mapping[str, float]]
CLOCK: Final = "clock_reading/"
_FIRST: Final = SKILL[0]


def piloted(trials: Sequence[Trial], results: Sequence[Result], world: World) -> Pilots:
    """The gain in the weak cells of every tuning's arms, on the half of that world."""
    found: dict[Tuning, dict[str, float]] = {}
    for trial, result in zip(trials, results, strict=True):
        here = found.setdefault(trial.tuning, {})
        here[trial.arm.name] = gain(_of(result, world), world, world.weak)
    return found


def chosen(pilots: Pilots) -> Tuning:
    """The greatest mean over its arms; of equal ones the lower rate, then fewer steps."""
    return min(pilots, key=lambda tuning: (-fmean(pilots[tuning].values()), tuning))


def rows(
    world: World, trials: Sequence[Trial], results: Sequence[Result], pilots: Pilots
) -> list[Row]:
    """The table."""
    weak, no_clock = world.weak, frozenset(c for c in world.weak if not c.startswith(CLOCK))
    own = _by_arm(trials, results)
    gains = {name: [gain(_of(r, world), world, weak) for r in each] for name, each in own.items()}
    less = {n: [gain(_of(r, world), world, no_clock) for r in each] for n, each in own.items()}
    every = {name: [gain(_of(r, world), world) for r in each] for name, each in own.items()}
    spent = fmean(r["admitted"] for r in results)
    about = f"{len(own[RANDOM.name])} seeds, {spent:.0f} samples each"
    return [
        *_contrasts(gains, less, about),
        *(_gain(f"{name}, gain in the weak cells, points", gains[name]) for name in gains),
        *(_gain(f"{name}, gain in the weak cells but clocks, points", less[name]) for name in less),
        *(_gain(f"{name}, gain over all cells, points", every[name]) for name in every),
        *(_right(arm, own) for arm in ARMS),
        *(_pilot(tuning, means, tuning == chosen(pilots)) for tuning, means in pilots.items()),
    ]


def _contrasts(
    weak: Mapping[str, Sequence[float]], less: Mapping[str, Sequence[float]], about: str
) -> list[Row]:
    """The primary one by itself, all others by Holm."""
    others = [a for a in ARMS if a not in (_FIRST, RANDOM)]
    changes = [_change(weak, arm) for arm in others]
    named = [f"{arm.name} − random, weak cells" for arm in others]
    changes.append(_change(less, _FIRST))
    named.append(f"{_FIRST.name} − random, weak cells but clocks")
    adjusted = holm([sign_flip(change) for change in changes])
    first = _change(weak, _FIRST)
    primary = _contrast(
        f"{_FIRST.name} − random, weak cells", first, sign_flip(first), f"primary; {about}", True
    )
    return [
        primary,
        *(
            _contrast(name, change, p, f"Holm; {about}", False)
            for name, change, p in zip(named, changes, adjusted, strict=True)
        ),
    ]


def _contrast(name: str, change: Sequence[float], p: float, about: str, primary: bool) -> Row:
    value, found = fmean(change), over_seeds(change)
    enough = len(change) > 5  # fewer cannot reach p < .05
    return Row(
        "T7",
        f"{name}, points (p {p:.3g}, {about})",
        100 * value,
        points(found) if found else None,
        target="> 0, p < .05" if primary else "the curve over error",
        to_beat="seeds: " + ", ".join(f"{100 * each:+.1f}" for each in change),
        met=(value > 0 and p < 0.05) if enough and primary else None,
    )


def _right(arm: Arm, own: Mapping[str, Sequence[Result]]) -> Row:
    """Of rows retrieved for a cell: whose skill is missing there, as `skill-0` was told."""
    shares = [
        _share(result["retrieved"], told["skills"])
        for result, told in zip(own[arm.name], own[_FIRST.name], strict=True)
    ]
    found = over_seeds(shares)
    what = f"{arm.name}, rows whose skill is missing in their cell, %"
    return Row("T7", what, 100 * fmean(shares), points(found) if found else None)


def _share(
    retrieved: Mapping[str, Mapping[str, int]], skills: Mapping[str, Sequence[str]]
) -> float:
    """Of all rows."""
    right = sum(
        count
        for cell, counted in retrieved.items()
        for skill, count in counted.items()
        if skill in skills.get(cell, ())
    )
    return right / sum(sum(counted.values()) for counted in retrieved.values())


def _pilot(tuning: Tuning, means: Mapping[str, float], is_chosen: bool) -> Row:
    said = ", ".join(f"{name} {100 * value:+.1f}" for name, value in means.items())
    return Row(
        "T7",
        f"pilot: learning rate {tuning}, gain in the weak cells of the diagnosis half, points",
        100 * fmean(means.values()),
        to_beat=said + (" (chosen)" if is_chosen else ""),
    )


def _gain(what: str, values: Sequence[float]) -> Row:
    found = over_seeds(values)
    return Row("T7", what, 100 * fmean(values), points(found) if found else None)


def _by_arm(trials: Sequence[Trial], results: Sequence[Result]) -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = {arm.name: [] for arm in ARMS}
    for trial, result in zip(trials, results, strict=True):
        found[trial.arm.name].append(result)
    return found


def _of(result: Result, world: World) -> dict[str, float]:
    """The scores of the samples of that half."""
    return {k: v for k, v in result["scores"].items() if k in world.cells}


def _change(gains: Mapping[str, Sequence[float]], arm: Arm) -> list[float]:
    return [a - b for a, b in zip(gains[arm.name], gains[RANDOM.name], strict=True)]
