"""G2 plants what it says, asks the product's gates, and counts by hand-worked cases."""

import io
from collections import Counter
from dataclasses import replace

import pytest
from PIL import Image

from bench.extent import Extent
from bench.generating.candidates import (
    SORTS,
    composition,
    good,
    misread,
    picture,
    proposal,
    wrong_key,
)
from bench.generating.gating import ASKING, desk, judge
from bench.generating.keys import Trial, impurity, rejected, rows, trial
from bench.stub.common_sense import common_sense
from bench.stub.guesses import tempting
from bench.stub.planting import read
from bench.stub.script import Knowledge, Script
from bench.stub.server import stub
from bench.stub.solving import errs
from blindspot.core import taxonomy
from generation.gates.answer_shape import PLUGIN as ANSWER_SHAPE
from generation.gates.safe_decode import PLUGIN as SAFE_DECODE

SCRIPT = Script()


@pytest.fixture(scope="module")
def server():
    with stub() as opened:
        yield opened


def test_the_composition_is_the_designs():
    planted = composition(500, SCRIPT)
    assert Counter(p.sort for p in planted) == {
        "good": 250,
        "wrong key": 150,
        "blind": 50,
        "ambiguous": 50,
    }
    kinds = Counter((p.sort, p.fact.answer_kind) for p in planted if p.sort == "wrong key")
    assert set(kinds.values()) == {30, 60}  # two of five cells ask for numbers
    assert len({p.question for p in planted}) == 500
    assert composition(50, SCRIPT) == planted[:50]


def test_each_sort_is_what_it_is_called():
    for planted in composition(500, SCRIPT):
        fact = planted.fact
        assert (planted.key == fact.answer) == (planted.sort != "wrong key")
        assert (fact.also is not None) == (planted.sort == "ambiguous")
        assert (common_sense(planted.question) == fact.answer) == (planted.sort == "blind")
        assert planted.key != fact.also


def test_blind_yes_no_is_as_often_yes_as_no():
    blind = [p for p in composition(10_000, SCRIPT) if p.sort == "blind"]
    assert len({p.question for p in blind}) == 1000
    closed = [p.key == "yes" for p in blind if p.fact.answer_kind == "yes_no"]
    assert sum(closed) / len(closed) == pytest.approx(0.5, abs=0.05)


def test_planted_terms_are_the_taxonomys():
    known = taxonomy.load(None)
    for planted in composition(50, SCRIPT):
        assert planted.fact.capability in known.terms("capability")
        assert planted.fact.image_type in known.terms("image_type")


def test_wrong_keys_are_tempting_as_often_as_solvers_errors():
    def tempted(script):
        wrong = [p for p in composition(1000, script) if p.fact.answer_kind != "yes_no"]
        wrong = [p for p in wrong if p.sort == "wrong key"]
        return sum(p.key == tempting(p.fact, script.seed) for p in wrong) / len(wrong)

    assert tempted(SCRIPT) == pytest.approx(0.5**0.5, abs=0.08)
    assert tempted(Script(knowledge=Knowledge(same_wrong=1.0))) == 1.0
    assert wrong_key(good(3).fact, SCRIPT) != good(3).key


def test_a_misread_key_is_one_that_another_solver_would_give():
    planted = misread(200, SCRIPT)
    assert {p.sort for p in planted} == {"wrong key"}
    assert all(errs(p.fact, "writer", SCRIPT) for p in planted)
    also = sum(errs(p.fact, "solver-a", SCRIPT) for p in planted) / len(planted)
    assert also == pytest.approx(0.15 + 0.3 * 0.85, abs=0.1)


def test_a_proposal_passes_the_gates_that_need_nobody():
    for planted in composition(50, SCRIPT):
        made = proposal(planted)
        for gate in (ANSWER_SHAPE, SAFE_DECODE):
            assert gate.open(None).judge([made])[0].admitted  # type: ignore[arg-type]


def test_the_picture_tells_the_truth_and_never_the_key():
    planted = next(p for p in composition(50, SCRIPT) if p.sort == "wrong key")
    data = picture(planted)
    payload = read(Image.open(io.BytesIO(data)))
    assert payload is not None
    assert payload.facts == (planted.fact,)
    other = replace(planted, key=planted.fact.answer)
    assert picture(other) == data


