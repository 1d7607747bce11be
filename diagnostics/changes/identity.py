"""Which weaknesses are the same as in earlier rounds, and what became of those that are gone.

    round 0   ocr/map                   new round finds "ocr/map font=small", half of it or more
    round 1   ocr/map  shrank           … under the earlier id, since round 0

A weakness keeps its id where the slice is the same; otherwise the id of the earlier weakness that
shares most of its samples, at least half of their union (Jaccard), one to one, the latest round
first. Only samples that were answered in both rounds are compared: what nobody answered belongs
to no slice. Ids are never shared, because what keeps its own id does so before anything is taken
over.

A weakness is found because its samples did badly in one round, so that part of its low rate was
chance, which is gone in the next (regression to the mean). "Reliably better" therefore means that
the paired change exceeds, with its whole interval, what the earlier estimate had already taken
back of the raw rate by shrinking it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.optimize import linear_sum_assignment

from blindspot.core.diagnosis import Ended
from blindspot.core.outcomes import PASSED
from blindspot.core.records import Weakness
from blindspot.core.statistics import wilson
from diagnostics.answers import scores_by_sample
from diagnostics.changes.paired import Answered, Pair, measured
from diagnostics.settings import DiagnosticsSettings

SAME = 0.5
"""Jaccard from which two slices are one weakness."""
LEFT = 2 / 3
"""A slice that holds less than this part of the samples that failed in it then has shrunk."""
DEFAULTS: Final = DiagnosticsSettings()

Status = Literal["new", "persists", "shrank", "reappeared"]
Scores = Mapping[str, float]
"""Mean score per answered sample."""


@dataclass(frozen=True)
class Found:
    """A weakness of this round."""

    weakness: Weakness
    """Under the id of its slice."""
    members: frozenset[str]
    """Ids of its answered samples."""


@dataclass(frozen=True)
class EarlierRound:
    """What one earlier round found."""

    round: int
    weaknesses: tuple[Weakness, ...]
    members: dict[str, frozenset[str]]
    """Ids of the answered samples of each weakness, by its id."""
    answered: Answered


@dataclass(frozen=True)
class Known:
    """An earlier weakness as it was when it was last found."""

    weakness: Weakness
    members: frozenset[str]
    """Its samples that were answered then and now."""
    pairs: tuple[Pair, ...]
    """The same, with their scores, by id."""
    comparable: frozenset[str]
    """All samples that were answered then and now."""
    round: int
    since: int
    """The round in which it was first found."""


def identified(
    found: Sequence[Found],
    earlier: Sequence[EarlierRound],
    now: Answered,
    settings: DiagnosticsSettings = DEFAULTS,
) -> tuple[list[Weakness], tuple[Ended, ...]]:
    """The weaknesses in the order given, with id, status and since; and those of the latest
    earlier round (`earlier` is oldest first) that are not found now, by id. Without an earlier
    round they are returned as they are.
    """
    if not earlier:
        return [f.weakness for f in found], ()
    known, last = _known(earlier, now), earlier[-1].round
    same = _matched(found, known)
    named = [
        _named(f, known.get(same.get(f.weakness.id, "")), now.round, last, settings.seed)
        for f in found
    ]
    gone = sorted({w.id for w in earlier[-1].weaknesses} - set(same.values()))
    return named, tuple(_ended(known[i], settings) for i in gone)


def reliably_better(then: Known, seed: int) -> bool:
    """Whether its samples are better now than they were, beyond regression to the mean."""
    if not then.pairs:
        return False
    overstated = max(0.0, then.weakness.rate - then.weakness.raw_rate)
    return measured(then.pairs, seed).interval[0] > overstated


def _known(earlier: Sequence[EarlierRound], now: Answered) -> dict[str, Known]:
    """Every earlier weakness by id, as of the latest round that found it."""
    after, samples = _scores(now), {s.id: s for s in now.samples}
    known: dict[str, Known] = {}
    for past in earlier:
        before = _scores(past.answered)
        comparable = frozenset(before.keys() & after.keys() & samples.keys())
        for weakness in past.weaknesses:
            members = past.members.get(weakness.id, frozenset()) & comparable
            pairs = tuple(Pair(samples[i], before[i], after[i]) for i in sorted(members))
            first = known[weakness.id].since if weakness.id in known else past.round
            since = first if weakness.since is None else min(first, weakness.since)
            known[weakness.id] = Known(weakness, members, pairs, comparable, past.round, since)
    return known


def _matched(found: Sequence[Found], known: Mapping[str, Known]) -> dict[str, str]:
    """Own id to earlier id, one to one."""
    same = {f.weakness.id: f.weakness.id for f in found if f.weakness.id in known}
    for number in sorted({k.round for k in known.values()}, reverse=True):
        free = [f for f in found if f.weakness.id not in same]
        taken = set(same.values())
        open_ = {i: k for i, k in known.items() if k.round == number and i not in taken}
        same |= _best(free, open_)
    return same


def _best(found: Sequence[Found], known: Mapping[str, Known]) -> dict[str, str]:
    """The pairing of largest total overlap among those that overlap enough."""
    mine = sorted(found, key=lambda f: f.weakness.id)
    theirs = sorted(known)
    overlap = np.array([[_jaccard(f.members, known[i]) for i in theirs] for f in mine])
    overlap = np.where(overlap >= SAME, overlap, 0.0).reshape(len(mine), len(theirs))
    rows, columns = linear_sum_assignment(overlap, maximize=True)
    return {
        mine[r].weakness.id: theirs[c]
        for r, c in zip(rows, columns, strict=True)
        if overlap[r, c] > 0
    }


def _jaccard(members: frozenset[str], then: Known) -> float:
    mine = members & then.comparable
    union = mine | then.members
    return len(mine & then.members) / len(union) if union else 0.0


def _named(found: Found, then: Known | None, now: int, last: int, seed: int) -> Weakness:
    if then is None:
        return found.weakness.model_copy(update={"status": "new", "since": now})
    status: Status = "persists"
    if then.round < last:
        status = "reappeared"
    elif _narrower(found, then) or reliably_better(then, seed):
        status = "shrank"
    update = {"id": then.weakness.id, "status": status, "since": then.since}
    return found.weakness.model_copy(update=update)


def _narrower(found: Found, then: Known) -> bool:
    """Whether its borders leave out more than a third of the samples that failed in it then."""
    failed = {p.sample.id for p in then.pairs if p.before < PASSED}
    return len(failed & found.members) < LEFT * len(failed)


def _ended(then: Known, settings: DiagnosticsSettings) -> Ended:
    n = len(then.pairs)
    before, after = (
        [p.before for p in then.pairs],
        [p.after for p in then.pairs],
    )
    weakness = then.weakness
    status: Literal["resolved", "undecided", "not enough data"] = "undecided"
    if n < settings.min_support:
        status = "not enough data"
    elif reliably_better(then, settings.seed) or wilson(sum(after), n)[0] >= settings.target:
        status = "resolved"
    return Ended(
        id=weakness.id,
        name=weakness.name,
        round=then.round,
        status=status,
        before=float(np.mean(before)) if n else weakness.raw_rate,
        after=float(np.mean(after)) if n else None,
        n=n,
    )


def _scores(answered: Answered) -> Scores:
    found = scores_by_sample(answered.predictions)
    return {key: float(np.mean(scores)) for key, scores in found.items()}
