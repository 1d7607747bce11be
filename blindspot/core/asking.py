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
from blindspot.core.records import Completion, Failure, Outcome

OnAnswers = Callable[[Sequence[tuple[int, Outcome]]], None]
"""Told of outcomes as they arrive: positions of the requests, and what came of them."""

_HOPELESS = ("connection", "auth")
_PATIENCE = 10
"""Failures in a row from the start after which a run gives up (fewer where fewer requests are
made).
"""


def ask(
    model: Model,
    requests: Sequence[Request],
    ledger: Ledger,
    on_answers: OnAnswers = lambda answers: None,
) -> list[Outcome]:
    """The outcome of every request, in order; what the ledger knows is not asked again. Blocks
    until all are there.

    Raises StageError when the model answers nothing at all and the cause is the connection or the
    key.
    """
    return asyncio.run(_ask(model, requests, ledger, on_answers))


async def _ask(
    model: Model, requests: Sequence[Request], ledger: Ledger, on_answers: OnAnswers
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
    breaker = _Breaker(min(_PATIENCE, len(order)))

    async def work() -> None:
        for chunk in todo:
            outcomes = await model.generate([unique[k] for k in chunk])
            rows = zip(chunk, (unique[k].model_dump_json() for k in chunk), outcomes, strict=True)
            ledger.record(model.fingerprint, rows)
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
    return [known[key] for key in keys]


class _Breaker:
    """Stops a run in which nothing but connection or key errors ever came back."""

    def __init__(self, patience: int) -> None:
        self._patience = patience
        self._answered = False
        self._failures = 0

    def see(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Completion) or outcome.kind not in _HOPELESS:
                self._answered = True
                continue
            self._failures += 1
            if not self._answered and self._failures >= self._patience:
                raise _unreachable(outcome)


def _unreachable(failure: Failure) -> StageError:
    way_out = (
        "Start the server or correct base_urls"
        if failure.kind == "connection"
        else "Set the environment variable that api_key_env names"
    )
    return StageError(
        "The model does not answer",
        failure.message,
        f"{way_out}, then run the same command again; it continues",
    )