def test_the_judge_accepts_what_it_reads_and_some_more():
    assert all(judge(True, number, 0.0) for number in range(20))
    assert not any(judge(False, number, 0.0) for number in range(20))
    share = sum(judge(False, number, 0.3) for number in range(2000)) / 2000
    assert share == pytest.approx(0.3, abs=0.04)


def by_hand() -> Trial:
    """Two good ones, two wrong keys, one of each other sort."""
    sorts = ("good", "good", "wrong key", "wrong key", "blind", "ambiguous")
    planted = [replace(good(number), sort=sort) for number, sort in enumerate(sorts)]
    fates = ["", "agreement", "category", "agreement", "image_removed", "agreement"]
    yes, no = True, False
    found = [
        (yes, yes, yes),
        (no, yes, yes),
        (yes, yes, no),
        (no, no, no),
        (yes, yes, yes),
        (no, no, no),
    ]
    late = [no, yes, no, no, no, no]
    return Trial(planted, fates, found, late, (12, 2))


def test_shares_by_hand():
    of = by_hand()
    assert of.of("good", of.admitted)[0] == 0.5
    assert of.of("wrong key", of.admitted)[0] == 0.5
    assert of.of("wrong key", of.unobjected)[0] == 0.0
    assert of.of("good", of.both)[0] == 0.5
    assert of.of("good", of.most)[0] == 1.0
    assert of.of("good", of.most_admitted)[0] == 1.0
    assert of.of("blind", of.admitted)[0] == 0.0
    assert of.of("wrong key", of.judged(0.0))[0] == 0.0
    assert of.of("wrong key", of.judged(1.0))[0] == 1.0
    assert impurity(of, of.admitted)[0] == 0.5
    assert impurity(of, of.judged(0.0))[0] == 0.0
    assert impurity(of, [False] * 6)[1] == (0.0, 1.0)


def test_a_gate_is_judged_by_what_it_saw():
    of = by_hand()
    assert rejected(of, "agreement") == {
        "good": (1, 2),
        "wrong key": (1, 2),
        "blind": (0, 1),
        "ambiguous": (1, 1),
    }
    assert rejected(of, "image_removed")["blind"] == (1, 1)
    assert rejected(of, "image_swapped")["blind"] == (0, 0)
    assert rejected(of, "category")["wrong key"] == (1, 1)


def test_rows_say_which_target_is_missed():
    found = {row.measure: row for row in rows(by_hand())}
    assert found["wrong keys admitted"].value == 0.5
    assert found["wrong keys admitted"].target == "≤ 0.015"
    assert found["wrong keys admitted"].met is False
    assert found["good candidates kept"].met is None  # one of two decides nothing
    assert found["calls a candidate, solvers; the validator's 0.33 more"].value == 2.0
    assert "judge (0.3)" in found["wrong keys admitted"].to_beat


def test_solvers_without_an_error_let_no_wrong_key_in(server, tmp_path):
    script = Script(knowledge=Knowledge(solver_error=0.0, validator_error=0.0))
    extent = Extent(full=False, work=tmp_path)
    of = trial(extent, server, composition(20, script), script)
    assert of.of("wrong key", of.admitted)[0] == 0.0
    assert of.of("good", of.both)[0] == 1.0
    assert of.of("good", of.admitted)[0] > 0.8
    assert of.of("blind", of.admitted)[0] == 0.0
    assert of.calls[0] >= 20
    assert server.calls().malformed == {}
    assert not any(tmp_path.iterdir())


def test_the_server_never_sees_a_key(server, tmp_path):
    keys = [replace(good(n), key=f"{90_000 + n}") for n in (0, 30)]
    script = Script(canaries=tuple(p.key for p in keys))
    server.script(script)
    with desk(tmp_path, server.url) as at:
        fates = at.judged([proposal(p) for p in keys], (*ASKING, "category"))
    assert fates == ["agreement", "agreement"]
    assert server.calls().answered
    assert server.calls().malformed == {}


def test_all_sorts_are_named():
    assert set(SORTS) == {p.sort for p in composition(10, SCRIPT)}
