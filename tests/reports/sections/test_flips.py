import shutil
from collections.abc import Callable
from typing import Any

import pytest

from blindspot.core.diagnosis import DiagnosisArtifact
from blindspot.core.evaluation import Evaluation
from blindspot.core.run_folder import RunFolder
from reports.sections.flips import counted
from reports.stage import ReportInputs, ReportSettings, run


def test_four_kinds_by_hand():
    before = {"a": [0.0], "b": [0.0, 0.4], "c": [1.0], "d": [1.0], "e": [1.0], "gone": [1.0]}
    after = {"a": [0.0], "b": [1.0, 0.0], "c": [0.0], "d": [0.6], "e": [1.0], "new": [1.0]}
    halves: dict[str, Any] = dict.fromkeys("abcd", "diagnosis") | {"e": "held_out"}
    assert counted(before, after, halves) == [
        {"half": "diagnosis", "n": 4, "counts": {"00": 1, "01": 1, "10": 1, "11": 1}},
        {"half": "held_out", "n": 1, "counts": {"00": 0, "01": 0, "10": 0, "11": 1}},
    ]


def test_counts_are_the_predictions(run_folder: RunFolder, shown: Callable[..., tuple[str, Any]]):
    html, numbers = shown(run_folder, "flips", 1)
    halves = {s.id: s.half for s in Evaluation(run_folder.round(1).evaluation).samples()}
    right = [
        {
            p.sample_id: p.score >= 0.5
            for p in Evaluation(run_folder.round(n).evaluation).predictions()
            if p.score is not None
        }
        for n in range(2)
    ]
    turn = numbers["turns"][0]
    for row in turn["rows"]:
        ids = [i for i in right[0] if i in right[1] and halves[i] == row["half"]]
        assert row["n"] == len(ids) == sum(row["counts"].values())
        for kind, many in row["counts"].items():
            assert many == sum(f"{right[0][i]:d}{right[1][i]:d}" == kind for i in ids)
            assert f'"num">{many}</td>' in html
    changes = DiagnosisArtifact(run_folder.round(1).diagnosis).changes()
    assert changes
    assert turn["won"] == list(changes.flips["won"])
    assert not any(right[0][i] for i in turn["won"])
    assert all(right[1][i] for i in turn["won"])
    assert {s["half"] for s in turn["shown_won"]} == {"diagnosis"}


def test_samples_open_on_the_rounds_page(
    make_run: Callable[..., RunFolder], shown: Callable[..., tuple[str, Any]]
):
    folder = make_run()
    assert "#sample=" not in shown(folder, "flips", 1)[0]
    run(ReportSettings(), ReportInputs(folder, 1), folder.round(1).report)
    html, numbers = shown(folder, "flips", 1)
    assert numbers["turns"][0]["openable"]
    for name in numbers["turns"][0]["openable"]:
        assert f'href="round-1/report.html#sample={name}"' in html


@pytest.mark.parametrize("most", [0, 4])
def test_those_not_shown_are_listed(
    run_folder: RunFolder, shown: Callable[..., tuple[str, Any]], most: int
):
    html, numbers = shown(run_folder, "flips", 1, max_examples=most)
    turn = numbers["turns"][0]
    assert len(turn["shown_won"]) == most // 2
    assert all(f"<bdi>{name}</bdi>" in html for name in turn["won"])


def test_one_round_has_nothing_to_compare(
    make_run: Callable[..., RunFolder], shown: Callable[..., tuple[str, Any]]
):
    html, numbers = shown(make_run(rounds=1), "flips", 0)
    assert numbers is None
    assert "There is no second round to compare yet." in html


def test_a_rolled_back_round_and_no_diagnosis(
    make_run: Callable[..., RunFolder], shown: Callable[..., tuple[str, Any]]
):
    folder = make_run(rounds=3)
    shutil.rmtree(folder.round(2).diagnosis)
    html, numbers = shown(folder, "flips", 2)
    assert [t["rolled_back"] for t in numbers["turns"]] == [False, True]
    assert "rolled back, the same model" in html
    assert numbers["turns"][1]["won"] == []
