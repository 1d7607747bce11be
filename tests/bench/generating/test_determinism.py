"""G8's policy answers by rule, and its process writes a training set."""

import pytest

from bench.generating import determinism
from bench.generating.determinism import make, mixture, said
from bench.generating.runs import OUT, written
from blindspot.core.model import Request
from blindspot.core.training_set import TrainingSetArtifact


def test_answers_follow_from_what_is_asked():
    asked = Request(prompt="How many objects are there?", images=("a.png",), repeat=2)
    assert said(asked) == said(asked)
    assert {said(asked.model_copy(update={"repeat": i})) for i in range(30)} == {"1", "2", "3"}
    yes_no = {said(Request(prompt="Is there a star?", repeat=i)) for i in range(30)}
    assert yes_no == {"yes", "no"}


def test_some_candidates_pass_and_some_do_not(tmp_path, monkeypatch):
    monkeypatch.setattr(determinism, "_PAUSE", 0.0)
    make(written(tmp_path, mixture(16)))
    counts = TrainingSetArtifact(tmp_path / OUT).artifact.manifest.counts
    assert counts["train"] > 0
    assert counts["rejected"] > 0


@pytest.mark.parametrize("slots", [4, 40])
def test_the_mixture_is_even(slots):
    assert sum(row.quota for row in mixture(slots)) == slots
    assert sum(row.share for row in mixture(slots)) == pytest.approx(1)
