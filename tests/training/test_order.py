import math
from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from training.order import easy_first, stratified_order

SIZES = st.lists(st.integers(1, 40), min_size=1, max_size=8)


def cells_of(sizes: list[int]) -> list[str]:
    return [f"cell-{i}" for i, size in enumerate(sizes) for _ in range(size)]


@given(sizes=SIZES, batch=st.integers(1, 32), batches=st.integers(1, 12), seed=st.integers(0, 99))
def test_every_batch_follows_the_shares(sizes: list[int], batch: int, batches: int, seed: int):
    cells = cells_of(sizes)
    order = stratified_order(cells, batch=batch, batches=batches, seed=seed)
    assert len(order) == batch * batches
    for start in range(0, len(order), batch):
        counts = Counter(cells[i] for i in order[start : start + batch])
        for name, size in Counter(cells).items():
            share = size / len(cells) * batch
            assert math.floor(share) <= counts[name] <= math.ceil(share)


@given(sizes=SIZES, batch=st.integers(1, 32), seed=st.integers(0, 99))
def test_a_sample_comes_again_only_after_all_of_its_cell(sizes: list[int], batch: int, seed: int):
    cells = cells_of(sizes)
    seen = Counter(stratified_order(cells, batch=batch, batches=10, seed=seed))
    for name in set(cells):
        times = [seen[i] for i, cell in enumerate(cells) if cell == name]
        assert max(times) - min(times) <= 1


def test_a_cell_smaller_than_a_batch_comes_around_evenly():
    cells = cells_of([95, 5])  # 5 % of batches of 10: one in every second batch
    order = stratified_order(cells, batch=10, batches=20, seed=0)
    rare = [number // 10 for number, i in enumerate(order) if cells[i] == "cell-1"]
    assert 9 <= len(rare) <= 11
    assert max(b - a for a, b in pairwise(rare)) <= 3


def test_the_seed_alone_decides():
    cells = cells_of([7, 3, 12])
    first = stratified_order(cells, batch=6, batches=5, seed=3)
    assert first == stratified_order(cells, batch=6, batches=5, seed=3)
    assert first != stratified_order(cells, batch=6, batches=5, seed=4)


RATES = st.lists(st.sampled_from([None, 0.25, 0.5, 0.75]), min_size=1, max_size=9)


@given(sizes=SIZES, pattern=RATES, batch=st.integers(1, 24), batches=st.integers(1, 8))
def test_a_curriculum_leaves_every_batch_its_mixture_and_the_run_its_samples(
    sizes: list[int], pattern: list[float | None], batch: int, batches: int
):
    cells = cells_of(sizes)
    rates = [pattern[i % len(pattern)] for i in range(len(cells))]
    plain = stratified_order(cells, batch=batch, batches=batches, seed=5)
    eased = easy_first(plain, cells, rates)
    assert [cells[i] for i in eased] == [cells[i] for i in plain]
    assert Counter(eased) == Counter(plain)
    for name in set(cells):
        own = [rates[i] for i in eased if cells[i] == name]
        rated = [rate for rate in own if rate is not None]
        assert rated == sorted(rated, reverse=True)


def test_easy_first_by_hand():
    cells = ["a", "b", "a", "a"]
    assert easy_first([0, 1, 2, 3], cells, [0.25, 0.5, None, 0.75]) == [3, 1, 2, 0]


def test_of_equal_pass_rates_the_earlier_stays_first():
    assert easy_first([2, 0, 1, 2], ["a"] * 3, [0.5, 0.5, 0.5]) == [2, 0, 1, 2]
