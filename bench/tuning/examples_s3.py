"""T10, (a) and (b) of S3: the two examples against their controls; each says in its own file what
is compared.

    (a) examples/hallucination-dpo     bench/tuning/hallucination.py
    (b) examples/grounding-sft         bench/tuning/grounding.py

Both make their training sets by the examples' own configs, from a mixture of equal quotas over the
cells that the configured source makes (no diagnosis, which would differ between starts), without
validation and canary splits. No cell aims at a weakness there, so that the difficulty gate asks
nothing. Three seeds, of generation and training; 120 held-out questions per cell. Intervals:
bootstrap over held-out questions of the paired changes, averaged over seeds.
"""

from typing import Final

from bench.extent import Extent
from bench.rows import Row
from bench.tuning import grounding, hallucination
from bench.tuning.example_trials import Size

FULL: Final = Size(samples=400, held_out=120, steps=30, seeds=3)
SMOKE: Final = Size(samples=12, held_out=2, steps=1, seeds=1)


def measure(extent: Extent) -> list[Row]:
    """Rows of both examples."""
    size = FULL if extent.full else SMOKE
    name = "examples-s3" if extent.full else "examples-s3-smoke"
    return [
        *hallucination.measure(size, extent.work / name / "hallucination"),
        *grounding.measure(size, extent.work / name / "grounding"),
    ]
