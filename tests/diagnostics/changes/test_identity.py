"""Weaknesses over rounds, by hand; and how often luck is taken for progress."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.core.records import Weakness
from diagnostics.changes.identity import EarlierRound, Found, identified
from diagnostics.changes.paired import Answered
from diagnostics.settings import DiagnosticsSettings

N = 120


def weakness(name: str, **more) -> Weakness:
    fields = {
        "id": name,
        "name": name.upper(),
        "capability": "counting",
        "image_type": "geometric",
        "n": 40,
        "passed": 10.0,
        "raw_rate": 0.25,
        "rate": 0.25,
        "interval": (0.15, 0.35),
        "gap": 0.3,
        "coverage": 0.2,
        "p": 0.001,
        "p_adjusted": 0.01,
        "learnability": 0.75,
    }
    return Weakness.model_validate(fields | more)


def ids(rows) -> frozenset[str]:
    return frozenset(f"s{i:06d}" for i in rows)


@pytest.fixture
def answered(make):
    """A round in which these samples passed; `gone` ones were not answered."""
    samples = [make.sample(i) for i in range(N)]

    def answer(number: int, passed=(), gone=()) -> Answered:
        rows = [
            make.failed(s) if i in gone else make.answered(s, float(i in passed))
            for i, s in enumerate(samples)
        ]
        return Answered(number, samples, rows)

    return answer


def earlier(answered: Answered, **members) -> EarlierRound:
    """A round that found these, `a=range(40)`."""
    found = {name: ids(rows) for name, rows in members.items()}
    return EarlierRound(answered.round, tuple(map(weakness, found)), found, answered)


def found(**members) -> list[Found]:
    return [Found(weakness(name), ids(rows)) for name, rows in members.items()]


def test_the_first_round_has_no_status(answered):
    (one,), ended = identified(found(a=range(40)), [], answered(0))
    assert (one.id, one.status, one.since, ended) == ("a", None, None, ())


def test_the_same_slice_persists_and_another_is_new(answered):
    past = earlier(answered(0), a=range(40))
    (a, b), ended = identified(found(a=range(40), b=range(60, 80)), [past], answered(1))
    assert (a.id, a.status, a.since) == ("a", "persists", 0)
    assert (b.id, b.status, b.since) == ("b", "new", 1)
    assert ended == ()


def test_half_of_the_union_takes_over_the_id_and_less_does_not(answered):
    past = [earlier(answered(0), a=range(40))]
    half, _ = identified(found(b=range(40, 20, -1)), past, answered(1))
    assert half[0].id == "b"  # 19 of 41
    half, _ = identified(found(b=range(20)), past, answered(1))
    assert (half[0].id, half[0].name, half[0].since) == ("a", "B", 0)  # 20 of 40


def test_overlap_is_of_what_both_rounds_answered(answered):
    past = [earlier(answered(0), a=range(40))]
    now = answered(1, gone=range(20, 40))
    (one,), _ = identified(found(b=range(18)), past, now)
    assert one.id == "a"


def test_the_pairing_has_the_largest_total_overlap_and_ids_are_never_shared(answered):
    past = [earlier(answered(0), a=range(30), b=range(20, 60))]
    named, _ = identified(found(x=range(32), y=range(22, 60)), past, answered(1))
    assert [w.id for w in named] == ["a", "b"]
    kept, _ = identified(found(x=range(30), a=range(90, 120)), past, answered(1))
    assert [w.id for w in kept] == ["x", "a"]


def test_a_slice_that_covers_a_third_less_of_the_failed_samples_shrank(answered):
    past = [earlier(answered(0), a=range(40))]
    narrow, _ = identified(found(b=range(26)), past, answered(1))
    assert (narrow[0].id, narrow[0].status) == ("a", "shrank")  # 26 of 40
    wide, _ = identified(found(b=range(27)), past, answered(1))
    assert wide[0].status == "persists"  # 27 of 40


def test_a_rate_that_rose_reliably_shrank(answered):
    past = [earlier(answered(0), a=range(40))]
    assert identified(found(a=range(40)), past, answered(1, range(12)))[0][0].status == "shrank"
    assert identified(found(a=range(40)), past, answered(1, range(2)))[0][0].status == "persists"


def test_what_shrinkage_already_took_back_is_no_progress(answered):
    past = earlier(answered(0), a=range(40))
    shrunk = replace(past, weaknesses=(weakness("a", raw_rate=0.0, rate=0.25),))
    now = answered(1, range(12))
    assert identified(found(a=range(40)), [shrunk], now)[0][0].status == "persists"


def test_what_was_gone_for_a_round_reappears_with_its_first_round(answered):
    rounds = [earlier(answered(0), a=range(40)), earlier(answered(1), b=range(60, 90))]
    (one,), ended = identified(found(c=range(39)), rounds, answered(2))
    assert (one.id, one.status, one.since) == ("a", "reappeared", 0)
    assert [(e.id, e.round, e.status) for e in ended] == [("b", 1, "undecided")]


def test_since_survives_rounds_that_are_not_given(answered):
    past = earlier(answered(3), a=range(40))
    old = replace(past, weaknesses=(weakness("a", since=1, status="persists"),))
    assert identified(found(a=range(40)), [old], answered(4))[0][0].since == 1


@pytest.mark.parametrize(
    ("passed", "gone", "status", "after", "n"),
    [
        (range(30), (), "resolved", 0.75, 40),
        (range(2), (), "undecided", 0.05, 40),
        (range(40), range(30), "not enough data", 1.0, 10),
        ((), range(40), "not enough data", None, 0),
    ],
)
def test_what_became_of_a_weakness_that_is_not_found(answered, passed, gone, status, after, n):
    past = [earlier(answered(0), a=range(40))]
    named, (end,) = identified([], past, answered(1, passed, gone))
    assert named == []
    assert (end.id, end.name, end.round, end.status) == ("a", "A", 0, status)
    assert (end.after, end.n) == (after, n)
    assert end.before == (0.0 if n else 0.25)


def test_reaching_the_target_is_resolved(answered):
    now = answered(1, range(38))
    past = [earlier(answered(0, range(36)), a=range(40))]
    for target, status in ((0.8, "resolved"), (0.9, "undecided")):
        _, (end,) = identified([], past, now, DiagnosticsSettings(target=target))
        assert end.status == status


members = st.frozensets(st.integers(0, N - 1), max_size=60)
rounds_of_members = st.dictionaries(st.sampled_from("abcde"), members, max_size=5)


@given(st.lists(rounds_of_members, min_size=2, max_size=4))
def test_ids_stay_apart_and_order_does_not_matter(rounds):
    answered = [Answered(i, [], []) for i in range(len(rounds))]
    past = [earlier(a, **r) for a, r in zip(answered[:-1], rounds, strict=False)]
    now = found(**rounds[-1])
    named, ended = identified(now, past, answered[-1])
    assert len({w.id for w in named}) == len(now)
    assert not {w.id for w in named} & {e.id for e in ended}
    again, _ = identified(now[::-1], past, answered[-1])
    assert {w.id: w for w in again} == {w.id: w for w in named}


@pytest.mark.parametrize(("rate", "least", "most"), [(0.48, 0, 4), (None, 6, 40)])
def test_luck_is_not_taken_for_progress(make, rate: float | None, least: int, most: int):
    """The worst of twelve equal slices, answered again by the same model at random; had its rate
    not been shrunk, the paired interval alone would call many of them resolved.
    """
    rng, luck = np.random.default_rng(0), 0
    samples = [make.sample(i) for i in range(40)]
    for _ in range(40):
        passed = rng.binomial(40, 0.5, 12).min()
        first, second = np.arange(40) < passed, rng.random(40) < 0.5
        before, after = (
            [make.answered(s, float(x)) for s, x in zip(samples, v, strict=True)]
            for v in (first, second)
        )
        raw = passed / 40
        slice_ = weakness("a", raw_rate=raw, rate=raw if rate is None else rate)
        past = EarlierRound(0, (slice_,), {"a": ids(range(40))}, Answered(0, samples, before))
        luck += identified([], [past], Answered(1, samples, after))[1][0].status == "resolved"
    assert least <= luck <= most
