"""Several threads ask at once: one limit, no call made twice, one budget, and a clean end."""

import asyncio
import random
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from blindspot.core.asking import ask
from blindspot.core.errors import StageError
from blindspot.core.images import ImageStore
from blindspot.core.ledger import Ledger
from blindspot.core.line import Line, Traffic, outcome_of
from blindspot.core.model import Request, Sampling
from blindspot.core.purse import Account, Bill, Purse
from blindspot.core.records import Completion, Failure, Outcome, Usage


@dataclass
class Counter:
    """Calls under way at once."""

    now: int = 0
    peak: int = 0


@dataclass
class Echo:
    """Answers with the prompt after a time that differs from call to call."""

    fingerprint: str = "m"
    addresses: tuple[str, ...] = ("http://here/v1",)
    concurrency: int = 4
    under_way: Counter = field(default_factory=Counter)
    chunk: int = 1
    rested: int = 0
    asked: list[str] = field(default_factory=list)
    says: Failure | None = None
    dies: type[BaseException] | None = None

    async def generate(self, requests: Sequence[Request]) -> list[Outcome]:
        if self.dies:
            raise self.dies
        self.asked += [r.prompt for r in requests]
        self.under_way.now += 1
        self.under_way.peak = max(self.under_way.peak, self.under_way.now)
        await asyncio.sleep(random.uniform(0, 0.004))
        self.under_way.now -= 1
        used = Usage(prompt_tokens=1, completion_tokens=4)
        return [self.says or Completion(text=r.prompt, usage=used) for r in requests]

    async def abilities(self) -> dict[str, Any]:
        return {}

    async def rest(self) -> None:
        self.rested += 1


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.sqlite")
    yield opened
    opened.close()


def requests(name: str, count: int) -> list[Request]:
    return [Request(prompt=f"{name}{i}", sampling=Sampling(max_tokens=10)) for i in range(count)]


def texts(outcomes: Sequence[Outcome]) -> list[str]:
    return [o.text for o in outcomes if isinstance(o, Completion)]


def test_one_limit_holds_for_all_who_ask_at_an_address(ledger: Ledger) -> None:
    shared = Counter()
    models = [Echo(fingerprint=str(i), under_way=shared) for i in range(3)]
    with Line() as line, ThreadPoolExecutor(6) as pool:
        asked = [
            pool.submit(ask, models[i % 3], requests(f"{i}/", 10), ledger, line=line)
            for i in range(6)
        ]
        found = [texts(each.result()) for each in asked]
    assert found == [[f"{i}/{n}" for n in range(10)] for i in range(6)]
    assert shared.peak == 4


def test_models_elsewhere_have_a_limit_of_their_own(ledger: Ledger) -> None:
    here, there = Echo(), Echo(fingerprint="n", addresses=("http://there/v1",), concurrency=2)
    with Line() as line, ThreadPoolExecutor(4) as pool:
        for i in range(2):
            pool.submit(ask, here, requests(f"{i}", 20), ledger, line=line)
            pool.submit(ask, there, requests(f"{i}", 20), ledger, line=line)
    assert (here.under_way.peak, there.under_way.peak) == (4, 2)


def test_what_another_is_asking_already_is_not_asked_again(ledger: Ledger) -> None:
    model = Echo()
    with Line() as line, ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(ask, model, requests("", 30), ledger, line=line) for _ in range(8)]
        found = {tuple(texts(each.result())) for each in asked}
    assert found == {tuple(str(i) for i in range(30))}
    assert sorted(model.asked) == sorted(str(i) for i in range(30))
    assert ledger.counts() == {"calls": 30, "asked_again": 0, "failures": 0}


def test_connections_stay_until_the_block_is_left(ledger: Ledger) -> None:
    model = Echo()
    with Line() as line:
        for i in range(3):
            ask(model, requests(str(i), 2), ledger, line=line)
        assert model.rested == 0
    assert model.rested == 1


