"""By hand: what decides the answer, and what only happens to differ."""

import pytest

from diagnostics.mixture.own_answers import own_answers


@pytest.mark.parametrize(
    ("inside", "outside", "found"),
    [
        (["no"] * 9, ["yes"] * 9, ("no",)),
        (["4", "5", "6"] * 5, ["1", "2", "3"] * 5, ("4", "5", "6")),
        (["4", "5", "6"] * 5, ["1", "2", "4"] * 5, ()),
        (["no"] * 9, [], ()),
        ([str(i) for i in range(50)], ["no"] * 50, ()),
        (["no"] * 50, [str(i) for i in range(50)], ()),
    ],
)
def test_own_answers(inside: list[str], outside: list[str], found: tuple[str, ...]) -> None:
    assert own_answers(inside, outside) == found
