"""G5: whether a training set has as many samples of each cell as were wanted.

Random mixtures (3 to 30 cells, 50 to 600 samples, shares from a Dirichlet) go through the plan and
through `generation.filling` with a source that draws nothing and a gate that rejects each candidate
by chance, at a rate that the cell draws (0 to .6). In every second draw one cell is starved: its
source fails, its gate rejects everything, or no source makes it.

    error       samples that are missing from a cell or too many in it, over the samples wanted
    starved     the same over all cells but the starved one, which must be open with its cause

Training cells alone are drawn; `validation` and `canary` are planned and filled by the same code.

To beat, on the same draws and the same chance: `bench.generating.rounding`.
"""

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.diagnosing.draws import mean, share, shown
from bench.extent import Extent
from bench.generating.rounding import (
    STARVED_BY,
    Draw,
    Result,
    back_fill,
    draw,
    floor_rounding,
    wanted,
)
from bench.generating.runs import diagnosis
from bench.rows import Interval, Row
from blindspot.core.images import ImageStore
from blindspot.core.journal import Journal
from blindspot.core.ledger import Ledger
from blindspot.core.records import CellShare, Failure
from blindspot.core.training_set import CellOutcome, Makeable, Plan, PlanCell
from generation.decided import Candidacy
from generation.executor import open_executor
from generation.filling import Filling
from generation.gate import Guard, Proposal, Verdict
from generation.plan import largest_remainder, make_plan
from generation.settings import GenerationSettings
from generation.source import Candidate, Maker, Want

_FAILED: Final = Failure(kind="request", message="nothing is to be had", retryable=False)
_KIND: Final = "geometric"


def measure(extent: Extent) -> list[Row]:
    """With enough budget, and with a starved cell."""
    draws = [draw(number) for number in range(extent.draws(30, 1000))]
    enough = [d for d in draws if d.starved is None]
    starved = [d for d in draws if d.starved is not None]
    return [_enough(enough, extent.work), *_starved(starved, extent.work)]


def filled(drawn: Draw, work: Path) -> Result:
    """Plan and fill a draw's mixture."""
    plan = _plan(drawn)
    shutil.rmtree(work, ignore_errors=True)
    ledger = Ledger(work / "ledger.sqlite")
    try:
        outcomes = _fill(drawn, plan, work, ledger)
    finally:
        ledger.close()
    return result(drawn, outcomes)


def result(drawn: Draw, outcomes: Sequence[CellOutcome]) -> Result:
    """Outcomes of a draw beside its quotas."""
    got = {row.name: row.admitted for row in outcomes}
    wrong = sum(abs(quota - got.get(_name(cell), 0)) for cell, quota in wanted(drawn))
    return Result(wrong, drawn.budget, _explained(drawn, outcomes))


def _explained(drawn: Draw, outcomes: Sequence[CellOutcome]) -> bool:
    short = {row.name: row.open_because or "" for row in outcomes if row.admitted < row.quota}
    if drawn.starved is None:
        return not short
    cause = {
        "source": "source: request rejected",
        "gate": "by chance rejected",
        "nobody": "no configured source makes it",
    }[drawn.by]
    name = _name(drawn.starved)
    is_wanted = largest_remainder(drawn.budget, drawn.shares)[drawn.starved] > 0
    return list(short) == ([name] if is_wanted else []) and all(cause in s for s in short.values())


def _plan(drawn: Draw) -> Plan:
    settings = GenerationSettings(validation_share=0, canary=0)
    quotas = largest_remainder(drawn.budget, drawn.shares)
    mixture = [
        CellShare(
            capability=_capability(i), image_type=_KIND, share=share, quota=quota, why="drawn"
        )
        for i, (share, quota) in enumerate(zip(drawn.shares, quotas, strict=True))
    ]
    return make_plan(diagnosis(mixture), "digest", _catalogue(drawn), settings)


def _fill(drawn: Draw, plan: Plan, work: Path, ledger: Ledger) -> Sequence[CellOutcome]:
    with open_executor("local", "") as executor:
        filling = Filling(
            plan,
            [Maker(_Source(drawn), _catalogue(drawn))],
            [Guard("by chance", lambda cell: True, _Gate(drawn))],
            GenerationSettings(),
            0,
            executor=executor,
            images=ImageStore(work / "images"),
            journal=Journal(ledger, "training_set", Candidacy, fresh=True),
            admitted=[],
        )
        return filling.fill(lambda count=1, note="": None).outcomes()


@dataclass(frozen=True)
class _Source:
    drawn: Draw

    def candidates(self, wants: Sequence[Want]) -> list[Candidate | Failure]:
        return [self._one(want) for want in wants]

    def _one(self, want: Want) -> Candidate | Failure:
        if self.drawn.by == "source" and _cell_of(want.cell) == self.drawn.starved:
            return _FAILED
        return Candidate(
            images=(), question=want.seed, target="1", answer_kind="number", origin="drawn"
        )


@dataclass(frozen=True)
class _Gate:
    drawn: Draw

    def judge(self, proposals: Sequence[Proposal]) -> list[Verdict]:
        return [Verdict(not self._rejects(p), "by chance") for p in proposals]

    def _rejects(self, proposal: Proposal) -> bool:
        slot, attempt = proposal.id.rsplit("/", 2)[1:]
        return self.drawn.rejects(_cell_of(proposal.cell), int(slot), int(attempt))


def _catalogue(drawn: Draw) -> tuple[Makeable, ...]:
    """Every cell, unless nobody makes the starved one."""
    left_out = drawn.starved if drawn.by == "nobody" else None
    made = [i for i in range(len(drawn.shares)) if i != left_out]
    return tuple(Makeable(capability=_capability(i), image_type=_KIND) for i in made)


def _capability(cell: int) -> str:
    return f"capability-{cell:02}"


def _name(cell: int) -> str:
    return f"{_capability(cell)}/{_KIND}"


def _cell_of(cell: PlanCell) -> int:
    return int(cell.want.capability.rsplit("-", 1)[1])


def _enough(draws: Sequence[Draw], work: Path) -> Row:
    what = f"samples missing from a cell or too many in it, enough budget, {len(draws)} mixtures"
    results = [filled(d, work / "quotas") for d in draws]
    value, interval = _error(results)
    met = sum(r.wrong for r in results) == 0
    return Row("G5", what, value, interval, "0", _others(draws), met)


def _starved(draws: Sequence[Draw], work: Path) -> list[Row]:
    results = [filled(d, work / "quotas") for d in draws]
    kinds = Counter(d.by for d in draws)
    said = ", ".join(f"{kinds[by]} by {by}" for by in STARVED_BY)
    exact = sum(r.wrong for r in results) == 0
    explained = [r.explained for r in results]
    value, interval = _error(results)
    about = f"one cell starved ({said})"
    return [
        Row("G5", f"the other cells, {about}", value, interval, "0", _others(draws), exact),
        Row(
            "G5",
            f"open with its own cause and nothing else open, {about}",
            *share(explained),
            target="1",
            to_beat="neither says which cells are short, or why",
            met=all(explained),
        ),
    ]


def _others(draws: Sequence[Draw]) -> str:
    attempts = GenerationSettings().max_attempts
    floor = _error([floor_rounding(d, attempts) for d in draws])
    filling = _error([back_fill(d) for d in draws])
    return f"{shown('floor rounding', floor)}; {shown('back-fill', filling)}"


def _error(results: Sequence[Result]) -> tuple[float, Interval]:
    return mean([r.wrong / r.wanted for r in results])
