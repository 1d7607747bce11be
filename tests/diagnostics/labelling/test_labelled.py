"""Samples with their categories."""

import pytest

from diagnostics.labelling.labelled import Labelled, as_stated


def test_a_sample_has_the_category_that_it_states_or_several(make):
    one, two = make.sample(1), make.sample(2, "ocr", "map")
    several = {two.id: {("ocr", "map"): 0.75, ("spatial", "map"): 0.25}}
    labelled = Labelled((one, two), several)
    assert labelled.categories(one) == {("counting", "geometric"): 1.0}
    assert labelled.categories(two) == several[two.id]
    assert as_stated([one]).categories(one) == {("counting", "geometric"): 1.0}
    assert sum(labelled.categories(two).values()) == pytest.approx(1)
