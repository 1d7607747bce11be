"""The machinery of D7, on accuracies and answers made by hand."""

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from bench.diagnosing.mixtures import (
    SAMPLES,
    SIZES,
    TYPES,
    Trial,
    answered,
    differ,
    measure,
    pool_of,
    tiers,
    trial,
)
from bench.extent import Extent


def test_the_suite_is_even():
    assert (len(TYPES), sum(SIZES), set(SIZES)) == (12, SAMPLES, {16, 17})
    pool, _ = pool_of(answered(np.ones(SAMPLES)))
    assert [s.image_type for s in pool.slices] == sorted(TYPES)


def test_distance_and_ratio_by_hand():
    even: dict[str, float] = dict.fromkeys(TYPES, 1 / 12)
    moved = {**even, "map": 2 / 12, "mixed": 0.5 / 12, "medical": 0.5 / 12}
    found = Trial(even, {"even": even, "moved": moved})
    assert (found.distance("even"), found.ratio("even")) == (0, 1)
    assert found.distance("moved") == pytest.approx(1 / 12)
    assert found.ratio("moved") == pytest.approx(4)


def test_a_type_without_a_sample_gets_no_tier():
    found = tiers([0.0, 5.0, *[0.0] * 10], (10, 10, *[0] * 10))
    assert found == pytest.approx({TYPES[0]: 4 / 6, TYPES[1]: 2 / 6})


def test_one_plain_weakness_is_what_the_product_and_the_exact_formula_aim_at():
    p = np.full(12, 0.95)
    p[6] = 0.3
    found = trial(p, np.random.default_rng(0))
    assert max(found.exact, key=lambda t: found.exact[t]) == TYPES[6]
    assert found.distance("product") < 0.02
    assert found.distance("prior") > 0.2


def test_equal_types_give_the_prior():
    found = trial(np.full(12, 0.5), np.random.default_rng(1))
    assert found.ways["product"] == found.ways["joint"] == found.ways["prior"]
    assert found.ratio("product") == pytest.approx(17 / 16)


@pytest.mark.parametrize(
    ("right", "expected"), [([8, 8, 8], False), ([1, 8, 15], True), ([0, 0, 0], False)]
)
def test_whether_types_differ(right: list[float], expected: bool):
    assert differ(right, (16, 16, 16)) is expected


def test_that_is_pearsons_test():
    right = [5.0, 8.0, 12.0]
    p = chi2_contingency(np.array([right, [11.0, 8.0, 4.0]]), correction=False)[1]
    assert p == pytest.approx(0.0458, abs=1e-3)
    assert differ(right, (16, 16, 16))


def test_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(Extent, "draws", lambda self, smoke, full: 3)
    rows = measure(Extent(False, tmp_path))
    assert {r.id for r in rows} == {"D7"}
    assert all(r.value is not None and r.interval and "DPE tiers" in r.to_beat for r in rows)
    assert all(r.met is None for r in rows if not r.measure.endswith("the product"))
