"""Everything in the run's own process, one item after the other."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from generation.executor import Done, Executor, Item, OpenExecutor


class Local:
    """The `local` executor."""

    def check(self) -> None:
        pass

    @contextmanager
    def open(self, address: str) -> Iterator[OpenExecutor]:
        yield self

    def map(self, work: Callable[[Item], Done], items: Sequence[Item]) -> list[Done]:
        return [work(item) for item in items]


PLUGIN: Final[Executor] = Local()
