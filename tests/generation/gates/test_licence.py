"""An unknown licence is never let in, and a name that is asked for is there."""

import pytest

from generation.gate import gates
from generation.source import SourceSettings

NAMED = "Harbour, A. Author, https://page.example"


def judged(desk, **candidate):
    return desk.open("licence").judge([desk.proposal(**candidate)])[0]


@pytest.mark.parametrize(
    ("licence", "attribution", "cause"),
    [
        ("CC-BY-4.0", NAMED, ""),
        ("cc-by-4.0", NAMED, ""),
        ("CC0-1.0", "", ""),
        ("PDM-1.0", "", ""),
        ("CC-BY-4.0", " ", "no attribution"),
        ("CC-BY-2.0", "", "no attribution"),
        ("", NAMED, "unknown licence"),
        (" ", NAMED, "unknown licence"),
        ("CC-BY-NC-4.0", NAMED, "not allowed"),
        ("CC-BY-4.0-or-so", NAMED, "not allowed"),
        ("all rights reserved", NAMED, "not allowed"),
    ],
)
@pytest.mark.parametrize("truth", ["agents", "dataset"])
def test_what_was_not_drawn_here(desk, licence, attribution, cause, truth):
    verdict = judged(desk, licence=licence, attribution=attribution, truth=truth)
    assert (verdict.admitted, verdict.cause) == (not cause, cause)


def test_what_was_drawn_here_needs_none(desk):
    assert judged(desk, truth="construction").admitted
    assert judged(desk, truth="construction", licence="CC-BY-NC-4.0").cause == "not allowed"


def test_the_list_is_what_the_sources_say(desk):
    sources = (SourceSettings(), SourceSettings(plugin="pool", licences=("MIT", "ODC-By-1.0")))
    gate = desk.open("licence", settings=desk.settings(sources=sources))
    wave = [
        desk.proposal(0, attribution="", licence=name) for name in ("MIT", "CC0-1.0", "ODC-By-1.0")
    ]
    assert [v.cause for v in gate.judge(wave)] == ["", "", "no attribution"]
    strict = desk.open("licence", settings=desk.settings(sources=(SourceSettings(licences=()),)))
    assert not strict.judge([desk.proposal(0, licence="CC0-1.0")])[0].admitted


def test_it_cannot_be_turned_off(desk):
    gate = gates.load("licence")
    assert gate.enabled(desk.settings())
    assert gate.guards(desk.proposal().cell)
