"""What is answered without the picture is rejected; what is guessed is not, but for a few."""

import hashlib

import pytest

from generation.gate import gates

CHOICE = {"answer_kind": "choice", "options": ("ant", "bee", "cat", "dog"), "target": "C"}
YES = {"answer_kind": "yes_no", "target": "yes"}


def says(answer):
    return lambda request, seed: answer


def judged(desk, solver, **candidate):
    staff = desk.scripted([solver])
    verdict = desk.open("image_removed", staff).judge([desk.proposal(**candidate)])[0]
    return verdict, staff.calls


def named(word):
    """A solver that knows the option's text, wherever it stands."""

    def solver(request, seed):
        return word if not request.options else "ABCDE"[request.options.index(word)]

    return solver


def coin(request, seed):
    """A solver that guesses afresh at every call."""
    drawn = hashlib.sha256(f"{seed} {request.model_dump_json()}".encode()).digest()[0]
    if request.answer_kind == "yes_no":
        return ("yes", "no")[drawn % 2]
    return "ABCDE"[drawn % len(request.options)]


@pytest.mark.parametrize(("answer", "admitted"), [("3157", False), ("12", True), (None, True)])
def test_a_free_answer_is_asked_for_once(desk, answer, admitted):
    verdict, calls = judged(desk, says(answer))
    assert (verdict.admitted, len(calls)) == (admitted, 1)
    assert verdict.cause == ("" if admitted else "answerable without")


def test_no_picture_and_no_key_are_sent(desk):
    _, calls = judged(desk, says("3157"))
    seen = calls[0].text + calls[0].request.model_dump_json()
    assert calls[0].request.pictures == ()
    assert "3157" not in seen
    assert "the content" not in seen


def test_a_known_choice_is_found_wherever_its_option_stands(desk):
    verdict, calls = judged(desk, named("cat"), **CHOICE)
    assert (verdict.cause, len(calls)) == ("answerable without", 3)
    assert verdict.evidence == "right 3 of 3 times without the picture"
    assert len({call.request.options for call in calls}) == 3


@pytest.mark.parametrize("answer", ["A", "B", "C", "D"])
def test_a_solver_that_favours_a_letter_knows_nothing(desk, answer):
    assert judged(desk, says(answer), **CHOICE)[0].admitted


def test_known_yes_and_no(desk):
    verdict, calls = judged(desk, named("yes"), **YES)
    assert (verdict.cause, len(calls)) == ("answerable without", 6)
    assert judged(desk, named("no"), **YES)[0].admitted


def test_a_solver_that_always_says_yes_knows_nothing(desk):
    wave = [desk.proposal(number, **YES) for number in range(20)]
    verdicts = desk.open("image_removed", desk.scripted([named("yes")])).judge(wave)
    assert all(v.admitted for v in verdicts)


def test_a_usual_number_is_no_knowledge_and_an_unusual_one_is(desk):
    def usual(request, seed):
        return "2" if request.question.split()[-1] != "0?" else "3157"

    wave = [desk.proposal(0), *(desk.proposal(n, target="2") for n in range(1, 20))]
    verdicts = desk.open("image_removed", desk.scripted([usual])).judge(wave)
    assert [v.admitted for v in verdicts] == [False] + [True] * 19


def test_a_guess_that_stays_the_same_for_the_same_words_is_found_out(desk):
    def stubborn(request, seed):
        return coin(request, "")

    wave = [desk.proposal(number, **YES) for number in range(400)]
    verdicts = desk.open("image_removed", desk.scripted([stubborn])).judge(wave)
    assert sum(not v.admitted for v in verdicts) / 400 < 0.05


def test_no_answer_ends_it_at_once(desk):
    verdict, calls = judged(desk, says(None), **YES)
    assert (verdict.admitted, len(calls)) == (True, 1)
    assert len(judged(desk, named("no"), **YES)[1]) == 2


@pytest.mark.parametrize(("kind", "most"), [(CHOICE, 0.06), (YES, 0.08)])
def test_few_guesses_are_called_known(desk, kind, most):
    staff = desk.scripted([coin])
    wave = [desk.proposal(number, **kind) for number in range(400)]
    verdicts = desk.open("image_removed", staff).judge(wave)
    assert 0 < sum(not v.admitted for v in verdicts) / 400 < most
    assert len(staff.calls) / 400 < (2.2 if kind is CHOICE else 6.5)


def test_most_known_answers_are_found_though_the_solver_slips(desk):
    def slips(request, seed):
        drawn = hashlib.sha256(seed.encode()).digest()[0] / 256
        return named("cat")(request, seed) if drawn < 0.85 else coin(request, seed)

    wave = [desk.proposal(number, **CHOICE) for number in range(200)]
    verdicts = desk.open("image_removed", desk.scripted([slips])).judge(wave)
    assert sum(not v.admitted for v in verdicts) / 200 > 0.75


def test_a_failure_is_no_verdict_about_the_sample(desk):
    verdict, _ = judged(desk, says(desk.timeout))
    assert (verdict.cause, verdict.evidence) == ("no answer", "solver 1: after 120 s")

    def later(request, seed):
        return desk.timeout if seed.endswith("/1") else named("cat")(request, seed)

    assert judged(desk, later, **CHOICE)[0].cause == "no answer"


def test_what_is_drawn_here_is_not_asked(desk):
    verdict, calls = judged(desk, says("3157"), truth="construction")
    assert (verdict.admitted, calls) == (True, [])


def test_it_judges_where_solvers_are_configured(desk):
    gate = gates.load("image_removed")
    assert not gate.enabled(desk.settings())
    assert gate.enabled(desk.settings(solvers=1))
