"""A window of proposals on its way through the gates.

    judged(guards, [Standing(proposal, []), …])  →  those that pass; each verdict is noted in `seen`

Most gates judge the window whole, in slot order. Neighbouring gates that judge several waves at
once are passed wave by wave, each in a thread of its own, so that one that waits for its last
answers leaves the line to the others. Which proposals form a wave is decided by the window alone:
when an answer comes decides nothing.
"""

import itertools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Final

from generation.decided import Seen
from generation.gate import Guard, Proposal

WAVE: Final = 64
"""Proposals of a wave at most, where several are judged at once. Fewer say too little about habits
(`generation.solving`): a solver that says yes to 70 % of what it cannot see costs 5 % of the good
yes/no questions in waves of 32, 2 % in waves of 64 and none in one of 1,024.
"""


@dataclass
class Standing:
    """A candidate on its way."""

    proposal: Proposal
    seen: list[Seen]
    pass_rate: float | None = None
    rollouts: int = 0


def judged(guards: Sequence[Guard], window: Sequence[Standing]) -> list[Standing]:
    """Those that pass every gate, in order."""
    standing = list(window)
    for at_once, group in itertools.groupby(guards, lambda guard: guard.at_once):
        row = list(group)
        if at_once and standing:
            standing = _at_once(row, waves(standing))
        else:
            standing = _passed(row, standing)
    return standing


def waves(standing: Sequence[Standing]) -> list[Sequence[Standing]]:
    """Neighbours, `WAVE` at most, in as few waves as that takes, all about as large."""
    count, size = -(-len(standing) // WAVE), len(standing)
    return [standing[size * i // count : size * (i + 1) // count] for i in range(count)]


def _at_once(guards: Sequence[Guard], waves: Sequence[Sequence[Standing]]) -> list[Standing]:
    pool = ThreadPoolExecutor(len(waves), thread_name_prefix="wave")
    try:
        passed = [pool.submit(_passed, guards, wave) for wave in waves]
        for each in as_completed(passed):
            each.result()  # the first error ends the window
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return [standing for each in passed for standing in each.result()]


def _passed(guards: Sequence[Guard], wave: Sequence[Standing]) -> list[Standing]:
    standing = list(wave)
    for guard in guards:
        guarded = [s for s in standing if guard.guards(s.proposal.cell)]
        verdicts = guard.verdicts([s.proposal for s in guarded])
        out: set[str] = set()
        for each, verdict in zip(guarded, verdicts, strict=True):
            each.seen.append(Seen.of(guard.name, verdict))
            if verdict.pass_rate is not None:
                each.pass_rate, each.rollouts = verdict.pass_rate, verdict.rollouts
            if not verdict.admitted:
                out.add(each.proposal.id)
        standing = [s for s in standing if s.proposal.id not in out]
    return standing
