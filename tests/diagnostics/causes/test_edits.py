"""Distances by hand, and what lies near a target."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.causes.edits import edits, nearest

SHORT = st.text(alphabet="abc", max_size=8)


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("", "", 0),
        ("", "abc", 3),
        ("kitten", "sitting", 3),
        ("20394", "23094", 1),
        ("harbour", "harbor", 1),
        ("ca", "abc", 3),
    ],
)
def test_by_hand(one: str, other: str, count: int):
    assert edits(one, other, 9) == edits(other, one, 9) == count


@given(SHORT, SHORT, st.integers(0, 3))
def test_a_limit_only_cuts_off(one: str, other: str, limit: int):
    assert edits(one, other, limit) == min(edits(one, other, 9), limit + 1)


@given(SHORT, SHORT)
def test_bounds(one: str, other: str):
    assert abs(len(one) - len(other)) <= edits(one, other, 9) <= max(len(one), len(other))
    assert (edits(one, other, 9) == 0) == (one == other)


@pytest.mark.parametrize(
    ("text", "target", "near"),
    [
        ("the sign says harbovr.", "harbour", "harbovr"),
        ("it reads grand centrl, i think", "grand central", "grand centrl"),
        ("harbour or harbovr", "harbour", None),
        ("station", "harbour", None),
        ("decrease", "increase", None),
        ("car", "cat", None),
        ("", "harbour", None),
    ],
)
def test_nearest(text: str, target: str, near: str | None):
    assert nearest(text, target) == near
