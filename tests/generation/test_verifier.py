"""Claims, agreement and the four verifiers, on cases worked by hand."""

import pytest

from blindspot.core.grading import is_gradable
from blindspot.core.records import AnswerKind, Completion, Failure
from generation.verifier import Claim, no_judge, unreadable, verifiers

FAILED = Failure(kind="timeout", message="too slow", retryable=True)


def said(*texts):
    return tuple(Completion(text=text) for text in texts)


def claim(answer="5", target="5", kind: AnswerKind = "number", rollouts=()) -> Claim:
    return Claim("How many?", ("a.png",), answer, kind, target, rollouts=said(*rollouts))


def accepted(name, claims, judge=no_judge):
    return [v.accepted for v in verifiers.load(name).verify(claims, judge)]


def test_the_rule_grades_against_the_key():
    claims = [claim("3 + 2 = 5"), claim("6"), claim("6", target="6")]
    assert accepted("rule", claims) == [True, False, True]


def test_the_rule_compares_boxes_by_overlap():
    # 3 × 3 lines each; the same, one column off (6 of 12: .5), one row and column off (4 of 14)
    boxes = ["[1, 4, 4, 7]", "[2, 4, 5, 7]", "[2, 5, 5, 8]"]
    claims = [claim(box, "[1, 4, 4, 7]", "box") for box in boxes]
    assert accepted("rule", claims) == [True, True, False]


@pytest.mark.parametrize(
    ("rollouts", "agree"),
    [
        (("5", "5", "3"), True),
        (("5", "3", "5", "3"), False),  # half is no majority
        (("5", "2 + 3 = 5", "7"), True),
        (("5", "many", "none"), False),
        (("5",), False),  # nothing to be consistent with
    ],
)
def test_more_than_half_of_the_rollouts_must_agree(rollouts, agree):
    assert accepted("self_consistency", [claim(target="9", rollouts=rollouts)]) == [agree]


def test_a_rollout_that_was_cut_off_or_failed_agrees_with_nobody():
    cut = Completion(text="5", finish_reason="length")
    one = Claim("How many?", (), "5", "number", "5", rollouts=(*said("5"), cut, FAILED))
    assert accepted("self_consistency", [one]) == [False]


def test_another_model_says_the_same_and_does_not_see_the_key():
    claims = [claim("5", target="9"), claim("6", target="6"), claim("7", target="7")]
    outcomes = [*said("5", "3"), FAILED]
    found = verifiers.load("model").verify(claims, lambda asked: outcomes)
    assert [v.accepted for v in found] == [True, False, False]
    assert "too slow" in found[2].evidence
    assert [v.cause for v in found] == ["", "", "no answer"]


def test_the_control_accepts_all():
    assert accepted("unverified", [claim("1"), claim("2")]) == [True, True]


def test_only_the_model_asks():
    assert {n for n in verifiers.names() if verifiers.load(n).asks} == {"model"}
    with pytest.raises(ValueError, match="no"):
        no_judge([claim()])


def test_what_is_no_claim():
    assert unreadable(Completion(text="5", finish_reason="length"), "number")
    assert unreadable(Completion(text="many"), "number")
    assert unreadable(Completion(text="5"), "number") == ""


@pytest.mark.parametrize(
    ("text", "kind", "options", "is_claim"),
    [
        ("yes", "yes_no", (), True),
        ("Yes, it is left of the door.", "yes_no", (), False),
        ("(B)", "choice", ("red", "blue"), False),
        ("B", "choice", ("red", "blue"), True),
        ("The answer is (B).", "choice", ("red", "blue"), False),
        ("2 + 3 = 5", "number", (), True),
        ("It is at [1, 4, 4, 7].", "box", (), True),
        ("The answer is red", "text", (), False),
        ("red", "text", (), True),
    ],
)
def test_an_answer_with_its_reason_is_no_claim(text, kind, options, is_claim):
    """As a target it would be compared whole."""
    assert is_gradable(text, kind, options) == is_claim
    assert ("says more than" in unreadable(Completion(text=text), kind, options)) != is_claim
