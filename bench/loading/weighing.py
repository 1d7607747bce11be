"""L3: what an evaluation leaves on disk as samples grow: ledger, parquet, pictures.

Bytes of the files' contents for every thousand samples at the most samples, beside those at fewer,
and the exponent of their growth. Ten samples share a picture of 32×32, an answer has 330
characters: what a data set of photographs takes is theirs, not measured here. The target, stated
before measuring: all are linear.

`bench.loading.evaluated` runs what is read here.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from bench.extent import Extent
from bench.loading.evaluated import evaluations
from bench.loading.growth import linear_row, per_unit
from bench.rows import Row, number

KINDS: Final = ("ledger", "parquet", "images", "pictures.sqlite")


def measure(extent: Extent) -> list[Row]:
    """Of each kind of file."""
    found = evaluations(extent)
    return [
        row
        for kind in KINDS
        for row in rows("L3", kind, "samples", {e.samples: e.whole[kind] for e in found})
    ]


def rows(name: str, kind: str, unit: str, weights: Mapping[int, float]) -> Iterator[Row]:
    """Of one kind: megabytes per thousand, and growth."""
    parts = {size: value / 1e6 for size, value in per_unit(weights).items()}
    last = max(parts)
    others = ", ".join(f"{number(v)} at {size:,}" for size, v in sorted(parts.items())[:-1])
    yield Row(name, f"{kind}, MB per 1,000 {unit} at {last:,} ({others})", parts[last])
    yield linear_row(name, f"bytes of {kind}", weights)
