"""`ask`: requests in, outcomes out, through the ledger, with bounded concurrency and progress.

Requests are cut into chunks before looking at what is already answered, so that a resumed run
forms the same batches as an uninterrupted one and a local model gives the same bits.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence

from blindspot.core.errors import BlindspotError, StageError
from blindspot.core.ledger import Ledger
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
) -> list[Outcome]:
    """The outcome of every request, in order; what the ledger knows is not asked again. Blocks
    until all are there. With a `bill`, no call is sent that it cannot cover.

    Raises StageError when the model answers nothing at all and the cause is the connection, the key
    or a setting.
    """
    return asyncio.run(_ask(model, requests, ledger, on_answers, bill))


async def _ask(
    model: Model,
    requests: Sequence[Request],
    ledger: Ledger,
    on_answers: OnAnswers,
    bill: Bill | None,
) -> list[Outcome]:
    keys = [r.key(model.fingerprint) for r in requests]
    unique = dict(zip(keys, requests, strict=True))
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        places[key].append(place)
    known = ledger.lookup(list(unique))
    on_answers([(place, known[key]) for key in known for place in places[key]])
    order = list(unique)
    chunks = [order[i : i + model.chunk] for i in range(0, len(order), model.chunk)]
    todo = iter([m for c in chunks if (m := [k for k in c if k not in known])])
    breaker = _Breaker(len(order))

    async def work() -> None:
        for chunk in todo:
            refused = await _reserve(bill, [(k, unique[k], places[k][0]) for k in chunk])
            sent = [k for k in chunk if k not in refused]
            answers = await model.generate([unique[k] for k in sent]) if sent else []
            came = dict(zip(sent, answers, strict=True))
            costs = [bill.settle(k, came[k]) for k in sent] if bill else []
            outcomes = [refused[k] if k in refused else came[k] for k in chunk]
            rows = zip(chunk, (unique[k].model_dump_json() for k in chunk), outcomes, strict=True)
            ledger.record(model.fingerprint, rows, costs)
            if bill:
                await bill.purse.told()
            known.update(zip(chunk, outcomes, strict=True))
            on_answers([(i, o) for k, o in zip(chunk, outcomes, strict=True) for i in places[k]])
            breaker.see(outcomes)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(model.concurrency):
                group.create_task(work())
    except* BlindspotError as errors:
        raise errors.exceptions[0] from None
    finally:
        await model.rest()
        if bill:
            bill.purse.rest()
    return [known[key] for key in keys]


async def _reserve(
    bill: Bill | None, calls: Sequence[tuple[str, Request, int]]
) -> dict[str, Failure]:
    """Sets aside what calls (key, request, place) may cost; those that cannot be had, by key."""
    found: dict[str, Failure] = {}
    for key, request, place in calls if bill else ():
        refusal = await bill.reserve(key, request, place) if bill else None
        if refusal:
            found[key] = refusal
    return found


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
