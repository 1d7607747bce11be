from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.core.records import AnswerKind
from generation.agents.solver import PLUGIN, Solution, SolverRequest
from generation.agents.writer import Writing
from generation.prompting import FORMS

KEY = "quixotry-7311"
WORDS = st.text(max_size=40)
WRITINGS = st.builds(
    Writing,
    seen=WORDS.map(lambda words: words + KEY),
    question=WORDS,
    options=st.lists(WORDS, max_size=4).map(tuple),
    target=WORDS.map(lambda words: KEY + words),
)


def of(writing: Writing) -> SolverRequest:
    """All that a solver's request can take over from what the writer wrote."""
    known = {k: v for k, v in writing.model_dump().items() if k in SolverRequest.model_fields}
    return SolverRequest.model_validate({"pictures": ("p.png",), **known})


@given(WRITINGS)
def test_no_key_reaches_it(writing: Writing) -> None:
    assert KEY not in PLUGIN.prompt(of(writing))


@given(WRITINGS, WRITINGS)
def test_what_it_is_asked_does_not_depend_on_the_key(one: Writing, other: Writing) -> None:
    keyed = one.model_copy(update={"target": other.target, "seen": other.seen})
    assert PLUGIN.prompt(of(keyed)) == PLUGIN.prompt(of(one))


@pytest.mark.parametrize("kind", get_args(AnswerKind))
def test_it_is_told_the_form_of_the_answer(kind: AnswerKind) -> None:
    options = ("red", "blue") if kind == "choice" else ()
    asked = SolverRequest(pictures=("p.png",), question="Q?", options=options, answer_kind=kind)
    said = PLUGIN.prompt(asked)
    assert f"{kind}: {FORMS[kind]}\n" in said
    assert ('{"A": "red", "B": "blue"}' in said) == bool(options)
    assert PLUGIN.images(asked) == ("p.png",)


def test_without_pictures_it_may_guess() -> None:
    asked = SolverRequest(pictures=(), question="How many?", answer_kind="number")
    assert PLUGIN.images(asked) == ()
    assert "the question is about one that is withheld" in PLUGIN.prompt(asked)


def test_working_may_be_left_out() -> None:
    assert Solution.model_validate({"answer": None}).answer is None
    with pytest.raises(ValueError, match="answer"):
        Solution.model_validate({"working": "hm"})
