"""Rounds against each other, by hand."""

import pytest
from scipy.stats import binomtest

from blindspot.core.errors import DataError
from diagnostics.changes.paired import Answered, changes, pairs
from diagnostics.changes.power import detectable


def rounds(make, before, after, **more):
    """Two rounds over the same samples with these scores."""
    samples = [make.sample(i, **more) for i in range(len(before))]
    both = [[make.answered(s, x) for s, x in zip(samples, v, strict=True)] for v in (before, after)]
    return Answered(0, samples, both[0]), Answered(1, samples, both[1])


def test_counts_rates_and_p_by_hand(make):
    old, now = rounds(make, [0, 0, 0, 0, 1, 1, 1, 1], [1, 1, 1, 0, 0, 1, 1, 1])
    overall, category = changes(now, [old], set(), 0).rows
    assert (overall.name, overall.half, overall.since, overall.n) == ("overall", "diagnosis", 0, 8)
    assert (overall.before, overall.after, overall.change) == (0.5, 0.75, 0.25)
    assert (category.won, category.lost) == (3, 1)
    assert category.p == pytest.approx(binomtest(3, 4).pvalue)
    assert category.p_adjusted == category.p
    assert category.interval[0] < 0.25 < category.interval[1]
    assert category.non_inferior is None


def test_flips_are_of_the_diagnosis_half(make):
    old, now = rounds(make, [0, 1, 1], [1, 0, 1])
    assert changes(now, [old], set(), 0).flips == {"won": ("s000000",), "lost": ("s000001",)}
    old, now = rounds(make, [0, 1, 1], [1, 0, 1], half="held_out")
    found = changes(now, [old], set(), 0)
    assert found.flips == {"won": (), "lost": ()}
    assert {r.half for r in found.rows} == {"held_out"}


def test_a_strong_category_that_loses_is_inferior(make):
    strong = {"counting/geometric"}
    old, now = rounds(make, [1.0] * 100, [0.0] * 10 + [1.0] * 90)
    assert changes(now, [old], strong, 0).rows[1].non_inferior is False
    same, again = rounds(make, [1.0] * 100, [1.0] * 100)
    row = changes(again, [same], strong, 0).rows[1]
    assert (row.strong, row.non_inferior, row.p) == (True, True, 1.0)
    assert row.interval == pytest.approx((-0.037, 0.037), abs=1e-4)  # z²/(n + z²)


def test_few_samples_of_a_strong_category_show_nothing(make):
    old, now = rounds(make, [1.0] * 20, [1.0] * 20)
    assert changes(now, [old], {"counting/geometric"}, 0).rows[1].non_inferior is False


def test_overall_is_the_mean_over_benchmarks(make):
    old, now = rounds(make, [0.0] * 10, [1.0] * 10)
    names = ["big"] * 8 + ["small"] * 2
    samples = [
        s.model_copy(update={"benchmark": b}) for s, b in zip(now.samples, names, strict=True)
    ]
    half_right = [make.answered(s, float(s.benchmark == "small")) for s in samples]
    found = changes(Answered(1, samples, half_right), [old], set(), 0)
    assert found.rows[0].change == pytest.approx(0.5)


def test_one_picture_says_nothing_about_pictures(make):
    old, now = rounds(make, [0.0] * 5, [1.0] * 5, images=("one.png",))
    row = changes(now, [old], set(), 0).rows[0]
    assert row.interval == (-1.0, 1.0)
    assert row.detectable is None


def test_what_a_row_could_have_shown(make):
    before, after = [0.0, 1.0, 1.0, 0.0] * 50, [1.0, 0.0, 1.0, 0.0] * 50
    row = overall(*rounds(make, before, after))
    assert row.detectable == detectable(200, 0.5)
    tiny = overall(*rounds(make, before[:4], after[:4]))
    assert tiny.detectable is None


def test_pictures_that_repeat_show_less(make):
    old, now = rounds(make, [0.0, 0.0, 1.0, 1.0] * 50, [1.0, 1.0, 0.0, 0.0] * 50)
    samples = [
        s.model_copy(update={"component": f"picture {i // 2}"}) for i, s in enumerate(now.samples)
    ]
    old, now = Answered(0, samples, old.predictions), Answered(1, samples, now.predictions)
    assert changes(now, [old], set(), 0).rows[0].detectable == detectable(100, 1.0)


def overall(old, now):
    return changes(now, [old], set(), 0).rows[0]


def test_only_samples_answered_in_both(make):
    old, now = rounds(make, [0, 1], [1, 1])
    gone = Answered(1, now.samples, [make.failed(now.samples[0]), now.predictions[1]])
    assert [p.sample.id for p in pairs(old, gone)] == ["s000001"]


def test_the_first_round_and_the_one_before(make):
    old, now = rounds(make, [0, 1], [1, 1])
    middle = [Answered(n, now.samples, now.predictions) for n in (1, 2)]
    found = changes(Answered(3, now.samples, now.predictions), [old, *middle], set(), 0)
    assert [r.since for r in found.rows] == [0, 0, 2, 2]
    assert found.flips == {"won": (), "lost": ()}


@pytest.mark.parametrize(
    ("update", "message"), [({"half": "held_out"}, "half"), ({"id": "other"}, "no sample")]
)
def test_other_halves_and_other_suites_are_refused(make, update: dict, message: str):
    old, now = rounds(make, [1], [1])
    samples = [s.model_copy(update=update) for s in now.samples]
    later = Answered(1, samples, [make.answered(s, 1.0) for s in samples])
    with pytest.raises(DataError, match=message):
        changes(later, [old], set(), 0)


def test_another_grader_is_refused(make):
    old, now = rounds(make, [1], [1])
    other = [p.model_copy(update={"grader": "core-2"}) for p in now.predictions]
    with pytest.raises(DataError, match="graded by core-1, this round by core-2"):
        changes(Answered(1, now.samples, other), [old], set(), 0)
