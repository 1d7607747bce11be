"""The arithmetic of a comparison by hand and against scipy."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, bootstrap, false_discovery_control

from blindspot.comparison import (
    ANYTHING,
    Comparison,
    Difference,
    compare,
    default_scope,
    difference,
    overall,
)
from blindspot.core.records import Completion, Prediction, Sample
from blindspot.core.statistics import paired_interval
from blindspot.pairing import Evaluated, Matched, Side
from diagnostics.changes.paired import Pair


def sample(name: str, benchmark: str = "b", **more: Any) -> Sample:
    fields = {
        "id": f"{benchmark}-{name}",
        "benchmark": benchmark,
        "question": "q",
        "prompt": "q",
        "images": (f"{benchmark}-{name}.png",),
        "target": "t",
        "answer_kind": "text",
        "half": "held_out",
    }
    return Sample.model_validate(fields | more)


def pairs(before: Sequence[float], after: Sequence[float], name: str = "b", **more: Any) -> Matched:
    """Every pair its own cluster, unless `clusters` says otherwise."""
    rows = [Pair(sample(str(i)), *x) for i, x in enumerate(zip(before, after, strict=True))]
    clusters = more.pop("clusters", [str(i) for i in range(len(rows))])
    return Matched(name, rows, clusters, more)


def row(before: Sequence[float], after: Sequence[float], **more: Any) -> Difference:
    return difference(pairs(before, after, **more), seed=0)[0]


Scores = dict[str, list[list[float]]]
"""Per benchmark and sample, the scores of its repeats."""


def evaluated(scores: Scores, name: str = "a", round: int | None = None, **more: Any) -> Evaluated:
    samples = [sample(str(i), b, **more) for b, rows in scores.items() for i in range(len(rows))]
    flat = [row for rows in scores.values() for row in rows]
    return Evaluated(
        side=Side(path=name, round=round, model=name),
        samples={(s.benchmark, s.id): s for s in samples},
        predictions={s.id: _predictions(s, own) for s, own in zip(samples, flat, strict=True)},
    )


def _predictions(s: Sample, scores: Sequence[float]) -> list[Prediction]:
    return [
        Prediction(
            sample_id=s.id,
            repeat=i,
            completion=Completion(text="x"),
            answer="t" if x >= 0.5 else None,
            score=x,
            grader="g",
        )
        for i, x in enumerate(scores)
    ]


def once(**scores: Sequence[float]) -> Scores:
    return {name: [[float(x)] for x in values] for name, values in scores.items()}


def compared(a: Scores, b: Scores, **more: Any) -> Comparison:
    return compare(evaluated(a, "a", **more), evaluated(b, "b", **more), "both")


def test_one_benchmark_by_hand() -> None:
    found = row([0, 0, 0, 0, 1, 1, 1, 1], [1, 1, 1, 0, 0, 1, 1, 1])
    assert (found.n, found.clusters, found.a, found.b) == (8, 8, 0.5, 0.75)
    assert (found.difference, found.won, found.lost) == (0.25, 3, 1)
    assert found.p == pytest.approx(10 / 16)  # of 16 equally likely ways all but 6 are as uneven
    assert found.p == pytest.approx(binomtest(3, 4).pvalue)


def test_the_interval_is_scipys() -> None:
    rng = np.random.default_rng(0)
    before, after = rng.integers(0, 2, 400), rng.integers(0, 2, 400)
    found = row(before.tolist(), after.tolist())
    theirs = bootstrap(
        (after - before,), np.mean, method="percentile", n_resamples=4000, rng=1
    ).confidence_interval
    assert found.interval == pytest.approx((theirs.low, theirs.high), abs=0.01)
    assert theirs.high - theirs.low > 0.1


def test_two_clusters_by_hand() -> None:
    """Two clusters give means 0, 1/2 and 1 with chances 1/4, 1/2 and 1/4; four answers apart could
    not say that nothing was lost.
    """
    low, high = row([0, 0, 0, 0], [0, 0, 1, 1], clusters=list("xxyy")).interval
    assert (low < 0, high) == (True, 1)
    assert row([0, 0], [0, 1], clusters=list("xx")).interval == ANYTHING


def test_shared_pictures_widen_the_interval() -> None:
    after = [1.0] * 100 + [0.0] * 100
    apart = row([0.0] * 200, after)
    shared = row([0.0] * 200, after, clusters=[str(i // 10) for i in range(200)])
    widths = [high - low for low, high in (apart.interval, shared.interval)]
    assert widths[1] > 2 * widths[0]
    assert (shared.n, shared.clusters, apart.p) == (200, 20, shared.p)


def test_scores_in_between_have_no_exact_test() -> None:
    found = row([0.2, 0.8, 0.4], [0.6, 0.4, 0.4])
    assert (found.p, found.no_p) == (None, "scores lie between 0 and 1")
    assert (found.won, found.lost, found.difference) == (1, 1, pytest.approx(0))


def test_repeats() -> None:
    a, b = {"b": [[1.0, 1.0], [0.0, 0.0]]}, {"b": [[1.0, 0.0], [0.0, 0.0]]}
    assert compared(a, b).benchmarks[0].no_p == "scores lie between 0 and 1"
    assert compared(a, a).benchmarks[0].p == 1
    found = compared(once(b=[1, 0]), a).benchmarks[0]
    assert (found.p, found.no_p) == (None, "A has 1 answers per sample, B 2")
    assert (found.a, found.b) == (0.5, 0.5)


def test_overall_is_the_mean_over_benchmarks() -> None:
    found = compared(once(big=[0] * 90, small=[0] * 10), once(big=[0] * 90, small=[1] * 10))
    total = found.overall
    assert [r.name for r in found.benchmarks] == ["big", "small"]
    assert (total.n, total.a, total.b, total.difference) == (100, 0, 0.5, 0.5)
    assert (total.won, total.lost, total.p) == (10, 0, None)
    big, small = (paired_interval(0, 0, 90), paired_interval(0, 10, 10))
    below, above = np.hypot(big[0], 1 - small[0]) / 2, np.hypot(big[1], 1 - small[1]) / 2
    assert total.interval == pytest.approx((0.5 - below, 0.5 + above))


def test_overall_resamples_each_benchmark_by_itself() -> None:
    """Of two benchmarks alike, the mean varies half as much as one: √½ of the width."""
    found = compared(once(x=[0] * 400, y=[0] * 400), once(x=[1, 0] * 200, y=[1, 0] * 200))
    low, high = found.benchmarks[0].interval
    width = found.overall.interval[1] - found.overall.interval[0]
    assert width == pytest.approx((high - low) / np.sqrt(2), rel=0.1)


def test_overall_knows_no_more_than_its_benchmarks() -> None:
    one, two = pairs([0, 0], [1, 0], "x"), pairs([0], [1], "y")
    (first, draws), (second, none) = difference(one, 0), difference(two, 1)
    assert overall([first, second], [draws, none]).interval == ANYTHING


def test_a_benchmark_of_one_side_is_a_row_without_a_rate() -> None:
    found = compared(once(x=[0, 1], y=[1]), once(x=[1, 1]))
    own = found.benchmarks[1]
    assert (own.name, own.n, own.only_a, own.a, own.p) == ("y", 0, 1, None, None)
    assert (found.overall.n, found.overall.difference, found.overall.only_a) == (2, 0.5, 1)


def test_p_is_adjusted_over_benchmarks() -> None:
    a = once(x=[0] * 10, y=[0] * 6, z=[0] * 4)
    b = once(x=[1] * 10, y=[1] * 6, z=[1, 0, 0, 0])
    rows = compared(a, b).benchmarks
    raw = [2 / 2**10, 2 / 2**6, 1.0]
    assert [r.p for r in rows] == pytest.approx(raw)
    assert [r.p_adjusted for r in rows] == pytest.approx(false_discovery_control(raw))
    assert rows[1].p_adjusted == pytest.approx(raw[1] * 3 / 2)


def test_only_tests_that_were_made_count() -> None:
    a, b = {"x": [[0.0]] * 6, "y": [[0.5]]}, {"x": [[1.0]] * 6, "y": [[0.7]]}
    rows = compared(a, b).benchmarks
    assert rows[0].p_adjusted == rows[0].p
    assert rows[1].p_adjusted is None


def test_flips_carry_the_answers() -> None:
    found = compared(once(b=[1, 0, 1]), once(b=[0, 1, 1]))
    assert [(f.sample_id, f.target, f.a, f.b) for f in found.lost] == [
        ("b-0", "t", ("t",), (None,))
    ]
    assert [(f.sample_id, f.a, f.b) for f in found.won] == [("b-1", (None,), ("t",))]


def test_repeated_pictures_are_noted() -> None:
    found = compared(once(b=[1, 0]), once(b=[0, 0]), images=("one.png",))
    assert [n for n in found.notes if "several samples in b" in n]
    assert compared(once(b=[1, 0]), once(b=[0, 0])).notes == ()


@pytest.mark.parametrize(
    ("first", "second", "scope"),
    [(0, 0, "both"), (None, None, "both"), (0, 2, "held_out"), (None, 1, "held_out")],
)
def test_gains_are_held_out(first: int | None, second: int | None, scope: str) -> None:
    a, b = (evaluated(once(b=[1]), n, r) for n, r in (("a", first), ("b", second)))
    assert default_scope(a.side, b.side) == scope
    notes = compare(a, b, "both").notes
    assert any("--half held_out" in n for n in notes) == (scope == "held_out")


def test_the_same_model_is_noted() -> None:
    a, b = evaluated(once(b=[1]), "a"), evaluated(once(b=[1]), "b")
    same = Evaluated(a.side.model_copy(update={"path": "b"}), b.samples, b.predictions)
    assert compare(a, same, "both").notes == ("Both were answered by the same model.",)


binary = st.lists(st.tuples(st.sampled_from([0, 1]), st.sampled_from([0, 1])), min_size=1)


@settings(max_examples=20, deadline=None)
@given(binary, binary)
def test_the_other_way_round_is_the_opposite(x: list, y: list) -> None:
    a, b = (once(x=[p[i] for p in x], y=[p[i] for p in y]) for i in (0, 1))
    there, back = compared(a, b), compared(b, a)
    for one, other in zip(
        (*there.benchmarks, there.overall), (*back.benchmarks, back.overall), strict=True
    ):
        assert one.difference is not None
        assert one.difference == -(other.difference or 0)
        assert one.interval == pytest.approx((-other.interval[1], -other.interval[0]))
        assert (one.lost, one.won, one.p) == (other.won, other.lost, other.p)
        assert one.p_adjusted == other.p_adjusted
