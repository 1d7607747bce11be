"""Latent semantic analysis: what occurs together is alike, and equal texts give equal bytes."""

import numpy as np
import pytest

from generation.retrieval.semantics import LatentSemantics

TEXTS = [
    *("the cat purrs at home", "a feline purrs", "cat and feline at home"),
    *("the bond yields rise", "stocks and bond yields", "stocks rise"),
]


def test_vectors_have_length_one_and_words_that_occur_together_are_alike():
    meaning = LatentSemantics(TEXTS)
    assert np.linalg.norm(meaning.vectors, axis=1) == pytest.approx(1.0, abs=1e-5)
    cosines = meaning.vectors @ meaning.embed(["feline"])[0]
    assert cosines[:3].min() > cosines[3:].max()


def test_equal_texts_give_equal_bytes():
    assert LatentSemantics(TEXTS).vectors.tobytes() == LatentSemantics(TEXTS).vectors.tobytes()


@pytest.mark.parametrize("texts", [["", "?"], ["one"], ["same", "same", "same"], ["a b", "b a"]])
def test_too_little_to_project_still_has_one_vector_per_text(texts):
    meaning = LatentSemantics(texts)
    assert len(meaning.vectors) == len(texts)
    assert np.isfinite(meaning.vectors).all()
    assert meaning.embed(["unknown"]).shape == (1, meaning.vectors.shape[1])
    assert not meaning.embed(["unknown"]).any()


def test_a_text_of_an_index_is_embedded_where_it_lies():
    meaning = LatentSemantics(TEXTS)
    assert meaning.embed(TEXTS) == pytest.approx(meaning.vectors, abs=1e-4)
