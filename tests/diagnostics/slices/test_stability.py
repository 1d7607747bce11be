"""Stability: certain for strong weaknesses, low for flukes, deterministic, whole pictures."""

import numpy as np
import pytest

from diagnostics.answers import answers_of
from diagnostics.labelling.labelled import as_stated
from diagnostics.slices.against_rest import Pool
from diagnostics.slices.selection import pool_test, select
from diagnostics.slices.slice import categories
from diagnostics.slices.stability import SHARE, _kept, overlap, stability

WEAK = "counting/geometric"


def world(make, rate: float, seed: int = 0):
    samples, predictions = make.planted(lambda s: rate if s.category == WEAK else 0.8, seed=seed)
    answers = answers_of(as_stated(samples), predictions, "diagnosis")
    pool = Pool(answers, categories(answers))
    tested = pool_test(pool, answers.passed)
    selected = select(pool, answers.passed, tested, q=0.1, min_support=15)
    return pool, answers, selected


def measured(pool: Pool, passed, selected, seed: int = 0, resamples: int = 30) -> list[float]:
    return stability(pool, passed, selected, q=0.1, min_support=15, resamples=resamples, seed=seed)


def test_a_strong_weakness_is_found_in_every_resample(make):
    pool, answers, selected = world(make, 0.2)
    assert [pool.slices[i].category for i in selected] == [WEAK]
    assert measured(pool, answers.passed, selected) == [1.0]


def test_a_slice_like_the_rest_is_not_found_again(make):
    pool, answers, selected = world(make, 0.2)
    other = next(i for i in range(len(pool.slices)) if i not in selected)
    strong, weak = measured(pool, answers.passed, [*selected, other])
    assert strong == 1.0
    assert weak < 0.3


def test_a_weaker_weakness_is_found_again_less_often(make):
    found = []
    for rate in (0.65, 0.72, 0.78):
        pool, answers, _ = world(make, rate)
        at = next(i for i, s in enumerate(pool.slices) if s.category == WEAK)
        found += measured(pool, answers.passed, [at], resamples=60)
    assert found == sorted(found, reverse=True)
    assert found[0] > found[-1]
    assert any(0.05 < share < 0.95 for share in found)


def test_the_same_seed_gives_the_same_and_nothing_selected_gives_nothing(make):
    pool, answers, _ = world(make, 0.68, seed=2)
    assert measured(pool, answers.passed, [0, 1]) == measured(pool, answers.passed, [0, 1])
    assert measured(pool, answers.passed, []) == []


def test_resamples_keep_pictures_whole_and_the_same_part_of_them():
    cluster = np.repeat(np.arange(50), 4)
    kept = _kept(cluster, 8, np.random.default_rng(0))
    assert kept.shape == (200, 8)
    assert kept.sum(axis=0).tolist() == [round(50 * SHARE) * 4.0] * 8
    assert (kept.reshape(50, 4, 8).std(axis=1) == 0).all()
    assert len({tuple(column) for column in kept.T}) == 8


def test_overlap_by_hand(make):
    pool, _, _ = world(make, 0.2)
    assert overlap(pool, 0, 0) == 1.0
    assert overlap(pool, 0, 1) == 0.0
    both = Pool.__new__(Pool)
    first, second = pool.slices[0], pool.slices[0].part(pool.slices[0].members[:30], {}, "topic")
    both.slices = (first, second)
    assert overlap(both, 0, 1) == pytest.approx(30 / len(first.members))
