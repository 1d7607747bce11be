"""The short table of what was disturbed."""

from pathlib import Path

import pytest

from bench.chaos import counts
from bench.chaos.counts import counted, keep, table
from bench.chaos.trial import Trial


def trial(kind: str, seed: int, faults: int = 1, **found: int) -> Trial:
    begun = Trial(kind=kind, arm="replay", seed=seed, detail="", faults=faults)
    return begun.model_copy(update=found)


def test_trials_are_added_up_by_kind_and_what_hit_nothing_is_left_out() -> None:
    found = counted(
        [trial("full", 0, lost=1), trial("full", 1, 2, unclear=1), trial("twice", 0, 0)]
    )
    assert found == {
        "full": {"faults": 3, "lost": 1, "doubled": 0, "silent": 0, "unclear": 1},
    }


def test_an_arm_stands_beside_those_kept_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, results = tmp_path / "work", tmp_path / "results"
    work.mkdir()
    results.mkdir()
    (work / "replay-full-0.json").write_text(trial("full", 0, doubled=2).model_dump_json())
    for arm, at in (("training", "b"), ("replay", "a")):
        monkeypatch.setattr(counts, "commit", lambda at=at: at)
        keep(arm, work, results)
    assert table(results).splitlines() == [
        "| arm | what goes wrong | faults | lost | doubled | silently used | no clear sentence "
        "| commit |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        "| replay | full disk | 1 | 0 | 2 | 0 | 0 | a |",
    ]
