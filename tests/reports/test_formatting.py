from collections.abc import Callable

import pytest

from reports import formatting as f


@pytest.mark.parametrize(
    ("shown", "value", "text"),
    [
        (f.percent, 0.612, "61.2"),
        (f.percent, 1.0, "100.0"),
        (f.percent, -0.0001, "0.0"),
        (f.percent, None, "–"),
        (f.points, 0.031, "+3.1"),
        (f.points, -0.031, "−3.1"),
        (f.points, 0.0, "0.0"),
        (f.points, None, "–"),
        (f.p_value, 0.0412, "0.041"),
        (f.p_value, 0.0004, "<0.001"),
        (f.p_value, 1.0, "1.000"),
        (f.p_value, None, "–"),
        (f.count, 12345, "12,345"),
        (f.count, 7.0, "7"),
        (f.count, 7.25, "7.2"),
        (f.count, None, "–"),
        (f.measured, 0.0000123456, "1.235e−05"),
        (f.measured, -0.5, "−0.5"),
        (f.measured, None, "–"),
        (f.duration, 3.21, "3.2 s"),
        (f.duration, 250.4, "4 min 10 s"),
        (f.duration, 3725, "1 h 02 min"),
        (f.duration, None, "–"),
        (f.words, "grader_suspect", "grader suspect"),
        (f.visible, "a\u202eb\x00c\nd", "a⟨U+202E⟩b⟨U+0000⟩c\nd"),
        (f.visible, "\ud83d", "⟨U+D83D⟩"),
        (f.visible, "naïve 中文 עברית 🙂", "naïve 中文 עברית 🙂"),
    ],
)
def test_value_to_text(shown: Callable[..., str], value: object, text: str):
    assert shown(value) == text


def test_rates_and_changes_stand_with_their_intervals():
    assert f.rate(0.612, (0.579, 0.644)) == "61.2 [57.9, 64.4]"
    assert f.rate(None, (0.0, 1.0)) == "–"
    assert f.change(0.031, (-0.004, 0.058)) == "+3.1 [−0.4, +5.8]"
