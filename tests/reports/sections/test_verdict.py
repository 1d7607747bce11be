"""What the head of a page says of an earlier round, and before a diagnosis."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blindspot.core.diagnosis import Changes, DiagnosisArtifact
from blindspot.core.run_folder import RunFolder


@pytest.fixture
def moved(make_run: Callable[..., RunFolder], amend: Callable[[Path], None]) -> Callable:
    """A run whose held-out changes are all moved by so much, with another margin."""

    def _moved(by: float, *, strong: bool) -> RunFolder:
        folder = make_run()
        artifact = DiagnosisArtifact(folder.round(1).diagnosis)
        found = artifact.changes()
        assert found
        rows = [
            row.model_copy(
                update={
                    "interval": (row.interval[0] + by, row.interval[1] + by),
                    "strong": row.strong and strong,
                }
            )
            for row in found.rows
        ]
        changed = Changes(round=1, rows=tuple(rows), margin=0.0312, flips=found.flips)
        (artifact.path / "changes.json").write_text(changed.model_dump_json())
        amend(artifact.path)
        return folder

    return _moved


def test_a_fall_is_said_overall_and_by_category(
    moved: Callable[..., RunFolder], shown: Callable[..., tuple[str, Any]]
):
    folder = moved(-0.5, strong=False)
    html, numbers = shown(folder, "verdict", 1)
    assert "The held-out half has become worse since round 0." in html
    assert len(numbers["worse"]) == 7
    assert "7 categories have" in html
    assert "No category was strong in round 0" in html


def test_without_a_fall_that_is_said_too(
    moved: Callable[..., RunFolder], shown: Callable[..., tuple[str, Any]]
):
    html, numbers = shown(moved(0.0, strong=True), "verdict", 1)
    assert numbers["worse"] == []
    assert "has become worse" not in html
    assert "No category has fallen with its whole interval below zero." in html
    assert numbers["margin"] == 0.0312
    assert "within 3.1 points" in html


def test_the_margin_is_the_artifacts(
    moved: Callable[..., RunFolder], shown: Callable[..., tuple[str, Any]]
):
    html, numbers = shown(moved(0.0, strong=True), "changes", 1)
    assert numbers["margin"] == 0.0312
    assert numbers["charts"]["forest"]["layout"]["shapes"][1]["x0"] == -0.0312
    assert "lost less than 3.1 points" in html


def test_before_a_diagnosis_nothing_is_claimed(
    make_run: Callable[..., RunFolder], shown: Callable[..., tuple[str, Any]]
):
    folder = make_run(rounds=1)
    shutil.rmtree(folder.round(0).diagnosis)
    html, numbers = shown(folder, "verdict", 0)
    assert (numbers["diagnosis"], numbers["weaknesses"], numbers["margin"]) == (None, None, None)
    assert "This round has not been diagnosed yet." in html
    assert "shuffled" not in html
