"""Which measures there are, that the front keeps them under this bench's name, and a sentence for
what cannot be measured.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bench import reports
from bench.extent import Extent
from bench.rows import Row
from blindspot.core.errors import ConfigError

BENCH = Path(reports.__file__).parent / "reporting"
FINDINGS = "bench.reporting.findings"


def test_every_measure_of_the_design_has_a_module():
    assert list(reports.MODULES) == [f"R{i}" for i in range(1, 6)]
    assert all((BENCH / f"{name}.py").is_file() for name in reports.MODULES.values())


def test_full_is_kept(stand_in: Callable[..., Path]):
    def rows(extent: Extent) -> list[Row]:
        return [Row("R3", f"full: {extent.full}", 0.0, target="0", met=True)]

    folder = stand_in(reports, FINDINGS, rows)
    reports.main(["--full", "--only", "R3"])
    (row,) = json.loads((folder / "results" / "reports-R3.json").read_text())["rows"]
    assert (row["measure"], row["met"]) == ("full: True", True)


def test_without_a_browser_it_says_what_to_do(stand_in: Callable[..., Path]):
    def refused(extent: Extent) -> list[Row]:
        raise ConfigError("Chromium", "it is not installed", "Install it")

    stand_in(reports, FINDINGS, refused)
    with pytest.raises(SystemExit, match=r"Chromium: it is not installed\. Install it"):
        reports.main(["--smoke", "--only", "R3"])
