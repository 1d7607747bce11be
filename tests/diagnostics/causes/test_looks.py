"""Colors and shapes by name."""

import pytest

from diagnostics.causes.looks import COLORS, SHAPES, named


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a dark grey car", {"gray"}),
        ("Navy.", {"blue"}),
        ("red and crimson", {"red"}),
        ("red or blue", {"red", "blue"}),
        ("a bored driver", set()),
        ("红色", set()),
    ],
)
def test_colors(text: str, found: set[str]):
    assert named(text, COLORS) == found


def test_shapes():
    assert named("It is circular", SHAPES) == {"circle"}
