"""The front, and what its rows say of trials."""

import json

import pytest

from bench import reliability
from bench.chaos import trials
from bench.chaos.trial import Trial
from bench.extent import Extent
from bench.reliability import main
from bench.rows import Row


def trial(**what) -> Trial:
    return Trial.model_validate({"kind": "killed", "arm": "replay", "seed": 0, "detail": ""} | what)


def totals(found: list[Row]) -> dict[str, tuple[float | None, bool | None]]:
    names = ("lost", "doubled", "silently used", "ends without a clear sentence")
    return {name: (row.value, row.met) for name, row in zip(names, found[-4:], strict=True)}


def test_each_kind_has_a_row_and_each_count_a_total():
    kills = [trial(faults=3, told=1), trial(faults=0), trial(faults=177, in_flight=4)]
    found = trials.rows("replay", {"killed": kills}, {"killed": 180})
    assert len(found) == 5
    assert found[0].met is True
    assert found[0].measure.startswith("replay, SIGKILL of a process, 180 faults: 0 lost")
    assert "4 calls under way were made again" in found[0].measure
    assert set(totals(found).values()) == {(0.0, True)}


def test_one_fault_that_went_unnoticed_is_a_miss():
    kills = [trial(faults=180, silent=1)]
    found = trials.rows("replay", {"corrupted": kills}, {"corrupted": 60})
    assert found[0].met is False
    assert totals(found)["silently used"] == (1.0, False)
    assert totals(found)["lost"] == (0.0, True)


def test_too_few_faults_decide_nothing():
    found = trials.rows("training", {"killed": [trial(faults=3)]}, {"killed": 9})
    assert found[0].met is None
    assert set(totals(found).values()) == {(0.0, None)}


def test_what_a_machine_cannot_do_is_not_passed():
    found = trials.rows("replay", {"full": []}, {"full": 20})
    assert found[0].value is None
    assert found[0].met is None
    assert found[0].measure.endswith("not measured, this machine cannot do it")


def test_the_plan_reaches_what_the_measure_asks_for():
    for arm, wanted in trials.AIMS.items():
        assert sum(trials._FULL[arm].values()) >= wanted


def test_a_trial_is_kept_and_not_made_again(tmp_path, monkeypatch):
    made = []

    def fault(ground, rng, place, begun: Trial) -> Trial:
        made.append(begun.seed)
        return begun.model_copy(update={"faults": begun.seed % 2})

    class Ground:
        arm = "replay"

        def place(self, name):
            return None

    for _ in range(2):
        found = trials._trials(tmp_path, Ground(), "killed", fault, 2)  # type: ignore[arg-type]
        assert [t.faults for t in found] == [0, 1, 0, 1]
    assert made == [0, 1, 2, 3]
    assert trials._trials(tmp_path, Ground(), "full", lambda *_: None, 2) == []  # type: ignore[arg-type]


def test_the_arguments_choose_arm_kinds_and_how_many(tmp_path, monkeypatch):
    asked = []

    def measured(extent: Extent, arm: str, kinds: list[str], limit: int) -> list[Row]:
        asked.append((arm, tuple(kinds), limit))
        return [Row("F1", "m", 0.0, None, "0", "", True)]

    monkeypatch.setattr(reliability, "BUILD", tmp_path / "build")
    monkeypatch.setattr(reliability, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(reliability, "measure", measured)
    main(["--full", "--only", "replay", "--kinds", "twice", "--limit", "5"])
    assert asked == [("replay", ("twice",), 5)]
    kept = json.loads((tmp_path / "results" / "reliability-replay.json").read_text())
    assert kept["rows"][0]["met"] is True
    with pytest.raises(SystemExit):
        main(["--kinds", "earthquake"])
