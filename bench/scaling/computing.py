"""S1: the tiny model asked by one process and on one and two nodes of one processor each.

Whether the outcomes are the same, what going through Ray costs beside asking in this process, and
what the second node brings. What starting costs (Ray, loading the model) is a row of its own. Arms
take turns within each repetition; shares are taken within a repetition, so that a machine with
other work is slower for all of them alike.
"""

import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.extent import Extent
from bench.rows import Row
from bench.scaling.clusters import TINY, cluster, timed
from blindspot.core.images import ImageStore
from blindspot.core.model import Request, open_model
from blindspot.core.ray_cluster import joined
from blindspot.core.records import Outcome
from blindspot.core.spread import spread
from blindspot.settings import Config, load
from harness import suite


@dataclass(frozen=True)
class Arm:
    """What one way of asking took."""

    outcomes: list[Outcome]
    asking: float
    """Seconds."""
    starting: float
    """Seconds until the first request could be sent."""


def measure(extent: Extent) -> list[Row]:
    """Alone, one node, two nodes."""
    config = load(TINY, ("model.batch_size=32",))
    images = ImageStore(extent.work / "images")
    requests = asked(config, images, extent.draws(64, 512))
    alone, one, two = [], [], []
    for _ in range(extent.draws(1, 3)):
        alone.append(local(config, images, requests, extent))
        for nodes, arms in ((1, one), (2, two)):
            arms.append(on_nodes(nodes, config, images, requests, extent))
    return rows(alone, one, two)


def rows(alone: Sequence[Arm], one: Sequence[Arm], two: Sequence[Arm]) -> list[Row]:
    """Differences, cost, gain and start."""
    count = len(alone[0].outcomes)
    differ = max(
        sum(a != b for a, b in zip(alone[0].outcomes, arm.outcomes, strict=True))
        for arm in [*one, *two]
    )
    what = f"{count} samples of the tiny world, {os.cpu_count()} cores"
    cost = [a.asking / b.asking for a, b in zip(alone, one, strict=True)]
    gain = [a.asking / b.asking for a, b in zip(one, two, strict=True)]
    starts = [arm.starting for arm in [*one, *two]]
    return [
        Row(
            "S1",
            f"outcomes that differ from one process's, {what}",
            differ,
            None,
            "0",
            "",
            not differ,
        ),
        _row(f"samples/s on one node: share of this process's, {what}", cost),
        _row(f"samples/s on two nodes: multiple of one node's, {what}", gain),
        _row("seconds to join the cluster and load the model on its nodes", starts),
    ]


def asked(config: Config, images: ImageStore, count: int) -> list[Request]:
    """What an evaluation would ask."""
    loaded = suite.load(suite.entries(config.evaluation), images, count)
    sampling = config.evaluation.sampling
    return [Request(prompt=s.prompt, images=s.images, sampling=sampling) for s in loaded.samples]


def local(config: Config, images: ImageStore, requests: Sequence[Request], extent: Extent) -> Arm:
    """By this process, with one thread as a node of one processor has."""
    import torch

    torch.set_num_threads(1)
    begun = time.monotonic()
    model = open_model(config.model, images)
    starting = time.monotonic() - begun
    outcomes, asking = timed(model, requests, extent.work)
    return Arm(outcomes, asking, starting)


def on_nodes(
    nodes: int, config: Config, images: ImageStore, requests: Sequence[Request], extent: Extent
) -> Arm:
    """By so many nodes."""
    with cluster([{"num_cpus": 1}] * nodes) as made:
        begun = time.monotonic()
        with joined("evaluation", made.address), spread(config.model, images, "") as model:
            starting = time.monotonic() - begun
            outcomes, asking = timed(model, requests, extent.work)
    return Arm(outcomes, asking, starting)


def _row(what: str, values: Sequence[float]) -> Row:
    """The median, and from the least to the greatest."""
    ends = (min(values), max(values))
    what = f"{what}, median and range of {len(values)}"
    return Row("S1", what, statistics.median(values), ends)
