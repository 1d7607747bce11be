"""Ranks, their fusion and diversity, against numbers worked by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.retrieval.ranking import diverse, fused, ranks, strength


def test_ranks_share_the_mean_of_ties_and_nothing_found_has_none():
    found = ranks(np.array([0.2, 0.9, 0.2, 0.0, -1.0]))
    assert found.tolist() == [2.5, 1.0, 2.5, math.inf, math.inf]
    assert ranks(np.zeros(0)).tolist() == []


def test_fusion_adds_reciprocal_ranks():
    first, second = np.array([1.0, 2.0, math.inf]), np.array([3.0, math.inf, math.inf])
    assert fused([first, second]).tolist() == pytest.approx([1 / 61 + 1 / 63, 1 / 62, 0.0])


def test_two_middling_ranks_beat_one_good_one_and_none():
    first, second = np.array([1.0, 5.0]), np.array([math.inf, 5.0])
    assert fused([first, second]).argmax() == 1


VECTORS = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]], dtype=np.float32)
"""The second is a copy of the first."""


def test_diversity_by_hand():
    # first: .7·1 = .7. Then the copy has .7·.9 − .3·1 = .33, the other .7·.5 − .3·0 = .35.
    assert diverse(np.array([1.0, 0.9, 0.5]), VECTORS, 0.7).tolist() == [0, 2, 1]
    # With .45 for the other it has .315, and the copy goes first.
    assert diverse(np.array([1.0, 0.9, 0.45]), VECTORS, 0.7).tolist() == [0, 1, 2]


def test_relevance_alone_and_novelty_alone():
    relevance = np.array([0.2, 0.4, 0.1])
    assert diverse(relevance, VECTORS, 1.0).tolist() == [1, 0, 2]
    assert diverse(relevance, VECTORS, 0.0).tolist() == [0, 2, 1]


def test_strength_is_the_mean_share_of_the_greatest_score():
    words, meaning = np.array([8.0, 4.0, 0.0]), np.array([0.1, 0.2, -0.3])
    assert strength([words, meaning]).tolist() == [0.75, 0.75, 0.0]
    assert strength([np.zeros(2), np.zeros(2)]).tolist() == [0.0, 0.0]
    assert strength([np.zeros(0)]).tolist() == []


def test_no_candidates_and_no_relevance():
    assert diverse(np.zeros(0), np.zeros((0, 2), np.float32)).tolist() == []
    assert sorted(diverse(np.zeros(3), VECTORS).tolist()) == [0, 1, 2]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0, 1), max_size=20), st.floats(0, 1), st.integers(0, 9))
def test_every_candidate_comes_once_and_the_most_relevant_first(relevance, trade_off, seed):
    vectors = np.random.default_rng(seed).normal(size=(len(relevance), 3)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    order = diverse(np.array(relevance), vectors, trade_off).tolist()
    assert sorted(order) == list(range(len(relevance)))
    if order and trade_off > 0.1:
        assert relevance[order[0]] == pytest.approx(max(relevance), abs=1e-7)
