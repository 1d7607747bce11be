"""G2: how many wrong keys are let in, and how many good ones are lost.

10,000 planted candidates (`bench.generating.candidates`), 50 % good, 30 % with a wrong key, 10 %
answerable without the picture, 10 % with two answers, through the gates `agreement`,
`image_removed` and `image_swapped`; `category`, which asks the validator, is an arm of its own. The
agents are models of the stub server: each solver errs on .15 of the pictures that it is shown, the
errors of any two correlate by .3, and two that err say the same with probability .5 where more than
one wrong answer is possible (of yes/no there is but one). The server never sees a key.

To beat: a judge that sees the key (`bench.generating.gating` has what is assumed of it), on the
same candidates in the same run.

Both targets cannot be met at once by two solvers. At this error and correlation both are right
with probability (1 − e)² + ρ e (1 − e) = .761, so that no rule that needs both keeps .80 of the
good; from an error of .12 down it does. Two of three find a good key more often, and admit more
wrong ones: any two that err alike suffice. The product takes the strict rule: a good candidate that
is lost costs a few calls, a wrong key is trained on.

Which wrong keys are met decides as much as the rule does. Three arms: a writer who errs
independently of the solvers (the main one); the same where all who err say the same; and one whose
errors correlate with the solvers' as theirs do with each other. The last is what a writer of a
solver's own family does; the gates cannot see it.

What is not in it: real models, whose error and correlation nobody knows beforehand.
"""

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.diagnosing.draws import row, share, shown
from bench.extent import Extent
from bench.generating.candidates import SORTS, Planted, Sort, composition, misread, proposal
from bench.generating.gating import AGREES, ASKING, desk, judge
from bench.rows import Interval, Row
from bench.stub.script import Knowledge, Script
from bench.stub.server import Stub, stub

WRONG, KEPT = 0.015, 0.8
"""Targets: of wrong keys admitted, of good ones kept."""
ALIKE: Final = 1.0
"""The other value of `same_wrong`."""
_CATEGORY: Final = "category"
_PRECISION: Final = {WRONG: 0.006, KEPT: 0.03}
"""Width of an interval that decides on a target."""

Figure = tuple[float, Interval]


@dataclass(frozen=True)
class Trial:
    """What became of candidates, each in its place."""

    planted: Sequence[Planted]
    fates: Sequence[str]
    """Which gate rejected it; empty where none did. The last gate is `category`."""
    found: Sequence[tuple[bool, bool, bool]]
    """Whether each of three solvers finds its key."""
    late: Sequence[bool]
    """Whether it passes the gates after `agreement`, of those that two of three solvers found and
    `agreement` rejects.
    """
    calls: tuple[int, int] = (0, 0)
    """Of solvers by the gates, and of the validator."""

    def of(self, sort: Sort, admitted: Sequence[bool]) -> Figure:
        """The share of a sort that is admitted."""
        return share([a for a, p in zip(admitted, self.planted, strict=True) if p.sort == sort])

    @property
    def admitted(self) -> list[bool]:
        """By the gates that ask solvers."""
        return [fate in ("", _CATEGORY) for fate in self.fates]

    @property
    def unobjected(self) -> list[bool]:
        """By those and `category`."""
        return [not fate for fate in self.fates]

    @property
    def both(self) -> list[bool]:
        """Whose key the product's two solvers find."""
        return [a and b for a, b, _ in self.found]

    @property
    def most(self) -> list[bool]:
        """Whose key two of three solvers find."""
        return [sum(each) > 1 for each in self.found]

    @property
    def most_admitted(self) -> list[bool]:
        """By the gates, were two of three solvers enough for the first."""
        return [a or b for a, b in zip(self.admitted, self.late, strict=True)]

    def judged(self, agrees: float = AGREES) -> list[bool]:
        """By the judge that sees the key."""
        pairs = zip(self.planted, self.found, strict=True)
        return [judge(found[2], p.number, agrees) for p, found in pairs]


