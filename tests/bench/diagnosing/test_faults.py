"""The machinery of D10: what counts as planted, and rates by hand."""

from collections import Counter
from pathlib import Path

import pytest

from bench.diagnosing import fault_phrasings as phrasings
from bench.diagnosing.faults import DEVELOPMENT, FAULTS, REPORT, measure, plant, rate
from bench.extent import Extent
from blindspot.core.statistics import wilson
from diagnostics.causes.attributor import ORDER, attributors

HALVES = {
    name: value
    for name, value in vars(phrasings).items()
    if name.isupper() and isinstance(value, tuple)
}


def test_no_wording_is_on_both_halves_but_the_bare_answer():
    for name, (development, report) in HALVES.items():
        assert set(development) & set(report) <= {"{answer}"}, name


@pytest.mark.parametrize("half", [DEVELOPMENT, REPORT])
def test_every_fault_is_planted_as_often_and_scores_nothing(half: int):
    planted = list(plant(half, 20, seed=1))
    assert Counter(p.stage for p in planted) == dict.fromkeys(ORDER, 20)
    assert len({p.sample.id for p in planted}) == len(planted)
    assert all(p.prediction.score == 0 for p in planted)
    assert all(p.prediction.answer is None for p in planted if p.stage == "format")
    assert {p.sample.answer_kind for p in planted} == {
        *("choice", "yes_no", "number", "text", "set", "box")
    }


def test_the_same_seed_plants_the_same():
    assert list(plant(REPORT, 5, seed=3)) == list(plant(REPORT, 5, seed=3))


def test_rates_count_draws_and_their_intervals_cases():
    cases = [("a", True), ("a", True), ("a", True), ("b", False)]
    assert rate(cases) == (0.75, wilson(1.5, 2))
    assert rate([]) == (None, None)


def test_rows(tmp_path: Path):
    rows = measure(Extent(full=False, work=tmp_path))
    assert [r.id for r in rows] == ["D10"] * 2 * len(attributors.names())
    assert list(FAULTS) == list(ORDER)
    assert all(r.met is None for r in rows if r.measure.startswith("coverage"))
