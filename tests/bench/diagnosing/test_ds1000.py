"""D1's machinery on files made by hand: plants, F1, matching of false alarms."""

import json
from pathlib import Path

import numpy as np
import pytest

from bench.diagnosing import ds1000
from bench.diagnosing.ds1000 import f1, load, matched_offset, measure, ours, theirs
from bench.extent import Extent

SUBJECTS = ("sorting arrays", "plotting curves", "merging tables", "parsing dates")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """1,000 items, every fourth of one subject; QualEval's capabilities are the first hundred of
    each, one that is rare and one that all have.
    """
    verdicts = []
    for i in range(1000):
        scored = {str(s): {"score": 5 if i % 4 == s and i < 400 else 1} for s in range(4)}
        verdicts.append(
            {"scoring": scored | {"rare": {"score": 5 if i < 9 else 1}, "all": {"score": 5}}}
        )
    verdicts[999] = {"scoring": "no JSON"}
    tree = {
        "subtrees": [{"subtrees": [{"subtrees": i} for i in range(s, 1000, 4)]} for s in range(4)]
    }
    files = {
        "capability_phrases": [f"{SUBJECTS[i % 4]} {i % 7}" for i in range(1000)],
        "qualeval_scores": verdicts,
        "tree_full": tree,
    }
    for name, value in files.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(value))
    return tmp_path


def test_plants_are_capabilities_of_some_size(folder):
    world = load(folder)
    assert [len(c) for c in world.capabilities] == [100] * 4
    assert world.capabilities[1].tolist() == list(range(1, 400, 4))


def test_both_sides_find_a_subject_that_always_fails(folder):
    world = load(folder)
    rng = np.random.default_rng(0)
    passed = (rng.random(1000) < 0.8).astype(float)
    subject = np.arange(2, 1000, 4)
    passed[subject] = 0
    for found in (
        ours(world.own, passed),
        ours(world.joined, passed),
        theirs(world.tree, 0.05, passed),
    ):
        assert f1(found, [subject]) == 1.0


def test_nodes_join_the_pool_as_skills(folder):
    world = load(folder)
    more = [s.kind for s in world.joined.slices[len(world.own.slices) :]]
    assert more == ["skill"] * 4


def test_f1_by_hand():
    planted = [np.arange(10), np.arange(10, 20)]
    assert f1([np.arange(5, 15)], planted) == pytest.approx(2 * 1 * 0.5 / 1.5)
    assert f1([np.arange(10), np.arange(20, 30)], planted) == pytest.approx(0.5)
    assert f1([], planted) == 0.0


def test_the_matched_tau_raises_false_alarms_in_six_percent(folder):
    world = load(folder)
    rng = np.random.default_rng(0)
    nulls = [(rng.random(1000) < 0.6).astype(float) for _ in range(200)]
    offset = matched_offset(world.tree, nulls)
    alarms = [bool(theirs(world.tree, offset, p)) for p in nulls]
    assert np.mean(alarms) == pytest.approx(0.06, abs=0.006)


def test_rows_and_nothing_without_the_files(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(ds1000, "TARGETS", {0.4: (0.5, 0.53)})
    rows = measure(Extent(False, tmp_path, folder))
    assert [r.id for r in rows] == ["D1", "D1", "D2", "D2"]
    assert all(r.value is not None and r.to_beat.startswith("EvalTree") for r in rows)
    for absent in (None, tmp_path / "nowhere"):
        nothing = measure(Extent(False, tmp_path, absent))
        assert [(r.id, r.value, r.met) for r in nothing] == [("D1", None, None), ("D2", None, None)]
