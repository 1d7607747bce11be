"""A small world to train in: what its held-out samples scored before anything was trained."""

import pytest

from bench.tuning.contrasts import World


@pytest.fixture
def world() -> World:
    """Three cells: a1 a2 | b1 b2 b3 b4 | s1 s2, the last one strong and all right."""
    cells = {name: name[0] for name in ("a1", "a2", "b1", "b2", "b3", "b4", "s1", "s2")}
    return World(
        cells=cells,
        categories={name: f"{cell}/plain" for name, cell in cells.items()},
        pictures={name: name for name in cells},
        weak=frozenset({"a", "b"}),
        strong=frozenset({"s/plain"}),
        start={name: float(cell == "s") for name, cell in cells.items()},
    )
