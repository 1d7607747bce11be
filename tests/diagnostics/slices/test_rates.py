"""Numbers of a weakness by hand."""

import numpy as np
import pytest

from diagnostics.answers import answers_of
from diagnostics.labelling.labelled import as_stated
from diagnostics.slices.candidates import Slice
from diagnostics.slices.learnability import learnability
from diagnostics.slices.rates import rest_rate


def test_learnability_uses_repeats_where_there_are_any(make):
    one, two = make.sample(0), make.sample(1)
    predictions = [
        make.answered(one, 1.0),
        make.answered(one, 0.0, repeat=1),
        make.answered(two, 1.0),
        make.answered(two, 1.0, repeat=1),
    ]
    answers = answers_of(as_stated([one, two]), predictions, "diagnosis")
    assert learnability(Slice("c", "t", np.array([0, 1])), answers, 0.9) == 0.5
    once = answers_of(as_stated([one, two]), predictions[::2], "diagnosis")
    found = learnability(Slice("c", "t", np.array([0, 1])), once, 0.9)
    assert found == pytest.approx(4 * 0.9 * 0.1)


def test_the_rest_is_weighted_as_the_slice(make):
    samples = [make.sample(i, benchmark="ab"[i % 2]) for i in range(8)]
    scores = [0, 0, 0, 1, 1, 0, 1, 1]
    predictions = [make.answered(s, x) for s, x in zip(samples, scores, strict=True)]
    answers = answers_of(as_stated(samples), predictions, "diagnosis")
    # inside: samples 0, 1, 2 (a twice, b once); rest of a: 4, 6 → 1; rest of b: 3, 5, 7 → 2/3
    found = rest_rate(Slice("c", "t", np.array([0, 1, 2])), answers)
    assert found == pytest.approx((2 * 1 + 2 / 3) / 3)
