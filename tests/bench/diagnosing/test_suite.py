"""The simulator: sizes, shared pictures, rates and stages as planted."""

import numpy as np
import pytest

from bench.diagnosing.suite import (
    DEVELOPMENT,
    REPORTING,
    Plant,
    outcomes,
    pass_rates,
    simulate,
    stage_of_failures,
)
from bench.diagnosing.tables import TABLES


@pytest.fixture(scope="module")
def suite():
    return simulate(DEVELOPMENT[0], shrink=4)


def test_eleven_tables_whose_pictures_are_shared_as_stated(suite):
    names = [s.benchmark for s in suite.answers.samples]
    for table in TABLES:
        members = [i for i, name in enumerate(names) if name == table.name]
        assert len(members) == max(30, table.size // 4)
        sizes = np.bincount(suite.answers.cluster[members])
        assert sizes.max() == table.per_picture
        cells = {
            (suite.answers.samples[i].capability, suite.answers.samples[i].image_type)
            for i in members
        }
        assert cells <= set(table.cells)
    assert sum(table.size for table in TABLES) == 12_797


def test_one_picture_has_one_category_and_one_topic(suite):
    for values in (suite.topic, np.array([hash(s.category) for s in suite.answers.samples])):
        order = np.argsort(suite.answers.cluster, kind="stable")
        same = np.diff(suite.answers.cluster[order]) == 0
        assert (np.diff(values[order])[same] == 0).all()


def test_a_seed_gives_the_same_suite_and_development_is_not_reporting(suite):
    again = simulate(DEVELOPMENT[0], shrink=4)
    assert again.answers.samples == suite.answers.samples
    other = simulate(REPORTING[0], shrink=40)
    words = [
        {w for s in each.answers.samples for w in s.question.rstrip("?").split()}
        for each in (suite, other)
    ]
    assert len(words[0] & words[1]) < 0.1 * len(words[1])
    assert not set(DEVELOPMENT) & set(REPORTING)


def test_a_topic_is_in_the_words_and_in_no_attribute(suite):
    inside = suite.topics(15)[0]
    said = [set(suite.answers.samples[i].question.rstrip("?").split()) for i in inside]
    assert max(np.mean([w in words for words in said]) for w in said[0]) > 0.5
    assert not any("topic" in k for s in suite.answers.samples for k in s.attributes)


def test_without_plants_a_benchmark_has_one_rate(suite):
    rates = pass_rates(suite, [])
    for number in range(len(TABLES)):
        assert len(set(rates[suite.answers.benchmark == number])) == 1


@pytest.mark.parametrize("icc", [0.0, 0.4])
def test_outcomes_have_the_rates_and_the_correlation(suite, icc: float):
    members = np.arange(0, len(suite.base), 7)
    rates = pass_rates(suite, [Plant(members, 0.5)])
    rng = np.random.default_rng(0)
    drawn = np.array([outcomes(suite, rates, icc, rng) for _ in range(400)])
    assert drawn[:, members].mean() == pytest.approx(0.5 * suite.base[members].mean(), abs=0.01)
    pope = np.flatnonzero(suite.answers.cluster == suite.answers.cluster[suite.base.argmax()])
    first, second = drawn[:, pope[1]], drawn[:, pope[2]]
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(icc, abs=0.15)


def test_added_failures_break_at_the_stage_of_the_plant(suite):
    rng = np.random.default_rng(0)
    plant = Plant(suite.categories(10)[0].members, 0.0, "refusal")
    passed = outcomes(suite, pass_rates(suite, [plant]), 0.0, rng)
    stages = stage_of_failures(suite, passed, [plant], rng)
    assert set(stages) == {
        s.id for s, p in zip(suite.answers.samples, passed, strict=True) if not p
    }
    ids = [suite.answers.samples[i].id for i in plant.members]
    usual = suite.base[plant.members].mean()
    assert np.mean([stages[i] == "refusal" for i in ids]) >= usual - 0.1
    elsewhere = [stage for i, stage in stages.items() if i not in set(ids)]
    assert np.mean([stage == "refusal" for stage in elsewhere]) < 0.4
