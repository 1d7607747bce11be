"""Excess of error stages: found where planted, silent under the null, nothing made of what is
unresolved or passed.
"""

import numpy as np
import pytest
from scipy.stats import hypergeom

from diagnostics.answers import Answers, answers_of
from diagnostics.causes.excess import stage_excess
from diagnostics.labelling.labelled import as_stated
from diagnostics.slices.against_rest import Pool
from diagnostics.slices.candidates import candidates

WEAK = "counting/geometric"


def world(make, stage, rate: float = 0.5, seed: int = 0) -> tuple[Pool, Answers, dict[str, str]]:
    """Every category fails as often; `stage(sample, rng)` says where."""
    samples, predictions = make.planted(lambda s: rate, seed=seed)
    answers = answers_of(as_stated(samples), predictions, "diagnosis")
    rng = np.random.default_rng(seed)
    failed = [s for s, p in zip(answers.samples, answers.passed, strict=True) if not p]
    pool = Pool(
        answers, [s for s in candidates(answers, 15) if s.kind in ("category", "condition")]
    )
    return pool, answers, {s.id: stage(s, rng) for s in failed}


def even(sample, rng) -> str:
    return str(rng.choice(["reading", "reasoning", "format"]))


def test_a_category_of_average_rate_that_fails_in_one_way(make):
    pool, answers, stage_of = world(
        make, lambda s, rng: "perception" if s.category == WEAK else even(s, rng)
    )
    row = stage_excess(pool, answers, stage_of, 0.1, 15)[0]
    members = [i for i, s in enumerate(answers.samples) if s.category == WEAK]
    failed = [answers.samples[i].id for i in members if not answers.passed[i]]
    assert (row.name, row.capability, row.image_type, row.condition) == (WEAK, *WEAK.split("/"), {})
    assert (row.stage, row.n, row.failed) == ("perception", len(members), len(failed))
    assert row.share == pytest.approx(len(failed) / len(members))
    assert row.rest_share == 0.0
    assert row.p <= row.p_adjusted <= 0.1
    assert set(row.samples) <= set(failed)
    assert len(row.samples) == 5


def test_the_p_value_is_the_exact_one(make):
    pool, answers, stage_of = world(
        make, lambda s, rng: "perception" if s.category == WEAK else even(s, rng)
    )
    row = stage_excess(pool, answers, stage_of, 0.1, 15)[0]
    here = hypergeom.sf(row.failed - 1, len(answers.samples), row.failed, row.n)
    assert row.p == pytest.approx(here)


def test_one_condition_is_listed_without_its_category(make):
    pool, answers, stage_of = world(
        make,
        lambda s, rng: (
            "calculation" if s.category == WEAK and s.attributes["bars"] == "4" else even(s, rng)
        ),
    )
    found = stage_excess(pool, answers, stage_of, 0.1, 15)
    (row,) = (e for e in found if e.stage == "calculation")
    assert row.name == f"{WEAK} bars=4"
    assert row.condition == {"bars": "4"}


def test_nothing_is_found_where_stages_are_even(make):
    found = [
        stage_excess(*world(make, even, seed=seed), 0.1, 15)  # type: ignore[call-arg]
        for seed in range(20)
    ]
    assert sum(map(bool, found)) <= 4


def test_unresolved_failures_are_no_excess_and_grader_suspects_are(make):
    pool, answers, stage_of = world(
        make, lambda s, _: "unresolved" if s.category == WEAK else "format"
    )
    assert "unresolved" not in {e.stage for e in stage_excess(pool, answers, stage_of, 0.1, 15)}
    suspect = {k: "grader_suspect" if v == "unresolved" else v for k, v in stage_of.items()}
    found = {(e.name, e.stage) for e in stage_excess(pool, answers, suspect, 0.1, 15)}
    assert (WEAK, "grader_suspect") in found


def test_stages_of_samples_that_passed_count_for_nothing(make):
    pool, answers, stage_of = world(make, even)
    every = {s.id: "perception" for s in answers.samples if s.category == WEAK}
    assert stage_excess(pool, answers, every | stage_of, 0.1, 15) == stage_excess(
        pool, answers, stage_of, 0.1, 15
    )


def test_a_rare_stage_is_left_alone(make):
    pool, answers, stage_of = world(make, even)
    weak = [s.id for s in answers.samples if s.category == WEAK and s.id in stage_of][:14]
    assert not stage_excess(pool, answers, stage_of | dict.fromkeys(weak, "refusal"), 0.1, 15)


def test_no_failure_is_no_excess(make):
    pool, answers, _ = world(make, even, rate=1.0)
    assert stage_excess(pool, answers, {}, 0.1, 15) == ()
