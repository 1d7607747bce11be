"""G7: whether the ledger knows what was spent, and whether a budget holds.

The whole stage (`bench.generating.runs`), every model priced; the stub server counts by itself what
it answered and bills. Its count is the truth.

    plain     no call fails
    faults    429, 500 to 503, cut off and unreadable replies, a tenth of all calls
    budget    two fifths of what the plain run cost, both with and without those faults

A budget is overshot by what the server billed beyond it. Beside it, with the plain run's own calls:
a script with as many workers that adds up what finished calls cost and stops when that reaches the
budget. None of the tools compared has a hard cap; the best of them check like this.

What is not in it: a server that bills an attempt that the client gave up waiting for.
"""

import asyncio
import shutil
from dataclasses import dataclass
from typing import Final

from bench.extent import Extent
from bench.generating.clients import bodies, checked, cost
from bench.generating.runs import PRICES, Run, Task
from bench.rows import Row, number
from bench.stub.script import Faults, Latency, Script
from bench.stub.server import Stub, stub
from bench.stub.tally import Calls

TARGET: Final = 0.005
SHARE: Final = 0.4
"""Of the plain run's cost that the budget allows."""
FAULTS: Final = Faults(
    rate_limit=0.03, server=0.03, truncated=0.02, malformed=0.01, unheld=0.005, refused=0.005
)


@dataclass(frozen=True)
class Spent:
    """One run: by its own ledger, and by the server."""

    ledger: float
    server: float
    calls: int

    @property
    def error(self) -> float:
        """Relative."""
        return abs(self.ledger - self.server) / self.server


def measure(extent: Extent) -> list[Row]:
    """The ledger's error without and with faults, and what budgets are overshot by."""
    plain = Script(latency={"all": Latency(seconds=0.2 if extent.full else 0.05)})
    faulty = plain.model_copy(update={"faults": {"all": FAULTS}})
    with stub() as server:
        runs = {"plain": _made(extent, server, plain), "faults": _made(extent, server, faulty)}
        found = {name: spent(run, calls) for name, (run, calls) in runs.items()}
        budget = SHARE * found["plain"].server
        capped = {
            name: spent(*_made(extent, server, script, budget))
            for name, script in (("plain", plain), ("faults", faulty))
        }
        server.script(plain)
        calls = bodies(runs["plain"][0])
        asyncio.run(checked(server.url, calls, _concurrency(extent), budget))
        after = billed(server.calls())
    return [
        *(_error(name, each) for name, each in found.items()),
        *(_overshoot(name, each, budget, after) for name, each in capped.items()),
    ]


def billed(calls: Calls) -> float:
    """What the server's count comes to."""
    return cost(sum(calls.prompt_tokens.values()), sum(calls.completion_tokens.values()))


def spent(run: Run, calls: Calls) -> Spent:
    """Of a finished run. Raises ValueError where the server billed nothing."""
    if not calls.billed:
        raise ValueError("no call was billed: nothing can be measured")
    return Spent(run.spent(), billed(calls), sum(calls.answered.values()))


def _made(
    extent: Extent, server: Stub, script: Script, budget: float | None = None
) -> tuple[Run, Calls]:
    """A finished run, and what the server counted."""
    server.script(script)
    folder = extent.work / "money"
    folder /= f"{'faults' if script.faults else 'plain'}{'-capped' if budget else ''}"
    shutil.rmtree(folder, ignore_errors=True)
    task = Task(
        url=server.url,
        slots=200 if extent.full else 8,
        concurrency=_concurrency(extent),
        attempts=3,
        prices=PRICES,
        budget=budget,
    )
    run = Run(folder, task).prepare()
    run.finish(run.start())
    return run, server.calls()


def _concurrency(extent: Extent) -> int:
    return 64 if extent.full else 16


def _error(name: str, found: Spent) -> Row:
    what = f"difference of ledger and server / server, {name}, {found.calls:,} billed calls"
    return Row("G7", what, found.error, None, f"≤ {TARGET:g}", "", found.error <= TARGET)


def _overshoot(name: str, found: Spent, budget: float, after: float) -> Row:
    over = overshoot(found.server, budget)
    what = f"billed beyond a budget of {number(budget)} (share of it), {name}, "
    what += f"{found.server / budget:.1%} of it used"
    beat = f"a check after finished calls {number(overshoot(after, budget))}"
    return Row("G7", what, over, None, "0", beat, over == 0)


def overshoot(billed: float, budget: float) -> float:
    """What was billed beyond a budget, as a share of it."""
    return max(0.0, billed - budget) / budget
