"""Requests through the ledger: order, duplicates, resuming, and giving up on a dead endpoint."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from blindspot.core import asking
from blindspot.core.asking import ask, tell
from blindspot.core.errors import StageError
from blindspot.core.ledger import Ledger
from blindspot.core.model import Request, Sampling
from blindspot.core.records import Completion, Failure, Outcome


class Echo:
    """Answers with the prompt; keeps the batches it saw; fails where told to."""

    concurrency = 1

    def __init__(self, chunk: int = 3, failure: Failure | None = None, fingerprint: str = "m"):
        self.chunk, self.failure, self.fingerprint = chunk, failure, fingerprint
        self.batches: list[list[str]] = []

    async def generate(self, requests: Sequence[Request]) -> list[Outcome]:
        self.batches.append([r.prompt for r in requests])
        return [self.failure or Completion(text=r.prompt) for r in requests]

    async def abilities(self) -> dict[str, Any]:
        return {}

    async def rest(self) -> None: ...


def requests(*prompts: str) -> list[Request]:
    return [Request(prompt=p) for p in prompts]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.sqlite")


def test_outcomes_come_in_order_and_duplicates_are_asked_once(ledger: Ledger) -> None:
    model = Echo()
    outcomes = ask(model, requests("a", "b", "a", "c", "d"), ledger)
    assert [o.text for o in outcomes if isinstance(o, Completion)] == ["a", "b", "a", "c", "d"]
    assert model.batches == [["a", "b", "c"], ["d"]]


def test_each_outcome_is_told_once_with_all_its_places(ledger: Ledger) -> None:
    ask(Echo(), requests("a", "b"), ledger)
    told: list[tuple[int, Outcome]] = []
    tell(Echo(), requests("a", "c", "b", "a", "c"), ledger, told.extend)
    expected = {0: "a", 1: "c", 2: "b", 3: "a", 4: "c"}
    assert sorted(place for place, _ in told) == list(expected)
    assert {i: o.text for i, o in told if isinstance(o, Completion)} == expected


def test_a_resumed_run_forms_the_same_batches(ledger: Ledger) -> None:
    ask(Echo(), requests("a", "b", "c"), ledger)
    model = Echo()
    ask(model, requests("a", "b", "c", "d", "e", "f", "g"), ledger)
    assert model.batches == [["d", "e", "f"], ["g"]]


def test_changed_weights_are_asked_anew(ledger: Ledger) -> None:
    ask(Echo(), requests("a"), ledger)
    model = Echo(fingerprint="after training")
    ask(model, requests("a"), ledger)
    assert model.batches == [["a"]]


def test_sampling_and_repeat_are_part_of_the_key() -> None:
    keys = {
        Request(prompt="a").key("m"),
        Request(prompt="a", repeat=1).key("m"),
        Request(prompt="a", sampling=Sampling(temperature=1)).key("m"),
        Request(prompt="a", images=("x.png",)).key("m"),
        Request(prompt="a").key("n"),
    }
    assert len(keys) == 5


def test_failures_are_returned_and_asked_again_later(ledger: Ledger) -> None:
    failure = Failure(kind="timeout", message="slow", retryable=True)
    assert ask(Echo(failure=failure), requests("a"), ledger) == [failure]
    assert ask(Echo(), requests("a"), ledger) == [Completion(text="a")]


def test_a_dead_endpoint_ends_the_run_with_a_sentence(ledger: Ledger) -> None:
    model = Echo(chunk=1, failure=Failure(kind="connection", message="refused", retryable=True))
    with pytest.raises(StageError, match="Start the server or correct base_urls"):
        ask(model, requests(*map(str, range(50))), ledger)
    assert len(model.batches) == 10


def test_progress_counts_known_answers_too(ledger: Ledger) -> None:
    ask(Echo(), requests("a"), ledger)
    seen: list[tuple[int, Outcome]] = []
    ask(Echo(), requests("a", "b", "a"), ledger, seen.extend)
    a, b = Completion(text="a"), Completion(text="b")
    assert sorted(seen, key=lambda pair: pair[0]) == [(0, a), (1, b), (2, a)]


def test_calls_begin_before_all_known_answers_are_told(ledger: Ledger, monkeypatch: Any) -> None:
    """A benchmark grades what it is told: at 100,000 known answers that takes seconds."""
    monkeypatch.setattr(asking, "_TOLD", 2)
    known = [f"k{i}" for i in range(9)]
    ask(Echo(), requests(*known), ledger)
    told: list[int] = []
    begun_at: list[int] = []

    class Watched(Echo):
        async def generate(self, requests: Sequence[Request]) -> list[Outcome]:
            begun_at.append(len(told))
            return await super().generate(requests)

    new = ["n1", "n2", "n3", "n4"]
    ask(
        Watched(),
        requests(*known, *new),
        ledger,
        lambda answers: told.extend(i for i, _ in answers),
    )
    assert begun_at[0] < len(known)
    assert sorted(told) == list(range(len(known) + len(new)))


def test_known_answers_are_told_between_the_chunks_of_a_model_that_awaits_nothing(
    ledger: Ledger, monkeypatch: Any
) -> None:
    """So that what a person sees counts them while a local model is at work."""
    monkeypatch.setattr(asking, "_TOLD", 3)
    known = [f"k{i}" for i in range(9)]
    ask(Echo(), requests(*known), ledger)
    sizes: list[tuple[bool, int]] = []
    note = lambda answers: sizes.append((answers[0][0] < len(known), len(answers)))  # noqa: E731
    ask(Echo(chunk=1), requests(*known, "n1", "n2", "n3", "n4"), ledger, note)
    assert sizes[:6] == [(True, 3), (False, 1)] * 3
