"""Text → first false sum."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.causes.equalities import first_false_equality


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("There are 3 + 2 = 6 apples", "3 + 2 = 6"),
        ("3 + 2 = 5, then 5 × 2 = 11.", "5 × 2 = 11"),
        ("1. 3 + 2 = 6", "3 + 2 = 6"),
        ("- 4 - 1 = 2", "4 - 1 = 2"),
        ("**7 * 6 = 43**", "7 * 6 = 43"),
        (r"\(2 \times 4 = 9\)", r"2 \times 4 = 9"),
        ("total: $1,200 + $300 = $1,600.", "1,200 + $300 = $1,600"),
        ("(3+2)*2 = 11", "(3+2)*2 = 11"),
        ("-3 + 5 = 3", "-3 + 5 = 3"),
        ("x = 3 + 2 = 6", "3 + 2 = 6"),
        ("7 = 3 + 2", "7 = 3 + 2"),
        ("3 + 4 = 7 = 8 - 2", "7 = 8 - 2"),
        ("1.5 + 1.2 = 2.8", "1.5 + 1.2 = 2.8"),
        ("7 plus 5 equals 13.", "7 plus 5 equals 13"),
        ("这里 3 + 2 = 6。", "3 + 2 = 6"),
        ("9 - 4 = 6", "9 - 4 = 6"),
    ],
)
def test_false(text: str, evidence: str):
    assert first_false_equality(text) == evidence
    assert evidence in text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3 + 2 = 5",
        "12 / 8 = 1.5 = 3/2",
        "10 / 3 = 3.3",
        "22 / 7 = 3",
        "3 + 2 = 5 + 4 = 9",
        "x + 3 + 2 = 8",
        "x -3 + 5 = 9",
        "2x + 3 = 7",
        "2 apples + 3 = 7",
        "10:58 + 5 = 11:03",
        "4 + 5% = 2",
        "3 + 2 = 5x",
        "2 * 3 = 6 cm",
        "2**3 = 9",
        "1 / 0 = 7",
        "n = 6",
        "step 3. 4 + 4 = 8",
        "a_1 + 2 = 9",
        "((((3 = ",
        "= = 5 + = 3",
        "3 + 2 = 6, wait, that is 5",
        "3 + 2 = 6. No, 3 + 2 = 5",
        "Is 3 + 2 = 6?",
        "It is not 3 + 2 = 6",
        "the range 1990-1995 = 5 years",
        "1,5 + 2,5 = 4",
        "9" * 300 + " + 1 = 1",
    ],
)
def test_true_or_not_understood(text: str):
    assert first_false_equality(text) is None


@given(st.integers(0, 9999), st.integers(0, 9999), st.integers(-3, 3))
def test_sums_of_whole_numbers(a: int, b: int, error: int):
    wrong = first_false_equality(f"So {a:,} + {b} = {a + b + error}.")
    assert (wrong is not None) == ((error != 0 and a + b + error >= 0) or a + b + error < 0)


@given(st.text(alphabet="0123456789+-*/=().,x %\n_ab×", max_size=60))
def test_evidence_is_verbatim_whatever_the_text(text: str):
    assert (first_false_equality(text) or "") in text
