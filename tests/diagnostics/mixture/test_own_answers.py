"""By hand: what decides the answer, and what only happens to differ."""

import pytest

from blindspot.core.records import Sample
from diagnostics.mixture.own_answers import Decided, decided, own_answers


@pytest.mark.parametrize(
    ("inside", "outside", "found"),
    [
        (["no"] * 9, ["yes"] * 9, ("no",)),
        (["4", "5", "6"] * 5, ["1", "2", "3"] * 5, ("4", "5", "6")),
        (["4", "5", "6"] * 5, ["1", "2", "4"] * 5, ()),
        (["no"] * 9, [], ()),
        ([str(i) for i in range(50)], ["no"] * 50, ()),
        (["no"] * 50, [str(i) for i in range(50)], ()),
    ],
)
def test_own_answers(inside: list[str], outside: list[str], found: tuple[str, ...]) -> None:
    assert own_answers(inside, outside) == found


def presence(truth: str, objects: str, target: str) -> Sample:
    return Sample(
        id=f"{truth} {objects}",
        benchmark="tiny",
        question="Is there a cat?",
        prompt="Is there a cat?",
        target=target,
        answer_kind="yes_no",
        attributes={"truth": truth, "objects": objects},
    )


def category(**targets: str) -> list[Sample]:
    """Ten samples per truth and number of objects, `absent_many="no"`."""
    return [
        presence(truth, objects, target).model_copy(update={"id": f"{key}/{i}"})
        for key, target in targets.items()
        for truth, objects in [key.split("_")]
        for i in range(10)
    ]


BIAS = category(absent_many="no", absent_few="no", present_many="yes", present_few="yes")


@pytest.mark.parametrize(
    ("condition", "samples", "found"),
    [
        ({}, BIAS, Decided()),
        ({"truth": "absent"}, BIAS, Decided(("no",))),
        ({"objects": "many"}, BIAS, Decided()),
        ({"objects": "many", "truth": "absent"}, BIAS, Decided(("no",), ("truth",))),
        (
            {"objects": "many", "truth": "absent"},
            category(absent_many="no", absent_few="yes", present_many="yes", present_few="yes"),
            Decided(("no",)),
        ),
    ],
)
def test_one_of_two_attributes_can_decide_alone(
    condition: dict[str, str], samples: list[Sample], found: Decided
) -> None:
    members = {s.id for s in samples if condition.items() <= s.attributes.items()}
    assert decided(condition, members, samples) == found
