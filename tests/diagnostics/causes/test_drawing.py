"""Drawing a part of the failed samples."""

from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.core.records import Attribution, Completion, Prediction, Sample
from diagnostics.causes.drawing import draw
from diagnostics.causes.failed import Failed

Sizes = Mapping[tuple[str, str], int]


def failed_of(sizes: Sizes) -> list[Failed]:
    """So many failed samples of each capability and stage."""
    names = [key for key, size in sizes.items() for _ in range(size)]
    return [_failed(f"s{i:04d}", *name) for i, name in enumerate(names)]


def _failed(name: str, capability: str, stage: str) -> Failed:
    sample = Sample(
        id=name,
        benchmark="b",
        question="?",
        prompt="?",
        target="3",
        answer_kind="number",
        capability=capability,
    )
    said = Prediction(sample_id=name, completion=Completion(text="4"), score=0, grader="g")
    found = Attribution(sample_id=name, stage=stage, source="none", confidence=0)
    return Failed(sample, said, found)


SIZES = st.dictionaries(
    st.tuples(st.sampled_from("abcd"), st.sampled_from(["unresolved", "reading", "format"])),
    st.integers(1, 20),
    min_size=1,
)


@given(SIZES, st.integers(1, 60), st.integers(0, 3))
def test_what_is_drawn_stands_for_all(sizes: Sizes, count: int, seed: int):
    failed = failed_of(sizes)
    drawn = draw(failed, count, seed)
    ids = [d.failed.sample.id for d in drawn]
    assert len(ids) == min(count, len(failed))
    assert ids == sorted(set(ids))
    assert sum(d.weight for d in drawn) == pytest.approx(len(failed))
    assert min(d.weight for d in drawn) >= 1
    assert draw(failed[::-1], count, seed) == drawn


@given(SIZES, st.integers(1, 60))
def test_every_stratum_is_drawn_from_as_long_as_there_are_enough(sizes: Sizes, count: int):
    drawn = draw(failed_of(sizes), count, 0)
    strata = {(d.failed.sample.capability, d.failed.stage) for d in drawn}
    assert strata == set(sizes) if count >= len(sizes) else len(strata) == count


def test_seats_follow_the_sizes():
    sizes = {("a", "reading"): 300, ("b", "reading"): 99, ("b", "format"): 1}
    drawn = draw(failed_of(sizes), 40, 0)
    seats = Counter((d.failed.sample.capability, d.failed.stage) for d in drawn)
    assert seats == {("a", "reading"): 29, ("b", "reading"): 10, ("b", "format"): 1}
    assert {round(d.weight, 4) for d in drawn} == {round(300 / 29, 4), 9.9, 1.0}


def test_all_are_taken_where_there_are_no_more():
    failed = failed_of({("a", "reading"): 3, ("b", "format"): 2})
    drawn = draw(failed, 5, 0)
    assert [d.failed for d in drawn] == failed
    assert {d.weight for d in drawn} == {1.0}
    assert draw(failed, 0, 0) == draw([], 5, 0) == []


def test_with_too_few_to_draw_small_strata_are_joined():
    sizes = {("a", "reading"): 9, ("b", "reading"): 5, ("c", "reading"): 2, ("d", "reading"): 1}
    chosen = Counter[str]()
    for seed in range(100):
        drawn = draw(failed_of(sizes), 2, seed)
        assert sorted(d.weight for d in drawn) == [8.0, 9.0]
        chosen.update(d.failed.sample.capability for d in drawn)
    assert chosen["a"] == 100
    assert min(chosen["b"], chosen["c"], chosen["d"]) > 0


def test_a_larger_budget_asks_again_for_what_a_smaller_one_asked():
    failed = failed_of({("a", "reading"): 60, ("b", "reading"): 40})
    small = {d.failed.sample.id for d in draw(failed, 20, 7)}
    assert small <= {d.failed.sample.id for d in draw(failed, 40, 7)}
    assert small != {d.failed.sample.id for d in draw(failed, 20, 8)}
