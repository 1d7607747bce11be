"""A line to models: one event loop in a thread of its own, through which several threads ask at
once.

    with Line() as line:
        ask(model, requests, ledger, line=line)        from any thread, as often as one likes

Connections stay open from one `ask` to the next. Calls of models at the same addresses share one
limit, whoever asks, so that no more are under way than one `ask` alone would have; first come,
first served. A call that somebody on the line is making already is not made again.
"""

import asyncio
import threading
from collections.abc import Collection, Coroutine, Iterable
from concurrent.futures import CancelledError, wait
from types import TracebackType
from typing import Any, Final, Protocol, TypeVar, runtime_checkable

from blindspot.core.errors import StageError
from blindspot.core.model import Model
from blindspot.core.records import Outcome

T = TypeVar("T")

HEARTBEAT: Final = 1.0
"""Seconds after which Ctrl-C is heeded at the latest, whichever thread receives it."""


@runtime_checkable
class Addressed(Protocol):
    """What a model may say beside its contract: where it is asked."""

    @property
    def addresses(self) -> tuple[str, ...]: ...


class Traffic:
    """What is under way on one event loop."""

    def __init__(self) -> None:
        self._places: dict[tuple[object, int], asyncio.Semaphore] = {}
        self._callers: dict[str, object] = {}
        """Who makes the calls under way, by key."""
        self._awaited: dict[str, asyncio.Future[Outcome]] = {}
        """Those of them that others wait for."""

    def places(self, model: Model) -> asyncio.Semaphore:
        """As many as a model's calls may be under way; models at the same addresses with the same
        limit share them.
        """
        where = model.addresses if isinstance(model, Addressed) else id(model)
        key = where, model.concurrency
        return self._places.setdefault(key, asyncio.Semaphore(model.concurrency))

    def claim(self, keys: Collection[str], caller: object) -> dict[str, asyncio.Future[Outcome]]:
        """The calls of these that others are making; the rest are the caller's to make, who says
        what came of each (`made`) and in the end gives up the others (`give_up`).
        """
        loop, others = asyncio.get_running_loop(), {}
        for key in keys:
            if key in self._callers:
                others[key] = self._awaited.setdefault(key, loop.create_future())
            else:
                self._callers[key] = caller
        return others

    def made(self, key: str, outcome: Outcome) -> None:
        """What came of a claimed call, which stands in the ledger by now."""
        del self._callers[key]
        if call := self._awaited.pop(key, None):
            call.set_result(outcome)

    def give_up(self, keys: Iterable[str], caller: object) -> None:
        """Those of the claimed calls that were not made will not be; what was made and failed,
        somebody else may have claimed since.
        """
        for key in keys:
            if self._callers.get(key) is caller:
                del self._callers[key]
                if call := self._awaited.pop(key, None):
                    call.cancel()


async def outcome_of(call: asyncio.Future[Outcome]) -> Outcome:
    """What came of somebody else's call. Raises StageError where it was given up."""
    await asyncio.wait([call])
    if call.cancelled():
        raise _stopped()
    return call.result()


class Line:
    """See the module. Leaving the block ends whatever is still under way."""

    def __init__(self) -> None:
        self.traffic = Traffic()
        self._models: dict[int, Model] = {}
        self._ended, self._lock = False, threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="line", daemon=True)

    def __enter__(self) -> "Line":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        with self._lock:
            self._ended = True
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, model: Model, work: Coroutine[Any, Any, T]) -> T:
        """What comes of asking a model; blocks the calling thread until then. Raises StageError
        where the block was left.
        """
        with self._lock:
            if self._ended:
                work.close()
                raise _stopped()
            self._models[id(model)] = model
            asked = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            while not asked.done():
                wait([asked], HEARTBEAT)
            return asked.result()
        except CancelledError:  # the block was left while the call was under way
            raise _stopped() from None
        finally:
            asked.cancel()  # of no effect where it is done

    def _serve(self) -> None:
        while not self._served():
            pass

    def _served(self) -> bool:
        """Serve until the end (True) or until a task asks to quit, which its caller is told too."""
        try:
            self._loop.run_forever()
        except (KeyboardInterrupt, SystemExit):
            return False
        return True

    async def _end(self) -> None:
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        for model in self._models.values():
            await model.rest()


def _stopped() -> StageError:
    return StageError("A call to a model", "the run was stopped", "Run the same command again")
