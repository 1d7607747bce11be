"""The validator objects; its liking admits nothing that others have not."""

import pytest

from generation.agents.validator import Validation
from generation.gate import gates

FITS = {
    "capability": "counting",
    "image_type": "chart_graph",
    "single_answer": True,
    "needs_picture": True,
    "harmful": False,
    "why": "bars are counted",
}


def judged(desk, cell="counting/chart_graph", truth="agents", **changes):
    staff = desk.scripted(validates=lambda request: Validation(**{**FITS, **changes}))
    verdict = desk.open("category", staff).judge([desk.proposal(0, cell, truth=truth)])[0]
    return verdict, staff.calls


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({}, ""),
        ({"capability": "ocr"}, "another capability"),
        ({"capability": "no such term"}, "another capability"),
        ({"image_type": "map"}, "another image type"),
        ({"single_answer": False}, "no single answer"),
        ({"needs_picture": False}, "needs no picture"),
        ({"harmful": True}, "harmful"),
        ({"harmful": True, "capability": "ocr", "single_answer": False}, "harmful"),
    ],
)
def test_every_objection_has_its_cause(desk, change, cause):
    verdict, _ = judged(desk, **change)
    assert (verdict.admitted, verdict.cause) == (not cause, cause)
    assert verdict.evidence.endswith("bars are counted")


def test_a_term_that_nobody_declared_cannot_be_missed(desk):
    assert judged(desk, "my_skill/chart_graph")[0].admitted
    assert judged(desk, "counting/my_pictures")[0].admitted
    assert judged(desk, "my_skill/map")[0].cause == "another image type"


def test_the_validator_sees_all_terms_and_neither_key_nor_cell(desk):
    _, (call,) = judged(desk)
    assert {"counting", "ocr"} <= set(call.request.capabilities)
    assert {"map", "chart_graph"} <= set(call.request.image_types)
    other = desk.scripted(validates=lambda request: Validation(**FITS))
    desk.open("category", other).judge([desk.proposal(0, "ocr/map")])
    assert other.calls[0].request == call.request
    seen = call.text + call.request.model_dump_json()
    assert all(s not in seen for s in ("3157", "the title", "the content", "page.example"))


def test_a_failure_is_no_verdict(desk):
    staff = desk.scripted(validates=lambda request: desk.timeout)
    verdict = desk.open("category", staff).judge([desk.proposal()])[0]
    assert (verdict.admitted, verdict.cause) == (False, "no answer")


def test_what_is_drawn_here_is_not_asked(desk):
    verdict, calls = judged(desk, truth="construction", harmful=True)
    assert (verdict.admitted, calls) == (True, [])
    assert judged(desk, truth="dataset", harmful=True)[0].cause == "harmful"


def test_verdicts_keep_their_places(desk):
    staff = desk.scripted(
        validates=lambda r: Validation(**{**FITS, "harmful": "in 2?" in r.question})
    )
    wave = [desk.proposal(0), desk.proposal(1, truth="construction"), desk.proposal(2)]
    assert [v.admitted for v in desk.open("category", staff).judge(wave)] == [True, True, False]
    assert len(staff.batches) == 1


def test_it_judges_where_a_validator_is_configured(desk):
    gate = gates.load("category")
    assert not gate.enabled(desk.settings(solvers=2))
    assert gate.enabled(desk.settings(validator=True))
