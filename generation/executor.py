"""Where work is done that needs nobody: the contract of the files under `executors/`.

    with open_executor("ray", "10.0.0.5:6379") as executor:
        executor.map(work, items)  →  [work(item), …] in the order of the items

What depends on one place of the plan alone (drawing a candidate, looking at its pictures, the gates
that compare with nothing that grows) may be done anywhere, in any order. What asks models or
compares candidates with one another stays with the run itself, so that there is one ledger.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Final, Protocol, TypeVar

from blindspot.core.registry import Registry

Item = TypeVar("Item")
Done = TypeVar("Done")


class OpenExecutor(Protocol):
    """An executor at work."""

    def map(self, work: Callable[[Item], Done], items: Sequence[Item]) -> list[Done]:
        """What `work` makes of each item, in the order of the items. `work`, the items and what
        becomes of them can be pickled; `work` is sent to each process once for as long as it is the
        same object. An error of blindspot's that `work` raises is raised here, of several the one
        of the first item.
        """
        ...


class Executor(Protocol):
    """Contract of a file under `executors/`: `PLUGIN: Final[Executor]`."""

    def check(self) -> None:
        """Raises ConfigError where what it needs is not installed; nothing is started."""
        ...

    def open(self, address: str) -> AbstractContextManager[OpenExecutor]:
        """Prepare it; `address`: of a cluster, empty for its own choice. Raises ConfigError for
        what is not installed or not reached.
        """
        ...


executors: Final = Registry[Executor]("generation.executors")


def open_executor(name: str, address: str) -> AbstractContextManager[OpenExecutor]:
    """The executor of a name. Raises UnknownNameError for one that there is not."""
    return executors.load(name).open(address)
