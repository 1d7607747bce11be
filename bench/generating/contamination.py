"""G4: whether benchmark items that are planted among the candidates get through decontamination.

The benchmark holds 200 pictures that are planted and as many that are not, of all kinds of
`bench.generating.sights`. Planted are, as samples that somebody found (`truth` "dataset", content
unknown),

    exact          the 200 as they are, with their question and with another one
    transformed    each with one change of `CHANGES` in turn and the benchmark's question, every
                   second one worded otherwise
    elsewhere      the same with a question that the benchmark never asks
    fresh          400 pictures that are in no benchmark, half of them drawn: how many are rejected

To beat: a pipeline without a check, as published generators are, admits them all.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from bench.diagnosing.draws import row, share
from bench.extent import Extent
from bench.generating import sights
from bench.generating.likeness import Sight, material, proposal, surroundings
from bench.generating.sights import OTHERS, SAME, Change
from bench.rows import Row
from generation.gate import OpenGate, Shown, gates
from generation.likeness import look
from generation.source import Truth

CHANGES: Final[Mapping[str, Change]] = {
    "cropped": sights.cropped,
    **SAME,
    **{
        name: change for name, change in OTHERS.items() if name not in ("text across", "other hues")
    },
}
"""What is counted as transformed."""
UNCLAIMED: Final = {name: OTHERS[name] for name in ("text across", "other hues")}
"""What changes the pictures' content, and is reported apart."""
ELSEWHERE: Final = "Which season might it be?"
NOBODY: Final = "1 (nobody checks)"

_WORDINGS: Final = ("{}", "Please look at the picture and tell: {}")


def measure(extent: Extent) -> list[Row]:
    """All rows."""
    planted, fresh = planted_and_fresh(extent.draws(30, 200))
    gate = opened(planted)
    worded = [replace(s, question=_worded(s.question, i)) for i, s in enumerate(planted)]
    elsewhere = _elsewhere(planted)
    rows = [_exact(gate, [*planted, *elsewhere])]
    rows += _transformed(gate, worded, "the benchmark's question")
    rows += _transformed(gate, elsewhere, "another question")
    for name, change in UNCLAIMED.items():
        trials = [
            _rejects(gate, replace(s, image=_changed(change, s, i))) for i, s in _each(worded)
        ]
        rows.append(_plain(f"caught of {name}, the benchmark's question", trials))
    return [*rows, *_fresh(gate, fresh)]


def planted_and_fresh(count: int) -> tuple[list[Sight], list[Sight]]:
    """`count` pictures to plant and about twice as many that are not known, of all kinds."""
    pictures = material(-(-count * 3 // 7), "plant")
    random.Random("plant").shuffle(pictures)
    return pictures[:count], pictures[count : 3 * count]


def opened(planted: Sequence[Sight]) -> OpenGate:
    """The gate with a benchmark of what is planted and about as much more; of the photographs
    there are no others.
    """
    more = [s for s in material(max(4, len(planted) // 8), "rest") if s.kind != "photos"]
    benchmark = [
        Shown(f"bench/{i}", s.question, (look(s.image),), s.target)
        for i, s in enumerate([*planted, *more])
    ]
    return gates.load("decontamination").open(surroundings(benchmark=benchmark))


def _exact(gate: OpenGate, planted: Sequence[Sight]) -> Row:
    admitted = [not _rejects(gate, s) for s in planted]
    figure = share(admitted)
    what = f"exact copies admitted, {len(planted)}, with the benchmark's question and another"
    return Row("G4", what, *figure, "0", NOBODY, not any(admitted))


def _transformed(gate: OpenGate, planted: Sequence[Sight], asked: str) -> list[Row]:
    names = list(CHANGES)
    trials: dict[str, list[bool]] = {name: [] for name in names}
    for i, sight in _each(planted):
        name = names[i % len(names)]
        changed = replace(sight, image=_changed(CHANGES[name], sight, i))
        trials[name].append(_rejects(gate, changed))
    caught = [hit for hits in trials.values() for hit in hits]
    what = f"transformed copies caught, {asked}, {len(caught)}"
    head = row("G4", what, share(caught), 0.99, precision=0.04, to_beat="0 (nobody checks)")
    missed = {name: hits for name, hits in trials.items() if not all(hits)}
    return [head, *(_plain(f"caught of {n}, {asked}, {len(h)}", h) for n, h in missed.items())]


def _fresh(gate: OpenGate, fresh: Sequence[Sight]) -> list[Row]:
    found = [s for s in fresh if not s.kind.startswith("drawn")]
    drawn = [s for s in fresh if s.kind.startswith("drawn")]
    cases: tuple[tuple[str, Sequence[Sight], Truth], ...] = (
        ("found, all with one question", found, "dataset"),
        ("found, asked what the benchmark never asks", _elsewhere(found), "dataset"),
        ("drawn by the source", drawn, "construction"),
        ("drawn, as if found", drawn, "dataset"),
        ("drawn, as if found, asked what the benchmark never asks", _elsewhere(drawn), "dataset"),
    )
    return [
        _plain(
            f"fresh pictures rejected, {name}, {len(sights)}",
            [_rejects(gate, s, truth) for s in sights],
        )
        for name, sights, truth in cases
        if sights
    ]


def _rejects(gate: OpenGate, sight: Sight, truth: Truth = "dataset") -> bool:
    (verdict,) = gate.judge([proposal(sight, "new", truth)])
    return not verdict.admitted


def _changed(change: Change, sight: Sight, number: int):
    return change(sight.image, random.Random(f"change/{number}"))


def _worded(question: str, number: int) -> str:
    return _WORDINGS[number % len(_WORDINGS)].format(question)


def _elsewhere(pictures: Sequence[Sight]) -> list[Sight]:
    return [replace(s, question=ELSEWHERE) for s in pictures]


def _each(planted: Sequence[Sight]) -> list[tuple[int, Sight]]:
    return list(enumerate(planted))


def _plain(what: str, hits: Sequence[bool]) -> Row:
    return Row("G4", what, *share(hits))
