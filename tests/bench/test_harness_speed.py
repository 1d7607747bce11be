"""What is read from what the arms print, and what a smoke does not judge."""

from dataclasses import replace

from bench.harness_figures import (
    Estimate,
    Finding,
)
from bench.harness_speed import imported, unjudged


def test_a_smoke_judges_nothing():
    finding = Finding("H1", "share", "", {"blindspot": Estimate(0.95, (0.9, 1))}, True)
    assert unjudged([finding]) == [replace(finding, met=None)]


def test_modules_are_read_from_what_python_prints_of_imports():
    text = (
        "import time: self [us] | cumulative | imported package\n"
        "import time:       312 |        312 |     encodings.aliases\n"
        "round 0: evaluation\n"
        "import time:       100 |        412 | encodings\n"
    )
    assert imported(text) == ["encodings.aliases", "encodings"]
