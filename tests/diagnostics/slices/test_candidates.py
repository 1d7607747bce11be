"""Which slices are candidates."""

from diagnostics.answers import answers_of
from diagnostics.labelling.labelled import as_stated
from diagnostics.slices.candidates import candidates


def names(make, samples) -> set[str]:
    answers = answers_of(as_stated(samples), [make.answered(s, 1.0) for s in samples], "diagnosis")
    return {
        f"{c.category} {c.condition}" if c.condition else c.category
        for c in candidates(answers, 15)
    }


def test_categories_and_conditions_with_support(make):
    samples = [
        make.sample(i, attributes={"bars": "2" if i < 30 else "3", "side": "l" if i % 2 else "r"})
        for i in range(40)
    ]
    assert names(make, samples) == {
        "counting/geometric",
        "counting/geometric {'bars': '2'}",
        "counting/geometric {'side': 'l'}",
        "counting/geometric {'side': 'r'}",
    }


def test_ids_constants_and_small_slices_are_none(make):
    samples = [make.sample(i, attributes={"id": str(i), "one": "x"}) for i in range(40)]
    assert names(make, samples) == {"counting/geometric"}
    assert names(make, samples[:14]) == set()


def test_equal_slices_are_tested_once(make):
    samples = [
        make.sample(i, attributes={"a": str(i % 2), "b": "even" if i % 2 == 0 else "odd"})
        for i in range(40)
    ]
    assert len(names(make, samples)) == 3


def test_unmapped_samples_and_single_pictures_make_none(make):
    assert names(make, [make.sample(i, "unmapped", "mixed") for i in range(40)]) == set()
    assert names(make, [make.sample(i, images=("a.png",)) for i in range(40)]) == set()
