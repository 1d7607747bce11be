"""R5 sees a number that is not an artifact's, however it is written."""

import json
from pathlib import Path

import pytest

from bench.reporting.numbers import (
    FIGURE,
    Compared,
    among,
    figures,
    fractions,
    leaves,
    parted,
    row,
    texts,
    trace,
)
from blindspot.core.run_folder import RunFolder


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    made = tmp_path / "round-0" / "diagnosis"
    made.mkdir(parents=True)
    (made / "diagnosis.json").write_text(json.dumps({"a": [0.125, 3], "b": {"c": None}}))
    (made / "metrics.jsonl").write_text('{"loss": 0.5}\n{"loss": 0.25}\n')
    (tmp_path / "round-0" / "page.json").write_text("0.75")
    return RunFolder(tmp_path)


def test_fractions_are_those_of_artifacts_and_not_of_the_page(folder: RunFolder):
    assert sorted(fractions(folder)) == [0.125, 0.25, 0.5]


def test_a_fraction_that_was_computed_is_found():
    parts = {
        "a": {"x": [0.125], "n": 3, "charts": {"c": {"width": 1.6}}},
        "b": None,
        "c": {"y": 0.3},
    }
    assert trace(parts, frozenset([0.125])) == Compared(2, ("c: 0.3",))


def test_a_number_is_known_in_every_way_that_a_page_writes_it():
    known = texts([0.0312, -0.25, 1234])
    assert {"3.1", "+3.1", "0.031", "0.0312", "−25.0", "−0.25", "1,234"} <= known
    assert "3.2" not in known


@pytest.mark.parametrize(
    ("cell", "figures"),
    [
        ("61.2 [57.9, 64.4]", ["61.2", "57.9", "64.4"]),
        ("−3.1 [−4.0, +1.0]", ["−3.1", "−4.0", "+1.0"]),
        ("1,234", ["1,234"]),
        ("<0.001", ["<0.001"]),
        ("1.5e−05", ["1.5e−05"]),
        ("w2v –", []),
    ],
)
def test_figures_of_a_cell(cell: str, figures: list[str]):
    assert FIGURE.findall(cell) == figures


def test_truth_values_are_no_numbers():
    assert list(leaves({"a": True, "b": [1, None, "2"], "c": 0.5})) == [1, 0.5]


def test_nothing_compared_is_nothing_met():
    assert row("what", Compared(0)).met is False
    assert row("what", Compared(3)).met is True
    wrong = row("what", Compared(3, ("a: 1",)))
    assert (wrong.value, wrong.met) == (1, False)
    assert "a: 1" in wrong.measure


def test_of_sentences_only_fractions_are_held_to_the_numbers():
    said = ["Right in 61.2 [57.9, 64.4] % of 12 samples, ", "p <0.001, version 0.1.0"]
    assert figures(said[:1]) == ["61.2", "57.9", "64.4", "12"]
    assert parted(said) == ["61.2", "57.9", "64.4", "<0.001"]
    known = texts([0.612, 0.579, 0.0004])
    assert among("verdict", parted(said), known) == Compared(4, ("verdict: 64.4",))
