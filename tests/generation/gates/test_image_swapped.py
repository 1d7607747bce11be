"""A key that comes back from other pictures does not depend on its own."""

import pytest

from generation.gate import gates
from generation.likeness import look

CELL = "ocr/diagram"


def says(answer):
    return lambda request, seed: answer


def judge(desk, solver, wave):
    staff = desk.scripted([solver])
    return desk.open("image_swapped", staff).judge(wave), staff


def name_of(desk, proposal):
    return desk.images.put(proposal.candidate.images[0])


def first_only(request, seed):
    """A solver to which the first question alone gives its key away."""
    return "3157" if request.question.endswith(" 0?") else "12"


def test_a_key_from_two_other_pictures_is_no_accident(desk):
    wave = [desk.proposal(n, target=key) for n, key in enumerate(("3157", "40", "50"))]
    verdicts, staff = judge(desk, first_only, wave)
    assert [v.cause for v in verdicts] == ["answerable from another", "", ""]
    assert [len(b) for b in staff.batches] == [3, 1]
    shown = [c.request.pictures for c in staff.calls if c.request.question.endswith(" 0?")]
    assert sorted(shown) == sorted((name_of(desk, p),) for p in wave[1:])


def test_what_it_says_of_every_picture_is_a_habit(desk):
    verdicts, _ = judge(desk, says("3157"), [desk.proposal(number) for number in range(9)])
    assert all(v.admitted for v in verdicts)


def test_a_key_from_one_other_picture_may_be(desk):
    verdicts, staff = judge(desk, says("3157"), [desk.proposal(0), desk.proposal(1)])
    assert all(v.admitted for v in verdicts)
    assert verdicts[0].evidence == "right 1 of 1 times from other pictures"
    assert len(staff.calls) == 2


@pytest.mark.parametrize("answer", ["12", None])
def test_another_answer_admits_at_once(desk, answer):
    verdicts, staff = judge(desk, says(answer), [desk.proposal(n) for n in range(3)])
    assert all(v.admitted for v in verdicts)
    assert len(staff.calls) == 3


def test_alone_or_beside_its_own_picture_it_is_not_asked(desk):
    alone, staff = judge(desk, says("3157"), [desk.proposal(0)])
    assert (alone[0].evidence, staff.calls) == ("no other picture", [])
    twin = desk.proposal(1, images=desk.proposal(0).candidate.images)
    verdicts, staff = judge(desk, says("3157"), [desk.proposal(0), twin])
    assert [v.evidence for v in verdicts] == ["no other picture"] * 2


def test_its_own_cell_comes_first(desk):
    wave = [desk.proposal(0, CELL), *(desk.proposal(n) for n in range(1, 9))]
    wave.append(desk.proposal(9, CELL))
    _, staff = judge(desk, says("3157"), wave)
    first = next(c for c in staff.calls if c.request.question == wave[0].candidate.question)
    assert first.request.pictures == (name_of(desk, wave[9]),)


def test_the_choice_of_picture_does_not_depend_on_the_order(desk):
    wave = [desk.proposal(number) for number in range(6)]

    def shown(order):
        _, staff = judge(desk, says("3157"), order)
        return {(c.request.question, c.seed): c.request.pictures for c in staff.calls}

    assert shown(wave) == shown(wave[::-1])


def test_drawn_candidates_lend_their_pictures_and_are_not_asked(desk):
    drawn = [desk.proposal(n, truth="construction") for n in (1, 2)]
    verdicts, staff = judge(desk, says("3157"), [desk.proposal(0), *drawn])
    assert [v.cause for v in verdicts] == ["answerable from another", "", ""]
    assert {c.request.pictures[0] for c in staff.calls} == {name_of(desk, p) for p in drawn}


def test_as_many_pictures_are_shown_as_it_has(desk):
    pair = tuple(desk.proposal(n).candidate.images[0] for n in (7, 8))
    verdicts, _ = judge(desk, says("3157"), [desk.proposal(0, images=pair), desk.proposal(1)])
    assert verdicts[0].evidence == "no other picture"


def test_a_failure_is_no_verdict_and_no_key_is_sent(desk):
    verdicts, staff = judge(desk, says(desk.timeout), [desk.proposal(0), desk.proposal(1)])
    assert {v.cause for v in verdicts} == {"no answer"}
    assert all("3157" not in c.text + c.request.model_dump_json() for c in staff.calls)


def test_the_pictures_differ_to_begin_with(desk):
    assert len({p.looks[0].pixels for p in map(desk.proposal, range(10))}) == 10
    assert look(desk.images.open(name_of(desk, desk.proposal(3)))) is not None


def test_it_judges_where_solvers_are_configured(desk):
    gate = gates.load("image_swapped")
    assert not gate.enabled(desk.settings())
    assert gate.enabled(desk.settings(solvers=2))
