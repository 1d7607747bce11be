"""The gap to another model, by hand."""

import pytest
from scipy.stats import binomtest

from blindspot.core.errors import DataError
from blindspot.core.evaluation import Evaluation
from diagnostics.answers import answers_of
from diagnostics.changes.reference import reference
from diagnostics.labelling.labelled import as_stated

GRADERS = {"tiny": "core-1", "big": "core-1"}


@pytest.fixture
def gap(make, world):
    """The rows by name, from the scores of both models on the same samples."""

    def measure(own, theirs, samples=None, members=None, change=None, graders=GRADERS):
        samples = samples or [make.sample(i) for i in range(len(own))]
        answered = [
            [make.answered(s, x) for s, x in zip(samples, v, strict=True)] for v in (own, theirs)
        ]
        answers = answers_of(as_stated(samples), answered[0], "diagnosis")
        changed, rows = (change or (lambda s, p: (s, p)))(samples, answered[1])
        other = Evaluation(world.evaluation(changed, rows))
        found = reference(answers, members or {}, other, 0, graders=graders)
        assert found.model == "m"
        return {row.name: row for row in found.rows}

    return measure


def test_rates_gap_and_p_by_hand(gap):
    rows = gap([0.0] * 6 + [1.0] * 14, [1.0] * 5 + [0.0] + [1.0] * 13 + [0.0])
    overall, category = rows["overall"], rows["counting/geometric"]
    assert (overall.n, overall.rate, overall.reference_rate) == (20, 0.7, 0.9)
    assert overall.gap == pytest.approx(-0.2)
    assert overall.interval[0] < -0.2 < overall.interval[1]
    assert overall.p == overall.p_adjusted == pytest.approx(binomtest(1, 6).pvalue)
    assert category.gap == overall.gap


def test_rows_of_one_kind_are_adjusted_among_themselves(gap, make):
    samples = [make.sample(i, "ocr" if i < 20 else "counting", "map") for i in range(40)]
    own = [0.0] * 8 + [1.0] * 32
    members = {"w": frozenset(s.id for s in samples[:16])}
    rows = gap(own, [1.0] * 40, samples, members)
    assert list(rows) == ["overall", "counting/map", "ocr/map", "w"]
    assert rows["ocr/map"].p_adjusted == pytest.approx(2 * rows["ocr/map"].p)
    assert rows["w"].p_adjusted == rows["w"].p == pytest.approx(binomtest(8, 8).pvalue)
    assert (rows["w"].rate, rows["w"].gap) == (0.5, -0.5)


def test_what_has_too_few_pairs_has_no_row(gap, make):
    samples = [make.sample(i, "ocr" if i < 14 else "counting", "map") for i in range(40)]
    assert list(gap([0.0] * 40, [1.0] * 40, samples)) == ["overall", "counting/map"]


def test_overall_is_the_mean_over_benchmarks(gap, make):
    samples = [make.sample(i, benchmark="big" if i < 30 else "tiny") for i in range(40)]
    rows = gap([0.0] * 30 + [1.0] * 10, [1.0] * 40, samples)
    assert (rows["overall"].rate, rows["overall"].gap) == (0.5, -0.5)


def test_only_the_diagnosis_half_and_what_both_answered(gap, make):
    samples = [make.sample(i, half="held_out" if i < 10 else "diagnosis") for i in range(40)]

    def unanswered(found, rows):
        return found, [make.failed(found[39]) if r.sample_id == found[39].id else r for r in rows]

    assert gap([1.0] * 40, [1.0] * 40, samples, change=unanswered)["overall"].n == 29


def test_the_order_of_the_reference_does_not_matter(gap):
    own, theirs = [0.0, 1.0] * 20, [1.0, 1.0, 0.0, 1.0] * 10
    shuffled = gap(own, theirs, change=lambda found, rows: (found[::-1], rows[::-1]))
    assert shuffled == gap(own, theirs)


@pytest.mark.parametrize(
    ("update", "message"),
    [
        ({"question": "How many legs?"}, "question was"),
        ({"target": "9"}, "target was"),
        ({"id": "elsewhere"}, "no sample of the diagnosis half was answered by both"),
    ],
)
def test_another_question_or_suite_is_refused(gap, make, update, message):
    def changed(found, rows):
        found = [s.model_copy(update=update) for s in found]
        return found, [make.answered(s, 1.0) for s in found]

    with pytest.raises(DataError, match=message):
        gap([1.0], [1.0], change=changed)


def test_suites_without_a_common_sample_are_both_named(gap, make):
    def changed(found, rows):
        found = [make.sample(i + 100, benchmark="pope") for i in range(3)]
        return found, [make.answered(s, 1.0) for s in found]

    with pytest.raises(DataError, match="diagnosed has tiny, the reference pope"):
        gap([1.0], [1.0], change=changed)


def test_another_grader_is_refused(gap, make):
    with pytest.raises(DataError, match="tiny was graded there by core-1, here by core-2"):
        gap([1.0], [1.0], graders={"tiny": "core-2"})

    def mixed(found, rows):
        return found, [rows[0].model_copy(update={"grader": "core-0"}), *rows[1:]]

    with pytest.raises(DataError, match="graded there by core-0, core-1"):
        gap([1.0] * 2, [1.0] * 2, change=mixed)