@pytest.mark.parametrize("budget", [0, 13, 60, 200])
def test_no_budget_is_overrun_by_several_who_spend(tmp_path: Path, budget: int) -> None:
    """A call costs 12 at worst and 5 in the end."""
    own = Purse(Ledger(tmp_path / "l.sqlite"), ImageStore(tmp_path), "set", {"": float(budget)})
    bill = Bill(own, (1e6, 1e6), [Account("solver", "c")] * 10)
    with Line() as line, ThreadPoolExecutor(4) as pool:
        asked = [
            pool.submit(ask, Echo(), requests(str(i), 10), own.ledger, bill=bill, line=line)
            for i in range(4)
        ]
        found = [outcome for each in asked for outcome in each.result()]
    answered = len(texts(found))
    assert own.spent == 5 * answered <= budget
    assert answered == 40 or own.spent + 12 > budget
    assert own.ledger.spent("set") == ([("solver", "c", own.spent)] if answered else [])
    own.ledger.close()


def test_a_dead_endpoint_ends_the_ask_and_not_the_line(ledger: Ledger) -> None:
    dead = Echo(says=Failure(kind="connection", message="refused", retryable=True))
    with Line() as line:
        with pytest.raises(StageError, match="Start the server"):
            ask(dead, requests("", 50), ledger, line=line)
        assert texts(ask(Echo(), requests("", 2), ledger, line=line)) == ["0", "1"]


def test_an_interrupt_reaches_whoever_asked(ledger: Ledger) -> None:
    with Line() as line:
        with pytest.raises(KeyboardInterrupt):
            ask(Echo(dies=KeyboardInterrupt), requests("", 2), ledger, line=line)
        assert texts(ask(Echo(), requests("", 1), ledger, line=line)) == ["0"]


def test_leaving_the_block_ends_what_is_under_way(ledger: Ledger) -> None:
    begun, ended = threading.Event(), threading.Event()

    class Silent(Echo):
        async def generate(self, requests: Sequence[Request]) -> list[Outcome]:
            begun.set()
            try:
                await asyncio.sleep(60)
            finally:
                ended.set()
            raise AssertionError("not reached")

    with ThreadPoolExecutor(2) as pool:
        with Line() as line:
            asked = pool.submit(ask, Silent(), requests("", 3), ledger, line=line)
            assert begun.wait(5)
            also = pool.submit(ask, Silent(), requests("", 3), ledger, line=line)
        assert ended.is_set()
        for each in (asked, also):
            with pytest.raises(StageError, match="the run was stopped"):
                each.result()
    with pytest.raises(StageError, match="stopped"):
        ask(Echo(), requests("", 1), ledger, line=line)


def test_who_ends_gives_up_no_call_that_another_has_claimed_since() -> None:
    """The first caller's call failed, and the others of its batch went on."""
    slow, late = Failure(kind="timeout", message="", retryable=True), Completion(text="late")

    async def go() -> Outcome:
        traffic, first, second = Traffic(), object(), object()
        assert traffic.claim(["k", "m"], first) == {}
        traffic.made("k", slow)
        assert traffic.claim(["k"], second) == {}
        waiting = traffic.claim(["k"], object())
        traffic.give_up(["k", "m"], first)
        traffic.made("k", late)
        assert traffic.claim(["m"], second) == {}
        return await outcome_of(waiting["k"])

    assert asyncio.run(go()) == late


@pytest.mark.parametrize("shared", [False, True])
def test_ctrl_c_is_heeded_whichever_thread_receives_it(ledger: Ledger, shared: bool) -> None:
    """While nothing arrives that would wake who waits."""

    class Silent(Echo):
        async def generate(self, requests: Sequence[Request]) -> list[Outcome]:
            await asyncio.sleep(30)
            raise AssertionError("it waited")

    def interrupt() -> None:
        time.sleep(0.3)
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)

    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    begun = time.monotonic()
    other = threading.Thread(target=interrupt)
    other.start()
    try:
        with Line() if shared else nullcontext() as line, pytest.raises(KeyboardInterrupt):
            ask(Silent(), requests("", 1), ledger, line=line)
    finally:
        signal.signal(signal.SIGINT, usual)
        other.join()
    assert time.monotonic() - begun < 20
