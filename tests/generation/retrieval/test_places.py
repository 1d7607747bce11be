"""Places: what is read from a seed, and that no two share a candidate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.core.records import CellShare
from blindspot.core.training_set import PlanCell
from generation.retrieval.places import ROUND, Place, dealt, place
from generation.source import Want


def test_a_seed_says_where_its_want_stands():
    want = CellShare(
        capability="a", image_type="b", condition={"x": "1/2"}, share=1, quota=9, why=""
    )
    cell = PlanCell(name=want.name, split="train", want=want, quota=9, brief="")
    assert place(Want(cell, f"-7/3/train/{cell.name}/12/1")) == Place(3, 12, 1, 9)


def test_dealing_by_hand():
    assert [list(dealt(Place(0, n, 0, 3), 8)) for n in range(3)] == [[0], [1], [2]]
    assert [list(dealt(Place(0, n, 2, 3), 8)) for n in range(3)] == [[6], [7], []]
    assert [list(dealt(Place(0, n, 0, 2), 5, each=2)) for n in range(2)] == [[0, 2], [1, 3]]
    # Round 1 begins ROUND · 3 = 12 places further down a list of 8: at its 5th.
    assert ROUND == 4
    assert [list(dealt(Place(1, n, a, 3), 8)) for a in (0, 1) for n in range(3)] == [
        *([4], [5], [6]),
        *([7], [0], [1]),
    ]


@given(
    st.integers(1, 12), st.integers(0, 90), st.integers(1, 4), st.integers(0, 3), st.integers(1, 6)
)
def test_no_two_places_share_a_candidate_and_the_quota_takes_the_best(
    quota, total, each, round_, attempts
):
    waves = [
        [
            at
            for number in range(quota)
            for at in dealt(Place(round_, number, a, quota), total, each)
        ]
        for a in range(attempts)
    ]
    given_ = [at for wave in waves for at in wave]
    assert len(set(given_)) == len(given_)
    assert len(given_) == min(total, quota * each * attempts)
    if not round_:
        assert sorted(waves[0]) == list(range(min(total, quota * each)))


@pytest.mark.parametrize("seed", ["0/0/train", "x", "0/0/train/a/b/one/2"])
def test_a_seed_of_another_form_is_a_defect(seed):
    want = CellShare(capability="a", image_type="b", share=1, quota=1, why="")
    cell = PlanCell(name=want.name, split="train", want=want, quota=1, brief="")
    with pytest.raises(ValueError, match=r"values|int"):
        place(Want(cell, seed))
