import math
from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from training.order import stratified_order

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
