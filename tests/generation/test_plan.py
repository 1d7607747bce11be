"""The plan: exact quotas, validation beside training, canaries for what is strong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.core.errors import StageError
from blindspot.core.training_set import Makeable
from generation.plan import largest_remainder, make_plan

CATALOGUE = (
    Makeable(capability="counting", image_type="geometric"),
    Makeable(capability="ocr", image_type="text_dense"),
)


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (10, [5, 3, 3], [4, 3, 3]),  # 4.55, 2.73, 2.73
        (7, [1, 1, 1], [3, 2, 2]),  # ties go to the earlier
        (3, [40, 30, 20, 10], [1, 1, 1, 0]),  # 1.2, .9, .6, .3
        (0, [2, 1], [0, 0]),
        (5, [], []),
    ],
)
def test_hand_worked_remainders(total, weights, shares):
    assert largest_remainder(total, weights) == shares


@given(st.integers(0, 500), st.lists(st.integers(1, 100), min_size=1, max_size=12))
def test_remainders_sum_to_the_total_and_stay_within_one(total, weights):
    shares = largest_remainder(total, weights)
    assert sum(shares) == total
    exact = [total * w / sum(weights) for w in weights]
    assert all(abs(s - e) < 1 for s, e in zip(shares, exact, strict=True))


def test_train_takes_the_mixture_validation_its_share_canary_the_strong(kit):
    found = kit.diagnosis(
        kit.share("counting/geometric", 33, objects="many"),
        kit.share("counting/geometric", 4),
        kit.share("ocr/text_dense", 13),
        categories=[
            kit.rated("ocr/text_dense", "strong"),
            kit.rated("counting/geometric", "weak"),
            kit.rated("maps/diagram", "strong"),
        ],
    )
    plan = make_plan(found, "d", CATALOGUE, kit.settings(validation_share=0.1, canary=7))
    assert [(c.split, c.name, c.quota) for c in plan.cells] == [
        ("train", "counting/geometric objects=many", 33),
        ("train", "counting/geometric", 4),
        ("train", "ocr/text_dense", 13),
        ("validation", "counting/geometric objects=many", 3),  # of 5: 3.3
        ("validation", "counting/geometric", 1),  # .4, at least one
        ("validation", "ocr/text_dense", 1),  # 1.3
        ("canary", "ocr/text_dense", 7),
    ]


def test_what_no_source_makes_keeps_its_quota_and_gets_no_validation(kit):
    found = kit.diagnosis(kit.share("maps/diagram", 5), kit.share("ocr/text_dense", 5))
    plan = make_plan(found, "d", CATALOGUE, kit.settings())
    assert [(c.split, c.name, c.quota) for c in plan.cells] == [
        ("train", "maps/diagram", 5),
        ("train", "ocr/text_dense", 5),
        ("validation", "ocr/text_dense", 1),
    ]


def test_rows_of_one_cell_are_one_cell(kit):
    found = kit.diagnosis(kit.share("ocr/text_dense", 5), kit.share("ocr/text_dense", 3))
    plan = make_plan(found, "d", CATALOGUE, kit.settings(validation_share=0))
    assert [(c.name, c.quota) for c in plan.cells] == [("ocr/text_dense", 8)]


@pytest.mark.parametrize("wanted", [(), ("maps/diagram",)])
def test_nothing_to_make_is_an_error_with_a_sentence(kit, wanted):
    found = kit.diagnosis(*(kit.share(name, 5) for name in wanted))
    with pytest.raises(StageError, match=r"asks for (nothing|maps/diagram)"):
        make_plan(found, "d", CATALOGUE, kit.settings())


UNANSWERABLE = Makeable(capability="unanswerable", image_type="geometric")


def test_some_questions_have_no_answer_and_the_total_stays(kit):
    """6 % of 200 is 12, which the others give in proportion: 188 of 120 and 80."""
    found = kit.diagnosis(kit.share("counting/geometric", 120), kit.share("ocr/text_dense", 80))
    settings = kit.settings(validation_share=0, canary=0, unanswerable_share=0.06)
    plan = make_plan(found, "d", (*CATALOGUE, UNANSWERABLE), settings)
    assert [(c.name, c.quota) for c in plan.cells] == [
        ("counting/geometric", 113),
        ("ocr/text_dense", 75),
        ("unanswerable/geometric", 12),
    ]
    without = make_plan(found, "d", CATALOGUE, settings)
    assert [c.quota for c in without.cells] == [120, 80]


def test_what_the_mixture_holds_of_them_counts(kit):
    asked = kit.share("unanswerable/geometric", 9)
    found = kit.diagnosis(kit.share("counting/geometric", 191), asked)
    settings = kit.settings(validation_share=0, canary=0, unanswerable_share=0.06)
    plan = make_plan(found, "d", (*CATALOGUE, UNANSWERABLE), settings)
    assert [(c.name, c.quota) for c in plan.cells] == [
        ("counting/geometric", 188),
        ("unanswerable/geometric", 12),
    ]
    enough = kit.diagnosis(
        kit.share("counting/geometric", 100), kit.share("unanswerable/geometric", 50)
    )
    plan = make_plan(enough, "d", (*CATALOGUE, UNANSWERABLE), settings)
    assert [c.quota for c in plan.cells] == [100, 50]
