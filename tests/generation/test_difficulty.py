"""Few answers, a prior from the wave: who is asked again, and who lies in the band."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.difficulty import BATCH, HOPELESS, PRIOR_WEIGHT, Wave, posterior
from generation.settings import DifficultySettings

PLAIN = DifficultySettings()


def found(pairs, settings=PLAIN, counts=None):
    right, asked = np.array(pairs, dtype=np.int64).T
    counted = np.ones(len(pairs), dtype=np.bool_) if counts is None else np.array(counts)
    return posterior(right, asked, counted, settings)


def asked_of(rates, settings, seed=0):
    rng = np.random.default_rng(seed)
    wave = Wave(settings, len(rates))
    while todo := wave.todo():
        wave.see([(p, (rng.random(len(n)) < rates[p]).tolist()) for p, n in todo])
    return wave


def test_alone_it_is_jeffreys_posterior():
    from scipy.stats import beta

    nobody = found([(2, 4), (15, 16), (0, 0)], counts=[False] * 3)
    for place, (right, n) in enumerate([(2, 4), (15, 16), (0, 0)]):
        exact = beta(0.5 + right, 0.5 + n - right)
        assert nobody.below[place] == pytest.approx(exact.cdf(0.2), abs=0.01)
        assert nobody.above[place] == pytest.approx(exact.sf(0.9), abs=0.01)


def test_easy_company_makes_a_candidate_easier():
    alone = found([(14, 16)], counts=[False]).above[0]
    among = found([(14, 16), *[(16, 16)] * 60]).above[0]
    assert among > alone + 0.1


def test_a_lone_candidate_hardly_moves_the_prior():
    moved = abs(found([(4, 4)]).within[0] - found([(4, 4)], counts=[False]).within[0])
    assert 0 < moved < 1 / PRIOR_WEIGHT


@given(st.lists(st.integers(0, 16), min_size=1, max_size=30), st.floats(0, 0.5), st.floats(0.5, 1))
def test_the_three_parts_are_probabilities_in_order(right, low, high):
    settings = DifficultySettings(low=low, high=high)
    said = found([(r, 16) for r in right], settings)
    assert np.allclose(said.below + said.within + said.above, 1)
    assert min(said.below.min(), said.above.min(), said.within.min()) >= -1e-9
    order = np.argsort(right, kind="stable")
    assert np.all(np.diff(said.above[order]) >= -1e-9)
    assert np.all(np.diff(said.below[order]) <= 1e-9)


@given(st.permutations(range(12)))
def test_places_do_not_matter(order):
    pairs = [(i % 5, 4) for i in range(12)]
    said = found(pairs).within
    assert np.allclose(found([pairs[i] for i in order]).within, said[list(order)])


def test_four_more_for_the_undecided_up_to_the_limit():
    wave = Wave(DifficultySettings(rollouts=10), 3)
    assert wave.todo() == [(0, range(4)), (1, range(4)), (2, range(4))]
    wave.see([(0, [True, False, True, False]), (1, [False] * 4), (2, [True] * 3 + [False])])
    within = wave.posterior().within
    assert within[1] <= HOPELESS
    todo = wave.todo()
    assert 1 not in dict(todo)
    assert dict(todo)[2] == range(4, 8)
    while todo := wave.todo():
        wave.see([(p, [True, True, False, True][: len(n)]) for p, n in todo])
    assert wave.asked.max() == 10


def test_who_cannot_be_judged_is_out_and_moves_nobody():
    wave, alone = Wave(PLAIN, 31), Wave(PLAIN, 1)
    half = [True, False, True, False]
    wave.see([(0, half), *((place, [True] * 4) for place in range(1, 31))])
    among = wave.posterior().within[0]
    wave.see([(place, None) for place in range(1, 31)])
    alone.see([(0, half)])
    assert wave.posterior().within[0] == pytest.approx(alone.posterior().within[0])
    assert wave.posterior().within[0] != pytest.approx(among)
    assert wave.done[1:].all()
    assert not wave.admitted()[1:].any()


def test_an_empty_wave():
    wave = Wave(PLAIN, 0)
    assert wave.todo() == []
    assert len(wave.admitted()) == 0


@pytest.mark.parametrize("rollouts", [1, 3, 8])
def test_any_limit_is_kept(rollouts):
    wave = asked_of(np.linspace(0, 1, 40), DifficultySettings(rollouts=rollouts))
    assert wave.asked.max() <= rollouts
    assert wave.asked.min() == min(BATCH, rollouts)


def test_all_of_one_side_admits_nobody():
    for rates in (np.zeros(40), np.ones(40)):
        wave = asked_of(rates, PLAIN)
        assert not wave.admitted().any()
        assert wave.asked.max() == BATCH


def test_less_certainty_costs_less_and_admits_more():
    rates = np.random.default_rng(3).random(400)
    sure, easy = (asked_of(rates, DifficultySettings(certainty=c)) for c in (0.93, 0.75))
    assert easy.admitted().sum() > sure.admitted().sum()
    assert easy.asked.sum() < sure.asked.sum()


def test_of_the_admitted_few_lie_outside():
    rates = np.random.default_rng(4).beta(0.5, 0.5, 1000)
    admitted = asked_of(rates, PLAIN).admitted()
    assert admitted.sum() > 150
    assert ((rates[admitted] < 0.2) | (rates[admitted] > 0.9)).mean() < 0.07
