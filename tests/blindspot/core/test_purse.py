"""Budgets: reserved before, settled after, never overrun; what a kill leaves behind is spent."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from blindspot.core.asking import ask
from blindspot.core.images import ImageStore, encode
from blindspot.core.ledger import Ledger
from blindspot.core.model import Request, Sampling
from blindspot.core.purse import Account, Bill, Purse
from blindspot.core.records import Completion, Failure, Outcome, Usage

PRICES = (1e6, 1e6)
"""One per token, so that costs are tokens."""
TOKENS = 10
"""Of a completion at most."""


@dataclass
class Model:
    """Answers with so many tokens; says how much was under way at worst."""

    tokens: int = 4
    concurrency: int = 4
    fails: frozenset[str] = frozenset()
    kind: str = "timeout"
    fingerprint: str = "m"
    chunk: int = 1
    asked: list[str] = field(default_factory=list)

    async def generate(self, requests: Sequence[Request]) -> list[Outcome]:
        self.asked += [r.prompt for r in requests]
        await asyncio.sleep(0)
        return [self._one(r) for r in requests]

    def _one(self, request: Request) -> Outcome:
        if request.prompt in self.fails:
            return Failure.model_validate({"kind": self.kind, "message": "", "retryable": True})
        used = Usage(prompt_tokens=1, completion_tokens=self.tokens)
        return Completion(text="x", usage=used)

    async def rest(self) -> None:
        pass

    async def abilities(self) -> dict[str, Any]:
        return {}


def requests(count: int) -> list[Request]:
    """Prompts of two bytes."""
    return [Request(prompt=f"{i:02d}", sampling=Sampling(max_tokens=TOKENS)) for i in range(count)]


def purse(folder: Path, **budgets: float) -> Purse:
    names = {"" if n == "all" else n.replace("_", " ", 1): limit for n, limit in budgets.items()}
    return Purse(Ledger(folder / "ledger.sqlite"), ImageStore(folder), "set", names)


def bill(of: Purse, count: int, cell: str = "c") -> Bill:
    return Bill(of, PRICES, [Account("writer", cell)] * count)


def test_by_hand(tmp_path):
    """A call costs 12 at worst and 5 in the end; 30 pays for 4 and then holds too little for 12."""
    own, model = purse(tmp_path, all=30), Model()
    found = ask(model, requests(9), own.ledger, bill=bill(own, 9))
    refused = [o for o in found if isinstance(o, Failure)]
    assert (len(model.asked), len(refused), own.spent) == (4, 5, 20)
    assert {(o.kind, o.retryable) for o in refused} == {("budget", True)}
    assert {o.message for o in refused} == {
        "it may cost 12, beyond the budget of all: 30, spent 20"
    }


def test_the_ledger_knows_what_was_spent_and_nothing_known_is_paid_twice(tmp_path):
    own = purse(tmp_path)
    ask(Model(), requests(3), own.ledger, bill=bill(own, 3))
    again, model = purse(tmp_path), Model()
    assert again.spent == 15
    ask(model, requests(4), again.ledger, bill=bill(again, 4))
    assert (again.spent, model.asked) == (20, ["03"])
    assert again.ledger.spent("set") == [("writer", "c", 20.0)]
    assert again.ledger.spent("another") == []


@pytest.mark.parametrize("name", ["role_writer", "cell_c"])
def test_roles_and_cells_have_their_own(tmp_path, name):
    own = purse(tmp_path, **{name: 13})
    accounts = [Account("writer", "c"), Account("writer", "c"), Account("solver", "d")]
    found = ask(Model(), requests(3), own.ledger, bill=Bill(own, PRICES, accounts))
    assert [isinstance(o, Completion) for o in found] == [True, False, True]
    assert isinstance(found[1], Failure)
    assert name.replace("_", " ") in found[1].message


def test_refused_calls_are_made_once_there_is_more(tmp_path):
    own = purse(tmp_path, all=12)
    ask(Model(), requests(3), own.ledger, bill=bill(own, 3))
    more, model = purse(tmp_path, all=100), Model()
    found = ask(model, requests(3), more.ledger, bill=bill(more, 3))
    assert all(isinstance(o, Completion) for o in found)
    assert model.asked == ["01", "02"]


@pytest.mark.parametrize(("kind", "cost"), [("timeout", 12), ("connection", 12), ("server", 0)])
def test_a_call_without_an_answer_may_have_been_billed(tmp_path, kind, cost):
    own, failing = purse(tmp_path), Model(fails=frozenset({"00"}), kind=kind)
    ask(failing, requests(2), own.ledger, bill=bill(own, 2))
    assert own.spent == 5 + cost
    ask(Model(), requests(2), own.ledger, bill=bill(own, 2))
    assert own.spent == 10 + cost
    assert purse(tmp_path).spent == 10 + cost


def test_what_a_kill_left_under_way_counts_as_spent(tmp_path):
    own = purse(tmp_path)

    async def killed() -> None:
        await own.reserve("key", requests(1)[0], PRICES, Account("writer", "c"))

    asyncio.run(killed())
    assert own.spent == 0
    assert purse(tmp_path).spent == 12
    assert purse(tmp_path).spent == 12


def test_a_free_call_is_on_record_and_nothing_is_set_aside_for_it(tmp_path, monkeypatch):
    own, free = purse(tmp_path), Account("writer", "c")
    monkeypatch.setattr(Ledger, "reserve", None)
    told = Bill(own, (0.0, 0.0), [free] * 2)
    found = ask(Model(fails=frozenset({"01"})), requests(2), own.ledger, bill=told)
    assert [type(each) for each in found] == [Completion, Failure]
    assert own.ledger.spent(own.scope) == [("writer", "c", 0.0)]
    own.ledger.close()
    assert Ledger(own.ledger.path).spent(own.scope) == [("writer", "c", 0.0)], "it bears a seal"


def test_pictures_count_by_their_size(tmp_path):
    own = purse(tmp_path)
    small, large = (
        own.images.put(encode(Image.new("RGB", size))) for size in ((48, 48), (1400, 700))
    )
    free = Sampling(max_tokens=1)
    worst = [
        own.worst(Request(prompt="", images=(n,), sampling=free), (1e6, 0)) for n in (small, large)
    ]
    assert worst == [2000, 5000]


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_batch_does_not_wait_for_what_it_holds_itself(tmp_path, concurrency):
    """Each call costs 12 at worst: a budget of 20 holds one of them, however many are batched."""
    own, model = purse(tmp_path, all=20), Model(concurrency=concurrency, chunk=4)
    asking = threading.Thread(
        target=lambda: ask(model, requests(9), own.ledger, bill=bill(own, 9)), daemon=True
    )
    asking.start()
    asking.join(10)
    assert not asking.is_alive()
    assert (len(model.asked), own.spent) == (2, 10)


def test_a_refusal_says_what_others_hold(tmp_path):
    own = purse(tmp_path, all=20)
    first, second, *_ = ask(Model(chunk=4), requests(4), own.ledger, bill=bill(own, 4))
    assert isinstance(first, Completion)
    assert isinstance(second, Failure)
    assert second.message.endswith("spent 0, the rest held by calls under way")


@settings(max_examples=40, deadline=None)
@given(
    budget=st.integers(0, 120),
    tokens=st.integers(0, TOKENS),
    concurrency=st.integers(1, 8),
    chunk=st.integers(1, 5),
    fails=st.sets(st.integers(0, 19)),
)
def test_no_budget_is_ever_overrun(tmp_path_factory, budget, tokens, concurrency, chunk, fails):
    folder = tmp_path_factory.mktemp("purse")
    own = purse(folder, all=budget)
    model = Model(tokens, concurrency, frozenset(f"{i:02d}" for i in fails), chunk=chunk)
    found = ask(model, requests(20), own.ledger, bill=bill(own, 20))
    assert own.spent <= budget
    assert len(found) == 20
    if chunk == 1 and any(isinstance(o, Failure) and o.kind == "budget" for o in found):
        assert own.spent + 12 > budget
    assert purse(folder).spent == own.spent
