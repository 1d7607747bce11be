"""Values as people and LaTeX write them, against hand-worked numbers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.constant import leading

VALUES = {
    "4": 4,
    "-3.5": -3.5,
    "−2": -2,
    "1,250": 1250,
    ".5": 0.5,
    "3/4": 0.75,
    "\\frac{3}{4}": 0.75,
    "-\\frac{ 20 }{21}": -20 / 21,
    "\\frac{\\sqrt{30}}{2}": math.sqrt(30) / 2,
    "5√2": 5 * math.sqrt(2),
    "4+4√{3}": 4 + 4 * math.sqrt(3),
    "2\\pi - 1": 2 * math.pi - 1,
    "2(3+4)": 14,
    "2 \\times 10^{3}": 2000,
    "2^-1": 0.5,
    "6 ÷ 4": 1.5,
}
RESTS = {"9π cm^2": "cm^2", "10 km/h": "km/h", "2x+3": "x+3", "1:64": ":64", "3 + x": "+ x"}
NONE = [
    "",
    "x",
    "(2,-2)",
    "1/0",
    "\\sqrt{-1}",
    "9^9^9^9",
    "9^{9^9}",
    "(-8)^{0.5}",
    "(",
    "\\frac{1}",
]


@pytest.mark.parametrize("text", VALUES)
def test_values(text: str) -> None:
    found = leading(text)
    assert found
    assert found == (pytest.approx(VALUES[text]), "")


@pytest.mark.parametrize("text", RESTS)
def test_what_follows_is_left(text: str) -> None:
    found = leading(text)
    assert found
    assert found[1] == RESTS[text]


@pytest.mark.parametrize("text", NONE)
def test_no_value(text: str) -> None:
    assert leading(text) is None


@given(st.text(alphabet=st.sampled_from("0123456789.,+-*/^(){}\\sqrtfacpi√π x"), max_size=400))
def test_any_text_has_a_finite_value_or_none(text: str) -> None:
    found = leading(text)
    assert found is None or math.isfinite(found[0])


@pytest.mark.parametrize("piece", ["√", "(", "{", "2^", "\\sqrt", "-", "\\frac{", "9^9"])
def test_deep_texts_end(piece: str) -> None:
    assert leading(piece * 10_000) is None
