"""Hybrid search: BM25 against its formula, fusion, order, other embeddings."""

import math

import numpy as np
import pytest

from generation.retrieval.index import DEPTH, K1, PAGE, B, Bm25, Found, Index, in_order
from generation.retrieval.words import terms

TEXTS = ["how many red bars", "how many bars bars", "which word is written here", "red"]


def formula(query: str, document: str) -> float:
    """BM25 as it is written down."""
    lengths = [len(terms(text)) for text in TEXTS]
    own, mean = terms(document), sum(lengths) / len(lengths)
    score = 0.0
    for word in set(terms(query)):
        n = sum(word in terms(text) for text in TEXTS)
        f = own.count(word)
        idf = math.log(1 + (len(TEXTS) - n + 0.5) / (n + 0.5))
        score += idf * f / (f + K1 * (1 - B + B * len(own) / mean))
    return score


@pytest.mark.parametrize("query", ["bars", "how many bars bars", "red word unknown"])
def test_bm25_is_its_formula(query):
    expected = [formula(query, text) for text in TEXTS]
    assert Bm25(TEXTS).scores(query).tolist() == pytest.approx(expected, rel=1e-5)


def test_bm25_by_hand():
    # 'red' stands in 2 of 4 texts: ln(1 + 2.5 / 2.5). Text 3 has 1 word, the mean is 14 / 4.
    expected = math.log(2) / (1 + 1.5 * (0.25 + 0.75 * 1 / 3.5))
    assert Bm25(TEXTS).scores("red")[3] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("texts", [["", "?"], TEXTS])
def test_words_that_no_text_has_find_nothing(texts):
    assert Bm25(texts).scores("zebra").tolist() == [0.0] * len(texts)
    assert Index(texts).search("zebra").relevance.tolist() == [0.0] * len(texts)


class Told:
    """An embedding of which each text's vector is told."""

    def __init__(self, texts):
        self.vectors = np.eye(len(texts), dtype=np.float32)

    def embed(self, texts):
        return self.vectors[[2] * len(texts)]


def test_words_and_meaning_are_fused():
    scores = Index(TEXTS, Told).search("red").relevance
    assert scores.tolist() == pytest.approx([1 / 62, 0.0, 1 / 61, 1 / 61])


def test_ranks_are_those_among_the_texts_that_count():
    among = np.array([0, 1])
    assert Index(TEXTS, Told).search("red", among).relevance.tolist() == pytest.approx(
        [1 / 61, 0.0]
    )


def test_what_was_asked_comes_first_in_any_script():
    texts = ["图中有几个圆", "天空是什么颜色", "كم عدد الكرات", "ما لون السماء", "how many balls"]
    index = Index(texts)
    assert index.search("有几个三角形").relevance.argmax() == 0
    assert index.search("عدد الكُرات في الصورة").relevance.argmax() == 2


def test_the_order_holds_all_once_and_pages_do_not_mix():
    texts = [f"word{i % 7} number{i}" for i in range(200)]
    index, among = Index(texts), np.arange(0, 200, 2)
    slope = np.linspace(0, 1, len(among))
    found = Found(slope, slope)
    pages = [page.tolist() for page in in_order(index, among, found, quota=1)]
    assert [len(page) for page in pages] == [PAGE[0], len(among) - PAGE[0]]
    assert sorted(i for page in pages for i in page) == among.tolist()
    assert min(pages[0]) > max(pages[1])
    (whole,) = in_order(index, among, found, quota=100 // DEPTH)
    assert len(whole) == 100
