"""S2: what spreading costs beside the computing: a model that waits instead.

Each chunk of eight requests with a photo-sized picture each is answered after a fixed time, as a
process answers that waits for its GPU. Two nodes claim two GPUs each, so four copies are placed as
on four real ones. Sent one after the other without any overhead, `chunks × seconds` is what one
copy takes and a quarter of it what four take; the share of that which is reached is the row.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from bench.extent import Extent
from bench.rows import Row
from bench.scaling.clusters import cluster, timed
from blindspot.core.images import ImageStore, encode
from blindspot.core.model import ModelSettings, Request
from blindspot.core.ray_cluster import joined
from blindspot.core.spread import spread

TARGET: Final = 0.9
CHUNK: Final = 8
SIDE: Final = 512
"""Pixels of a picture of noise, whose PNG has as many bytes as a large photo."""
PICTURES: Final = 32
"""Different ones; requests share them."""
MODEL: Final = """
import asyncio

from blindspot.core.records import Completion


class Waiting:
    fingerprint, chunk, concurrency = "waiting", {chunk}, 1

    def __init__(self, seconds, images):
        self.seconds, self.images = seconds, images

    async def generate(self, requests):
        sizes = [len(self.images.read(name)) for r in requests for name in r.images]
        await asyncio.sleep(self.seconds)
        return [Completion(text=str(size)) for size in sizes]

    async def abilities(self):
        return {{}}

    async def rest(self):
        pass


class Plugin:
    def check(self, settings):
        pass

    def fingerprint(self, settings):
        return "waiting"

    def open(self, settings, images):
        return Waiting(float(settings.model), images)


PLUGIN = Plugin()
"""


def measure(extent: Extent) -> list[Row]:
    """Four copies; with one second a chunk, and with a tenth, which a fast model needs."""
    images = ImageStore(extent.work / "images")
    names = [images.put(noise(seed)) for seed in range(PICTURES)]
    with (
        cluster([{"num_cpus": 2, "num_gpus": 2}] * 2) as made,
        joined("evaluation", made.address),
    ):
        return [
            one(extent, images, names, seconds, chunks)
            for seconds, chunks in ((1.0, extent.draws(8, 80)), (0.1, extent.draws(40, 400)))
        ]


def one(
    extent: Extent, images: ImageStore, names: Sequence[str], seconds: float, chunks: int
) -> Row:
    """One row."""
    settings = model(extent.work, seconds)
    requests = [
        Request(prompt=f"q{i}", images=(names[i % len(names)],)) for i in range(chunks * CHUNK)
    ]
    with spread(settings, images, "") as copies:
        _, took = timed(copies, requests, extent.work)
        count = copies.concurrency
    return row(seconds, chunks, count, took)


def row(seconds: float, chunks: int, copies: int, took: float) -> Row:
    """The share of the ideal rate that was reached. A model as fast as ten chunks a second has no
    target: the pictures then take as long as the model.
    """
    share = chunks * seconds / copies / took
    what = (
        f"share of {copies} times one copy's rate, {copies} copies on 2 nodes, {seconds:g} s for a "
        f"chunk of {CHUNK} pictures of {SIDE}×{SIDE} pixels, {chunks} chunks"
    )
    if seconds < 1:
        return Row("S2", what, share)
    return Row("S2", what, share, None, f"≥ {TARGET:g}", "", share >= TARGET)


def model(folder: Path, seconds: float) -> ModelSettings:
    """Settings of the model that waits, whose file is written."""
    file = folder / "waiting.py"
    file.write_text(MODEL.format(chunk=CHUNK))
    return ModelSettings(backend="python_file", checkpoint=str(file), model=str(seconds))


def noise(seed: int) -> bytes:
    """A picture that does not compress."""
    values = np.random.default_rng(seed).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    return encode(Image.fromarray(values))
