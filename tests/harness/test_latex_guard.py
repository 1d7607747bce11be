"""Bounds around `eval`: what is refused, what is worked out, and that work ends."""

import contextlib
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.latex_guard import Guarded, Refused, arithmetic, refuse

ALLOWED = [
    "3",
    "\\frac{1}{2}",
    "5\\sqrt{2}",
    "2^{10}",
    "2^10",
    "2^{-1}",
    "4^{\\frac{1}{2}}",
    "10^2+20^2",
    "\\frac{3^{1008}-1}{3^{1009}}",
    "(1+2)^2",
    "12\\%",
    "(1,2)",
    "3cm^{2}",
    "\\pi",
    "-x",
]
REFUSED = [
    "9^{9^9}",
    "9^9^9^9^9^9",
    "9^{99999}",
    "(9^{999})^{999}",
    "9^{\\frac{99999}{1}}",
    "1e999999999",
    "9" * 31,
    "1+" * 1000,
    "\\binom{1000}{500}",
    "\\begin{vmatrix}1\\end{vmatrix}",
    "x^{9}|_{x=9}",
    "the answer is 3",
    "__import__('os')" * 100,
]


@pytest.mark.parametrize("text", ALLOWED)
def test_what_answers_are_made_of_is_parsed(text: str) -> None:
    refuse(text)


@pytest.mark.parametrize("text", REFUSED)
def test_what_could_run_away_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        refuse(text)


def test_arithmetic_is_that_of_python() -> None:
    for source in ("3/4", "-2**2 + 7 // 2", "2**-1", "7 % 3 * 1.5", "1 < 2", "+5"):
        assert arithmetic(source) == eval(source)


@pytest.mark.parametrize(
    "source",
    [
        *("x", "pi", "sqrt(2)", "exit()", "__import__('os')", "[1, 2]", "'a'*9", "True", "a.b"),
        *("9**9**9", "(2**500)**(2**20)", "1 < 2 < 3", "~1", "lambda: 1", "1 if 1 else 2", "1j"),
    ],
)
def test_what_is_not_arithmetic_is_refused(source: str) -> None:
    with pytest.raises(Refused):
        arithmetic(source)


@given(st.text(alphabet="0123456789+-*/%.() <>=", max_size=40))
def test_arithmetic_ends_with_a_number_or_an_error(source: str) -> None:
    with contextlib.suppress(ValueError, ArithmeticError, SyntaxError, MemoryError):
        assert isinstance(arithmetic(source), int | float | complex)


def test_endless_work_is_stopped_and_the_profile_put_back() -> None:
    def endless(text: str) -> None:
        while True:
            with contextlib.suppress(Exception):
                len(text)

    before = sys.getprofile()
    with pytest.raises(Refused):
        Guarded(endless, calls=1000)("1")
    assert sys.getprofile() is before


def test_all_work_of_one_comparison_counts_together() -> None:
    parse = Guarded(lambda text: [len(text) for _ in range(100)], calls=500)
    assert parse("1")
    assert parse("1")
    with pytest.raises(Refused):
        parse("1")


@pytest.mark.parametrize("piece", ["^", "^{", "{", "9^{9}", "\\frac{", "*", "(", "^{{"])
def test_refusing_takes_no_long_time(piece: str) -> None:
    start = time.process_time()
    with contextlib.suppress(Refused):
        refuse(piece * (1000 // len(piece)))
    assert time.process_time() - start < 1