def measure(extent: Extent) -> list[Row]:
    """The product's rule, the judge's, two of three, and other wrong keys."""
    count = extent.draws(300, 10_000)
    plain = Script()
    alike = Script(knowledge=Knowledge(same_wrong=ALIKE))
    with stub() as server:
        main = trial(extent, server, composition(count, plain), plain)
        wrong = [p for p in composition(count // 2, alike) if p.sort == "wrong key"]
        same = trial(extent, server, wrong, alike)
        theirs = trial(extent, server, misread(len(wrong), plain), plain)
    others = (
        (f"where all who err say the same (same_wrong {ALIKE:g})", same),
        ("of a writer whose errors correlate with the solvers' by .3", theirs),
    )
    return [*rows(main), *(_other(name, each) for name, each in others)]


def trial(extent: Extent, server: Stub, planted: Sequence[Planted], script: Script) -> Trial:
    """The candidates through all gates, and before three solvers."""
    server.script(script)
    proposals = [proposal(each) for each in planted]
    with (
        tempfile.TemporaryDirectory(dir=extent.work) as folder,
        desk(Path(folder), server.url) as at,
    ):
        fates = at.judged(proposals, (*ASKING, _CATEGORY))
        arrived = server.calls().arrived
        votes = [at.finds(proposals, member) for member in range(3)]
        found = list(zip(*votes, strict=True))
        late = [sum(f) > 1 and fate == ASKING[0] for f, fate in zip(found, fates, strict=True)]
        passed = iter(at.judged([p for p, x in zip(proposals, late, strict=True) if x], ASKING[1:]))
        late = [x and not next(passed) for x in late]
    calls = arrived.get("solver", 0), arrived.get("validator", 0)
    return Trial(planted, fates, found, late, calls)


def rows(main: Trial) -> list[Row]:
    """What the main trial shows."""
    return [
        _wrong("wrong keys admitted", main.of("wrong key", main.admitted), _judge(main)),
        _kept("good candidates kept", main.of("good", main.admitted), _judge(main, "good")),
        _plain("wrong keys among the admitted", impurity(main, main.admitted), impure(main)),
        _sort(main, "blind", "answerable without the picture, admitted"),
        _sort(main, "ambiguous", "with two answers, admitted"),
        *_rules(main),
        *(_gate(main, gate) for gate in (*ASKING, _CATEGORY)),
        _calls(main),
    ]


def impurity(of: Trial, admitted: Sequence[bool]) -> Figure:
    """The share of wrong keys among the admitted; (nan, (0, 1)) where nothing is."""
    let_in = [p.sort == "wrong key" for p, a in zip(of.planted, admitted, strict=True) if a]
    return share(let_in) if let_in else (float("nan"), (0.0, 1.0))


def rejected(of: Trial, gate: str) -> dict[Sort, tuple[int, int]]:
    """By sort, how many a gate rejected, of how many that it saw."""
    order = (*ASKING, _CATEGORY)
    seen = [not fate or order.index(fate) >= order.index(gate) for fate in of.fates]
    sorts = [p.sort for p in of.planted]
    out = Counter(s for s, fate in zip(sorts, of.fates, strict=True) if fate == gate)
    all_seen = Counter(s for s, was_seen in zip(sorts, seen, strict=True) if was_seen)
    return {sort: (out[sort], all_seen[sort]) for sort in SORTS}


def _sort(main: Trial, sort: Sort, what: str) -> Row:
    return _plain(what, main.of(sort, main.admitted), _judge(main, sort))


def _rules(main: Trial) -> list[Row]:
    """The rules for keys, alone and before the other gates."""
    arms = (
        ("agreement alone: both solvers", main.both),
        ("agreement alone: 2 of 3 solvers (not the product's rule)", main.most),
        ("2 of 3 solvers and the other gates (not the product's rule)", main.most_admitted),
        ("the three gates and category", main.unobjected),
    )
    return [
        row_
        for name, admitted in arms
        for row_ in (
            _wrong(f"wrong keys admitted, {name}", main.of("wrong key", admitted)),
            _kept(f"good candidates kept, {name}", main.of("good", admitted)),
        )
    ]


def _gate(main: Trial, gate: str) -> Row:
    found = rejected(main, gate)
    parts = ", ".join(f"{sort} {out:,} of {seen:,}" for sort, (out, seen) in found.items())
    out, seen = (sum(pair[i] for pair in found.values()) for i in (0, 1))
    return Row("G2", f"rejected by {gate}, of what it saw: {parts}", out / seen if seen else None)


def _calls(main: Trial) -> Row:
    solvers, validator = (calls / len(main.planted) for calls in main.calls)
    what = f"calls a candidate, solvers; the validator's {validator:.2f} more"
    return Row("G2", what, solvers, to_beat="the judge 1")


def _other(name: str, of: Trial) -> Row:
    return _wrong(f"wrong keys admitted, {name}", of.of("wrong key", of.admitted), _judge(of))


def _judge(of: Trial, sort: Sort = "wrong key") -> str:
    both = {agrees: of.of(sort, of.judged(agrees)) for agrees in (AGREES, 0.0)}
    return "; ".join(shown(f"judge ({agrees:g})", figure) for agrees, figure in both.items())


def impure(of: Trial) -> str:
    """What the judge's admitted hold."""
    return shown(f"judge ({AGREES:g})", impurity(of, of.judged()))


def _wrong(what: str, figure: Figure, beat: str = "") -> Row:
    width = _PRECISION[WRONG]
    return row("G2", what, figure, WRONG, precision=width, higher_is_better=False, to_beat=beat)


def _kept(what: str, figure: Figure, beat: str = "") -> Row:
    return row("G2", what, figure, KEPT, precision=_PRECISION[KEPT], to_beat=beat)


def _plain(what: str, figure: Figure, beat: str) -> Row:
    return Row("G2", what, *figure, to_beat=beat)
