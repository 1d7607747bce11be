"""Evaluations and training sets as they would have been measured."""

from collections.abc import Callable
from typing import Any

import pytest

from bench.loading.evaluated import Evaluated
from bench.loading.generated import Generated


@pytest.fixture
def evaluated() -> Callable[..., Evaluated]:
    """An evaluation of so many samples; everything in it is linear unless it is named."""

    def made(samples: int, **changes: Any) -> Evaluated:
        taken = {"wall": samples / 1e3, "cpu": samples / 1e3, "memory": samples * 1e3}
        whole: dict[str, Any] = {"rate": 95.0, "cpu": samples * 0.003, "wall": 1.0, "busy": 0.1}
        whole |= {"memory": 3e8 + samples * 5e2, "ledger": samples * 600, "parquet": samples * 50}
        whole |= {"images": samples * 20, "rest": 0, "pictures.sqlite": samples * 500}
        whole |= {name: value for name, value in changes.items() if name in whole}
        after = {"finished": taken | {"calls": 0}, "diagnose": taken, "report": taken}
        after |= {name: value for name, value in changes.items() if name in after}
        killed = {"first": 4.0, "again": 3, "lost": 0, **taken}
        return Evaluated(samples, (100.0, 100.0), whole, after, killed)

    return made


@pytest.fixture
def generated() -> Callable[..., Generated]:
    """A training set of so many slots."""

    def made(slots: int, **changes: Any) -> Generated:
        sizes = {"ledger": slots * 4000, "parquet": slots * 900, "images": slots * 3000, "rest": 1}
        figures: dict[str, Any] = {
            "killed_at": 0.9,
            "bare": (100.0, 100.0),
            "rate": 95.0,
            "slots_rate": 5.0,
            "cpu": slots * 0.02,
            "memory": round(4e8 + slots * 3e3),
            "candidates": slots,
            "sizes": sizes,
            "first": 6.0,
            "finished": 12.0,
            "again": 10,
        }
        return Generated(slots=slots, **{**figures, **changes})

    return made
