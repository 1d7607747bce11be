"""Which measures there are, and what a failure looks like."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bench import load
from bench.extent import Extent
from bench.harness_arms import ArmError
from bench.rows import Row

BENCH = Path(load.__file__).parent / "loading"
NAME = "bench.loading.weighing"


def test_every_measure_has_a_module():
    assert list(load.MODULES) == [f"L{i}" for i in range(1, 7)]
    assert all((BENCH / f"{name}.py").is_file() for name in load.MODULES.values())


def test_a_command_that_fails_is_told_in_a_sentence(stand_in: Callable[..., Path]):
    def failing(extent: Extent) -> list[Row]:
        raise ArmError("blindspot evaluate ended with 1")

    stand_in(load, NAME, failing)
    with pytest.raises(SystemExit, match="ended with 1"):
        load.main(["--smoke", "--only", "L3"])
