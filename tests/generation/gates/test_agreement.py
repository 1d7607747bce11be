"""All blind solvers must find the key; what none of them was asked is not known."""

import pytest

from generation.gate import gates
from generation.gates.verification import EVIDENCE, VERIFIED

OTHER, RIGHT = "12", "The answer is 3157."


def says(answer):
    return lambda request, seed: answer


def judged(desk, *answers, **candidate):
    staff = desk.scripted([says(a) for a in answers])
    verdict = desk.open("agreement", staff).judge([desk.proposal(**candidate)])[0]
    return verdict, [call.member for call in staff.calls]


@pytest.mark.parametrize(
    ("answers", "admitted", "cause", "asked"),
    [
        ((RIGHT, "3157"), True, "", [0, 1]),
        ((RIGHT, OTHER), False, "solvers disagree", [0, 1]),
        ((RIGHT, None), False, "solvers disagree", [0, 1]),
        ((OTHER, RIGHT), False, "says otherwise", [0]),
        ((None, RIGHT), False, "no single answer", [0]),
        (("", RIGHT), False, "says otherwise", [0]),
        ((RIGHT,), True, "", [0]),
        ((OTHER,), False, "says otherwise", [0]),
        ((RIGHT, "3157", "3157"), True, "", [0, 1, 2]),
        ((RIGHT, "3157", OTHER), False, "solvers disagree", [0, 1, 2]),
    ],
)
def test_all_that_answer_must_be_right(desk, answers, admitted, cause, asked):
    verdict, members = judged(desk, *answers)
    assert (verdict.admitted, verdict.cause, members) == (admitted, cause, asked)


def test_a_failure_is_no_answer_and_no_vote(desk):
    down = desk.timeout
    assert judged(desk, down, RIGHT)[0].cause == "no answer"
    assert judged(desk, RIGHT, down)[0].cause == "no answer"
    assert judged(desk, RIGHT, down)[0].evidence == "solver 2: after 120 s"
    assert judged(desk, down, RIGHT, RIGHT)[0].admitted
    assert judged(desk, RIGHT, down, RIGHT)[0].admitted
    assert judged(desk, down, down, RIGHT)[0].cause == "no answer"
    assert judged(desk, down, RIGHT, OTHER)[0].cause == "solvers disagree"
    assert judged(desk, down)[0].cause == "no answer"


def test_nobody_is_asked_who_cannot_save_it(desk):
    assert judged(desk, desk.timeout, RIGHT)[1] == [0]
    assert judged(desk, desk.timeout, RIGHT, RIGHT)[1] == [0, 1, 2]


def test_only_a_key_that_is_true_by_construction_goes_unasked(desk):
    drawn, asked = judged(desk, OTHER, OTHER, truth="construction")
    assert (drawn.admitted, drawn.evidence, asked) == (True, "true by construction", [])
    assert judged(desk, OTHER, OTHER, truth="dataset")[0].cause == "says otherwise"


def test_an_own_answer_is_not_said_to_be_true_by_construction(desk):
    own = {VERIFIED: "yes", EVIDENCE: "3 of 4 rollouts agree"}
    verdict, asked = judged(desk, OTHER, OTHER, truth="construction", attributes=own)
    assert (verdict.admitted, asked) == (True, [])
    assert verdict.evidence == "an own answer; see verification"


def test_the_second_solver_sees_what_stands_in_one_batch(desk):
    def second_is_odd(request, seed):
        return "3157" if request.question.split()[-1] in ("0?", "2?") else "7"

    staff = desk.scripted([second_is_odd, says("3157")])
    wave = [desk.proposal(number) for number in range(4)]
    verdicts = desk.open("agreement", staff).judge(wave)
    assert [v.admitted for v in verdicts] == [True, False, True, False]
    assert [len(batch) for batch in staff.batches] == [4, 2]
    assert [call.cell for call in staff.batches[1]] == ["counting/chart_graph"] * 2


def test_nothing_but_the_question_reaches_a_solver(desk):
    staff = desk.scripted([says("3157"), says("3157")])
    wave = [desk.proposal()]
    desk.open("agreement", staff).judge(wave)
    for call in staff.calls:
        seen = call.text + call.request.model_dump_json()
        for secret in ("3157", "the title", "the content", "page.example"):
            assert secret not in seen
        assert all(desk.images.path(name).is_file() for name in call.request.pictures)
        assert len(call.request.pictures) == 1


def test_a_choice_is_asked_with_its_options_and_graded_as_one(desk):
    choice = {"answer_kind": "choice", "options": ("red", "blue"), "target": "B"}
    assert judged(desk, "B", "blue", **choice)[0].admitted
    assert judged(desk, "A", "B", **choice)[0].cause == "says otherwise"


def test_it_judges_where_solvers_are_configured(desk):
    gate = gates.load("agreement")
    assert not gate.enabled(desk.settings())
    assert gate.enabled(desk.settings(solvers=1))
    assert desk.open("agreement", desk.scripted([says("1")])).judge([]) == []


def test_a_letter_that_is_ordered_does_not_serve_two_solvers(desk):
    """Each solver has its own order of options; who reads them finds the key in any."""
    choice = {"answer_kind": "choice", "options": ("red", "green", "blue"), "target": "B"}
    verdict, asked = judged(desk, "B", "B", **choice)
    assert (verdict.cause, asked) == ("solvers disagree", [0, 1])

    def reads(request, seed):
        return "ABC"[request.options.index("green")]

    staff = desk.scripted([reads, reads, reads])
    assert desk.open("agreement", staff).judge([desk.proposal(**choice)])[0].admitted
    assert len({call.request.options for call in staff.calls}) == 3
