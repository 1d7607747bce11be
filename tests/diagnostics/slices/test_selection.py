"""Selection: false alarms under the null, and shuffles that keep what belongs together."""

import numpy as np
import pytest

from diagnostics.answers import answers_of
from diagnostics.labelling.labelled import as_stated
from diagnostics.slices.against_rest import Pool
from diagnostics.slices.candidates import candidates
from diagnostics.slices.selection import pool_test, select, shuffle


def null_rate(samples, draw, make, runs: int) -> float:
    answers = answers_of(as_stated(samples), [make.answered(s, 1.0) for s in samples], "diagnosis")
    pool = Pool(answers, candidates(answers, 15))
    rng, hits = np.random.default_rng(5), 0
    for _ in range(runs):
        passed = draw(rng, answers)
        hits += bool(select(pool, passed, pool_test(pool, passed), q=0.1, min_support=15))
    return hits / runs


def test_null_runs_rarely_report_a_weakness(make):
    samples, _ = make.planted(lambda s: 1.0)
    assert null_rate(samples, lambda r, a: (r.random(len(a.samples)) < 0.6) * 1.0, make, 400) <= 0.1


def test_null_runs_with_shared_pictures(make):
    """Five questions a picture whose outcomes correlate at .4."""
    samples, _ = make.planted(lambda s: 1.0)
    samples = [s.model_copy(update={"images": (f"{i // 10}.png",)}) for i, s in enumerate(samples)]

    def draw(rng, answers):
        level = rng.beta(0.9, 0.6, answers.cluster.max() + 1)[answers.cluster]
        return (rng.random(len(level)) < level) * 1.0

    assert null_rate(samples, draw, make, 200) <= 0.12


def test_null_runs_with_benchmarks_of_different_difficulty(make):
    samples, _ = make.planted(lambda s: 1.0)
    hard = {"counting", "ocr"}
    samples = [
        s.model_copy(
            update={"benchmark": "hard" if (s.capability in hard) ^ (i % 3 == 0) else "easy"}
        )
        for i, s in enumerate(samples)
    ]

    def draw(rng, answers):
        level = np.where(answers.benchmark == 1, 0.3, 0.85)
        return (rng.random(len(level)) < level) * 1.0

    assert null_rate(samples, draw, make, 200) <= 0.12


def test_a_shuffle_keeps_benchmarks_and_pictures_together():
    benchmark = np.repeat([0, 1], 30)
    picture = np.repeat(np.arange(20), 3)
    passed = np.repeat(np.arange(20) % 3 == 0, 3) * 1.0
    dealt = shuffle(passed, benchmark, picture, np.random.default_rng(0))
    assert dealt[:30].sum() == passed[:30].sum()
    assert dealt.reshape(-1, 3).std(axis=1).sum() == pytest.approx(0)
    assert not np.array_equal(dealt, passed)
