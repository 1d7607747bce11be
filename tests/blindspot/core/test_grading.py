"""What is read from a completion, by hand, and invariants of grading."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.core.grading import (
    extract,
    grade,
    intersection_over_union,
    is_gradable,
    likely_kind,
)
from blindspot.core.records import AnswerKind

COLOURS = ("red", "blue", "green")


@pytest.mark.parametrize(
    ("text", "target", "kind", "options", "answer", "score"),
    [
        ("B", "B", "choice", COLOURS, "B", 1),
        ("(b)", "B", "choice", COLOURS, "B", 1),
        ("The answer is (B).", "B", "choice", COLOURS, "B", 1),
        ("blue", "B", "choice", COLOURS, "B", 1),
        ("B. blue", "A", "choice", COLOURS, "B", 0),
        ("I think A or B", "A", "choice", COLOURS, None, 0),
        ("", "A", "choice", COLOURS, None, 0),
        ("D", "A", "choice", COLOURS, None, 0),
        ("Yes, there is.", "yes", "yes_no", (), "yes", 1),
        ("There is no such thing", "no", "yes_no", (), "no", 1),
        ("maybe", "no", "yes_no", (), None, 0),
        ("3 + 2 = 5", "5", "number", (), "5", 1),
        ("3 + 2 = 6", "5", "number", (), "6", 0),
        ("about 1,234.50 dollars", "1234.5", "number", (), "1234.50", 1),
        ("− 4", "-4", "number", (), "4", 0),
        ("−4", "-4", "number", (), "-4", 1),
        ("five", "5", "number", (), None, 0),
        (r"so \boxed{7}, not 8", "7", "number", (), "7", 1),
        ("Cannot be determined.", "cannot be determined", "text", (), "Cannot be determined.", 1),
        ("the red circle", "red circle", "text", (), "the red circle", 1),
        ("red, blue", "blue, red", "set", (), "red, blue", 1),
        ("red and blue", "red", "set", (), "red and blue", 0),
        ("[1, 2, 4, 5]", "[1, 2, 4, 5]", "box", (), "1, 2, 4, 5", 1),
        ("[0, 0, 4, 4]", "[0, 0, 4, 8]", "box", (), "0, 0, 4, 4", 1),
        ("[0, 0, 4, 4]", "[0, 0, 4, 9]", "box", (), "0, 0, 4, 4", 0),
        ("somewhere", "[0, 0, 4, 9]", "box", (), None, 0),
    ],
)
def test_grade(
    text: str,
    target: str,
    kind: AnswerKind,
    options: tuple[str, ...],
    answer: str | None,
    score: float,
) -> None:
    result = grade(text, target=target, kind=kind, options=options)
    assert (result.answer, result.score) == (answer, score)


def test_overlap_of_boxes_by_hand() -> None:
    assert intersection_over_union((0, 0, 2, 2), (1, 1, 3, 3)) == pytest.approx(1 / 7)
    assert intersection_over_union((0, 0, 0, 0), (0, 0, 0, 0)) == 0


def test_a_target_that_its_kind_cannot_hold() -> None:
    assert not is_gradable("many", "number")
    assert not is_gradable("E", "choice", COLOURS)


@given(st.integers(-(10**9), 10**9))
def test_every_whole_number_is_its_own_right_answer(number: int) -> None:
    assert grade(f"{number}", target=f"{number}", kind="number").score == 1
    assert grade(f"{number + 1}", target=f"{number}", kind="number").score == 0


@given(st.text(max_size=200), st.sampled_from(["choice", "yes_no", "number", "text", "set", "box"]))
def test_any_text_is_graded_and_what_cannot_be_read_scores_zero(
    text: str, kind: AnswerKind
) -> None:
    result = grade(text, target="A" if kind == "choice" else "1", kind=kind, options=COLOURS)
    assert result.score in (0, 1)
    assert result.answer is not None or result.score == 0


@pytest.mark.parametrize("kind", ["choice", "yes_no", "number", "text", "set", "box"])
@pytest.mark.parametrize(
    "text",
    [
        "answer" + "\n" * 100_000,
        "answer is" + " " * 100_000 + ":",
        "1" + " " * 100_000,
        "[" * 100_000,
        "1," * 50_000,
        "\\boxed{" * 30_000,
        "no yes " * 30_000,
    ],
)
def test_no_text_stalls_grading(kind, text: str) -> None:
    begun = time.monotonic()
    extract(text, kind, ("red", "blue"))
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("repeated", ["1", " ", "1,", "1 ", "-", "1.", "[", "1, 2, 3, "])
def test_a_box_is_looked_for_in_long_texts_in_no_time(repeated: str) -> None:
    """Milliseconds; looking on from within a number or a blank takes 7 s and more."""
    text, begun = repeated * (40_000 // len(repeated)), time.process_time()
    grade(text, target="1, 2, 3, 4", kind="box")
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("[ 1, 2.5, -3, 4 ]", "1, 2.5, -3, 4"),
        ("(12 3 4 5)", "12, 3, 4, 5"),
        ("7-1, 2, 3, 4", "-1, 2, 3, 4"),
        ("0.1.5, 2, 3, 4", "1.5, 2, 3, 4"),
        ("1, 2, 3, 4, 5, 6, 7, 8", "5, 6, 7, 8"),
        ("12, 3, 4", None),
    ],
)
def test_boxes_in_text(text: str, box: str | None) -> None:
    assert extract(text, "box") == box


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("5", "number"),
        ("-3.25", "number"),
        ("−3", "number"),
        (" 1,234 ", "number"),
        ("1,234.5", "number"),
        ("1,5", "text"),  # read as a number it would be 5
        ("12,34,567", "text"),
        ("1234,567", "text"),
        ("1e5", "text"),
        ("nan", "text"),
        ("5 apples", "text"),
        ("Yes", "yes_no"),
        ("", "text"),
    ],
)
def test_what_kind_a_target_looks_like(target: str, kind: str) -> None:
    assert likely_kind(target) == kind
    assert likely_kind(target, ("red", "blue")) == "choice"


@given(st.text("0123456789,.-+e ", max_size=9))
def test_a_target_that_looks_like_a_number_is_one_as_a_whole(target: str) -> None:
    if likely_kind(target) == "number":
        stated = extract(target, "number")
        assert stated is not None
        assert float(stated) == float(target.replace(",", ""))
        assert is_gradable(target, "number")
