"""A Ray cluster of several nodes on this machine, and asking a model on it.

    with cluster([{"num_cpus": 1}] * 2) as made:
        with joined("evaluation", made.address), spread(settings, images, "") as model: …

The head has no processors and no GPUs, so that any of the nodes may be lost.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from blindspot.core.asking import ask
from blindspot.core.errors import StageError
from blindspot.core.ledger import Ledger
from blindspot.core.model import Model, Request
from blindspot.core.records import Outcome

TINY: Final = Path(__file__).resolve().parents[2] / "examples" / "tiny" / "config.toml"
"""The tiny world: a model of this repository and its benchmark."""
_OBJECTS: Final = 100 << 20
"""Bytes of a node's object store."""


@dataclass(frozen=True)
class Made:
    """A cluster that runs."""

    address: str
    nodes: Sequence[Any]
    """Without the head."""
    cluster: Any

    def lose(self, node: Any) -> None:
        """Its processes are killed, as when a machine is lost."""
        self.cluster.remove_node(node, allow_graceful=False)


@contextmanager
def cluster(nodes: Sequence[dict[str, Any]]) -> Iterator[Made]:
    """Nodes with these resources; all of them end with the block."""
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 0, "include_dashboard": False, "object_store_memory": _OBJECTS}
    made = Cluster(initialize_head=True, head_node_args=head)
    try:
        added = [made.add_node(object_store_memory=_OBJECTS, **node) for node in nodes]
        yield Made(str(made.address), added, made)
    finally:
        made.shutdown()


def timed(model: Model, requests: Sequence[Request], work: Path) -> tuple[list[Outcome], float]:
    """The outcomes by a ledger of their own, and the seconds that asking took. Raises StageError
    where a request was not asked.
    """
    with TemporaryDirectory(dir=work) as folder:
        ledger = Ledger(Path(folder) / "ledger.sqlite")
        begun = time.monotonic()
        answers = ask(model, requests, ledger)
        took, calls = time.monotonic() - begun, ledger.counts()["calls"]
    if calls != len({request.key(model.fingerprint) for request in requests}):
        raise StageError("The measure", f"{calls} requests were asked", "Measure again")
    return answers, took
