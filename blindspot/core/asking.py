"""`ask`: requests in, outcomes out, through the ledger, with bounded concurrency and progress.

Requests are cut into chunks before looking at what is already answered, so that a resumed run
forms the same batches as an uninterrupted one and a local model gives the same bits.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import islice

from blindspot.core.errors import BlindspotError, StageError
from blindspot.core.ledger import Ledger
from blindspot.core.line import HEARTBEAT, Line, Traffic, outcome_of
from blindspot.core.model import Model, Request
from blindspot.core.purse import Bill
from blindspot.core.records import Completion, Failure, Outcome

OnAnswers = Callable[[Sequence[tuple[int, Outcome]]], None]
"""Told of outcomes as they arrive: positions of the requests, and what came of them."""

_WAYS_OUT = {
    "connection": "Start the server or correct base_urls",
    "auth": "Set the environment variable that api_key_env names",
    "request": "Correct what the server names: the model's id, base_urls, or a setting",
}
"""Causes that every question shares, when not one is answered."""
_TOLD = 500
"""Known outcomes that are told at once: grading so many takes some hundredths of a second."""
_PATIENCE = 10
"""Failures in a row from the start after which a run gives up (fewer where fewer requests are
made).
"""


def ask(
    model: Model,
    requests: Sequence[Request],
    ledger: Ledger,
    on_answers: OnAnswers = lambda answers: None,
    bill: Bill | None = None,
    line: Line | None = None,
) -> list[Outcome]:
    """The outcome of every request, in order; what the ledger knows is not asked again. Blocks
    until all are there. With a `bill`, no call is sent that it cannot cover. With a `line`, several
    threads may ask at once; `on_answers` is called from the line's thread then.

    Raises StageError when the model answers nothing at all and the cause is the connection, the key
    or a setting.
    """
    found: dict[int, Outcome] = {}

    def keep(answers: Sequence[tuple[int, Outcome]]) -> None:
        found.update(answers)
        on_answers(answers)

    tell(model, requests, ledger, keep, bill, line)
    return [found[place] for place in range(len(requests))]


def tell(
    model: Model,
    requests: Sequence[Request],
    ledger: Ledger,
    on_answers: OnAnswers,
    bill: Bill | None = None,
    line: Line | None = None,
) -> None:
    """The same, and keeps nothing: each outcome is told once. `requests` may be made as they are
    read, and each is read twice.
    """
    batch = _Batch(model, requests, ledger, on_answers, bill)
    if line:
        line.run(model, batch.ask(line.traffic))
    else:
        asyncio.run(_alone(batch))


async def _alone(batch: "_Batch") -> None:
    awake = asyncio.create_task(_stay_awake())
    try:
        await batch.ask(Traffic())
    finally:
        awake.cancel()
        await batch.model.rest()


async def _stay_awake() -> None:
    """Wake the loop now and then: a signal that another thread receives, or that comes just before
    the loop begins to wait, is heeded only when something wakes it.
    """
    while True:
        await asyncio.sleep(HEARTBEAT)


class _Batch:
    """The requests of one `ask`, by their keys."""

    def __init__(
        self,
        model: Model,
        requests: Sequence[Request],
        ledger: Ledger,
        on_answers: OnAnswers,
        bill: Bill | None,
    ) -> None:
        self.model, self._ledger, self._bill = model, ledger, bill
        self._requests, self._on_answers = requests, on_answers
        self._first: dict[str, int] = {}
        self._more: defaultdict[str, list[int]] = defaultdict(list)
        for place, request in enumerate(requests):
            key = request.key(model.fingerprint)
            if self._first.setdefault(key, place) != place:
                self._more[key].append(place)
        self._breaker = _Breaker(len(self._first))

    async def ask(self, traffic: Traffic) -> None:
        """Tell one outcome per request."""
        known = self._ledger.known(list(self._first))
        left = [key for key in self._first if key not in known]
        others = traffic.claim(left, self)
        todo = self._chunks(lambda key: key not in known and key not in others)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._recall(known))
                for _ in range(self.model.concurrency):
                    group.create_task(self._work(todo, traffic))
                for key, call in others.items():
                    group.create_task(self._wait(key, call))
        except* BlindspotError as errors:
            raise errors.exceptions[0] from None
        finally:
            traffic.give_up(left, self)

    def _chunks(self, is_open: Callable[[str], bool]) -> Iterator[list[str]]:
        """What is to be called, cut as if nothing were known."""
        order = iter(self._first)
        while chunk := list(islice(order, self.model.chunk)):
            if some := [key for key in chunk if is_open(key)]:
                yield some

    async def _work(self, todo: Iterator[list[str]], traffic: Traffic) -> None:
        places = traffic.places(self.model)
        for chunk in todo:
            async with places:
                found = await self._made(chunk)
            for key, outcome in found.items():
                traffic.made(key, outcome)
            self._tell(found)
            self._breaker.see(list(found.values()))
            await asyncio.sleep(0)  # a local model awaits nothing, and others have work too

    async def _recall(self, known: Collection[str]) -> None:
        """Tell what the ledger knows, some at a time: other calls are under way meanwhile."""
        todo = (key for key in self._first if key in known)
        while some := list(islice(todo, _TOLD)):
            self._tell(self._ledger.lookup(some))
            await asyncio.sleep(0)

    async def _wait(self, key: str, call: asyncio.Future[Outcome]) -> None:
        self._tell({key: await outcome_of(call)})

    async def _made(self, chunk: Sequence[str]) -> dict[str, Outcome]:
        """What came of calls; it stands in the ledger."""
        requests = {key: self._requests[self._first[key]] for key in chunk}
        refused = await self._reserve(requests)
        sent = [key for key in chunk if key not in refused]
        answers = await self.model.generate([requests[k] for k in sent]) if sent else []
        came = refused | dict(zip(sent, answers, strict=True))
        costs = [self._bill.settle(key, came[key]) for key in sent] if self._bill else []
        found = {key: came[key] for key in chunk}
        rows = ((key, requests[key].model_dump_json(), o) for key, o in found.items())
        self._ledger.record(self.model.fingerprint, rows, costs)
        return found

    async def _reserve(self, requests: Mapping[str, Request]) -> dict[str, Outcome]:
        """Sets aside what calls may cost; those that cannot be had, by key. Who holds a part of the
        budget does not wait for more: it is given back only when the whole chunk is answered.
        """
        if self._bill is None:
            return {}
        found: dict[str, Outcome] = {}
        for place, (key, request) in enumerate(requests.items()):
            wait = len(found) == place
            refusal = await self._bill.reserve(key, request, self._first[key], wait=wait)
            if refusal:
                found[key] = refusal
        return found

    def _tell(self, found: Mapping[str, Outcome]) -> None:
        self._on_answers(
            [(i, o) for k, o in found.items() for i in (self._first[k], *self._more.get(k, ()))]
        )


class _Breaker:
    """Stops a run in which nothing but one kind of refusal ever came back."""

    def __init__(self, requests: int) -> None:
        self._fewest = min(_PATIENCE, requests)
        self._answered = False
        self._failures = 0

    def see(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Completion) or not _shared(outcome):
                self._answered = True
                continue
            self._failures += 1
            patience = _PATIENCE if outcome.kind == "request" else self._fewest
            if not self._answered and self._failures >= patience:
                raise _unreachable(outcome)


def _shared(failure: Failure) -> bool:
    """Whether the cause is one that every question shares, rather than this question's own."""
    return failure.kind in _WAYS_OUT and failure.retryable


def _unreachable(failure: Failure) -> StageError:
    return StageError(
        "The model does not answer",
        failure.message,
        f"{_WAYS_OUT[failure.kind]}, then run the same command again; it continues",
    )
