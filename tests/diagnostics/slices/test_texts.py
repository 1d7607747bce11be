"""Words of questions in any script."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.slices.texts import asked, counted, is_content, terms, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How many dogs, don't you?", ["how", "many", "dogs", "don't", "you"]),
        ("图中有多少只狗？", ["图中", "中有", "有多", "多少", "少只", "只狗"]),
        ("كم عدد الكلاب؟", ["كم", "عدد", "الكلاب"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("한국어 질문", ["한국어", "질문"]),
        ("which 🐕 is it", ["which", "🐕", "is", "it"]),
        ("狗", ["狗"]),
        ("", []),
        ("?! …", []),
    ],
)
def test_words(text: str, expected: list[str]):
    assert words(text) == expected


def test_terms_are_words_and_neighbours_within_a_clause():
    assert terms("How many dogs? Two") == ["how", "many", "how many", "dogs", "many dogs", "two"]
    assert terms("几只狗") == ["几只", "只狗", "几只狗"]
    assert terms("a 狗 b") == ["a", "狗", "b"]


def test_ascii_is_split_as_any_other_script():
    plain = "It's 3.14 of x_1, e.g. [a-b]"
    assert words(plain + " é")[:-1] == words(plain)


@given(st.text())
def test_any_text_has_terms_that_can_be_shown(text: str):
    assert all(t and t == t.strip() for t in terms(text))
    assert set(words(text)) <= set(terms(text))


def test_counted_by_hand():
    found = counted(["red dog", "red cat", ""], fewest=2)
    assert found.terms == ("red",)
    assert found.present.toarray().tolist() == [[1], [1], [0]]
    assert counted(["", "?"]).terms == ()
    part = counted(["red dog", "red cat", "cat"]).of(np.array([1, 2]), np.array([0, 2]))
    assert dict(zip(part.terms, part.frequency.tolist(), strict=True)) == {"cat": 2, "red": 1}


def test_grammar_is_no_content():
    assert [is_content(t) for t in ("how many", "the dog", "a", "7", "dog", "只狗", "🐕")] == [
        *(False, False, False, False, True, True, True)
    ]


def test_long_texts_are_cut(make):
    long = make.sample(0, question="x " * 5000, options=("red", "blue"))
    assert len(asked(long)) <= 2000
    assert asked(make.sample(0, question="which", options=("red", "blue"))) == "which\nred\nblue"
