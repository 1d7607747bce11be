"""Terms of texts in several scripts."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.retrieval.words import terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How many bars?", ["how", "many", "bars"]),
        ("chart_graph bars=4", ["chart", "graph", "bars", "4"]),
        ("Café, NAÏVE", ["café", "naïve"]),
        ("图中有几个圆？", ["图中", "中有", "有几", "几个", "个圆"]),
        ("圆", ["圆"]),
        ("有3个red圆", ["有", "3", "个", "red", "圆"]),
        ("كم عدد الكُرات", ["كم", "عدد", "كرات"]),
        ("कितने सेब हैं", ["कितने", "सेब", "हैं"]),
        ("사과가 몇", ["사과", "과가", "몇"]),
        ("?! …", []),
        ("", []),
    ],
)
def test_the_terms_of_a_text(text, expected):
    assert terms(text) == expected


def test_a_word_is_the_same_with_and_without_the_arabic_article_and_vowel_marks():
    assert terms("الصُّورة") == terms("صورة") == terms("وَالصورة")


@given(st.text())
def test_no_text_breaks_it_and_its_terms_are_terms(text):
    found = terms(text)
    assert all(found)
    assert terms(unicodedata.normalize("NFD", text)) == terms(unicodedata.normalize("NFC", text))


@given(st.text("abcABC 123_.,-"))
def test_capitals_and_punctuation_do_not_matter(text):
    assert terms(text.upper()) == terms(text.lower()) == terms(f"¿{text}?")
