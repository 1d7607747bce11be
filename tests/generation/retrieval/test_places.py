"""Places: what is read from a seed, and that no two share a candidate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.core.records import CellShare
from blindspot.core.training_set import PlanCell
from generation.retrieval.places import ROUND, Place, choice, dealt, place
from generation.source import Want


def test_a_seed_says_where_its_want_stands():
    want = CellShare(
        capability="a", image_type="b", condition={"x": "1/2"}, share=1, quota=9, why=""
    )
    cell = PlanCell(name=want.name, split="train", want=want, quota=9, brief="")
    assert place(Want(cell, f"-7/3/train/{cell.name}/12/1")) == Place(3, 12, 1, 9)


def test_dealing_by_hand():
    assert [dealt(Place(0, n, 0, 3), 8) for n in range(3)] == [0, 1, 2]
    assert [dealt(Place(0, n, 2, 3), 8) for n in range(3)] == [6, 7, None]
    # Round 1 begins ROUND · 3 = 12 places further down a list of 8: at its 5th.
    assert ROUND == 4
    later = [dealt(Place(1, n, a, 3), 8) for a in (0, 1) for n in range(3)]
    assert later == [4, 5, 6, 7, 0, 1]
    assert dealt(Place(1, 0, 0, 3), 0) is None


def test_choices_by_hand():
    # Of 10 candidates for 2 slots the second has 1, 3, 5, 7, 9: three, then one, then one.
    found = [list(choice(Place(0, 1, attempt, 2), 10)) for attempt in range(4)]
    assert found == [[1, 3, 5], [7], [9], []]
    assert list(choice(Place(1, 0, 0, 2), 10)) == [1, 3, 5]


PLACES = (st.integers(1, 12), st.integers(0, 90), st.integers(0, 3), st.integers(1, 8))


@given(*PLACES)
def test_no_two_places_get_the_same_and_the_quota_takes_the_best(quota, total, round_, attempts):
    waves = [
        [at for n in range(quota) if (at := dealt(Place(round_, n, a, quota), total)) is not None]
        for a in range(attempts)
    ]
    found = [at for wave in waves for at in wave]
    assert len(set(found)) == len(found) == min(total, quota * attempts)
    if not round_:
        assert sorted(waves[0]) == list(range(min(total, quota)))


@given(*PLACES)
def test_no_two_places_choose_among_the_same_and_all_is_offered(quota, total, round_, attempts):
    places = [Place(round_, n, a, quota) for a in range(attempts) for n in range(quota)]
    found = [at for each in places for at in choice(each, total)]
    assert len(set(found)) == len(found)
    assert min(total, quota) <= len(found) <= total
    if attempts > 7:  # 2 ** 7 is more than any slot has
        assert len(found) == total


@pytest.mark.parametrize("seed", ["0/0/train", "x", "0/0/train/a/b/one/2"])
def test_a_seed_of_another_form_is_a_defect(seed):
    want = CellShare(capability="a", image_type="b", share=1, quota=1, why="")
    cell = PlanCell(name=want.name, split="train", want=want, quota=1, brief="")
    with pytest.raises(ValueError, match=r"values|int"):
        place(Want(cell, seed))
