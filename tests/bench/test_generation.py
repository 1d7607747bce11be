"""Which measures there are, and that the front keeps them under this bench's name."""

import json
from collections.abc import Callable
from pathlib import Path

from bench import generation
from bench.extent import Extent
from bench.rows import Row

BENCH = Path(generation.__file__).parent / "generating"


def test_every_measure_of_the_design_has_a_module():
    assert list(generation.MODULES) == [f"G{i}" for i in range(1, 11)]
    assert all((BENCH / f"{name}.py").is_file() for name in generation.MODULES.values())


def test_full_is_kept(stand_in: Callable[..., Path]):
    def rows(extent: Extent) -> list[Row]:
        return [Row("G5", f"full: {extent.full}, in {extent.work.parent.name}")]

    folder = stand_in(generation, "bench.generating.quotas", rows)
    generation.main(["--full", "--only", "G5"])
    kept = json.loads((folder / "results" / "generation-G5.json").read_text())
    assert kept["rows"][0]["measure"] == "full: True, in build"
    assert (folder / "results" / "generation.md").is_file()
