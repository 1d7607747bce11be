"""Contrast by WCAG 2, against values that its calculators give."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.drawn.contrast import contrast, darker, ink_on
from generation.drawn.words import TINTS

CHANNEL = st.integers(0, 255)
COLOR = st.tuples(CHANNEL, CHANNEL, CHANNEL)


@pytest.mark.parametrize(
    ("ink", "paper", "ratio"),
    [
        ((0, 0, 0), (255, 255, 255), 21.0),
        ((255, 255, 255), (255, 255, 255), 1.0),
        ((119, 119, 119), (255, 255, 255), 4.48),
        ((118, 118, 118), (255, 255, 255), 4.54),
        ((255, 0, 0), (255, 255, 255), 4.0),
    ],
)
def test_known_ratios(ink, paper, ratio):
    assert contrast(ink, paper) == pytest.approx(ratio, abs=0.01)


def test_the_worst_pixel_counts():
    under = np.array([[[255, 255, 255], [118, 118, 118]]])
    assert contrast((0, 0, 0), under) == pytest.approx(21 / 4.54, abs=0.02)


@given(COLOR, COLOR)
def test_it_is_symmetric_and_in_its_range(one, other):
    assert contrast(one, other) == pytest.approx(contrast(other, one))
    assert 1 <= contrast(one, other) <= 21.01


@given(COLOR)
def test_black_or_white_is_always_readable(fill):
    assert contrast(ink_on(fill), fill) >= 4.4


def test_named_colors_made_darker_are_read_on_light_paper():
    for name in ("red", "green", "blue", "purple", "brown"):
        assert contrast(darker(TINTS[name]), (236, 236, 226)) >= 4.5
