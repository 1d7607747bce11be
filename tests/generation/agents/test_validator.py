from hypothesis import given
from hypothesis import strategies as st

from generation.agents.validator import PLUGIN, ValidatorRequest
from generation.agents.writer import Writing

KEY = "quixotry-7311"
WORDS = st.text(max_size=40)
TERMS = {"capabilities": {"counting": "how many"}, "image_types": {"photo": "of a camera"}}
WRITINGS = st.builds(
    Writing,
    seen=WORDS.map(lambda words: words + KEY),
    question=WORDS,
    options=st.lists(WORDS, max_size=4).map(tuple),
    target=WORDS.map(lambda words: KEY + words),
)


def of(writing: Writing) -> ValidatorRequest:
    """All that a validator's request can take over from what the writer wrote."""
    known = {k: v for k, v in writing.model_dump().items() if k in ValidatorRequest.model_fields}
    return ValidatorRequest.model_validate({"pictures": ("p.png",), **TERMS, **known})


@given(WRITINGS)
def test_no_key_reaches_it(writing: Writing) -> None:
    assert KEY not in PLUGIN.prompt(of(writing))


def test_it_is_told_the_terms_and_the_question() -> None:
    asked = ValidatorRequest(
        pictures=("p.png",),
        question="Which?",
        options=("red", "blue"),
        answer_kind="choice",
        capabilities={"counting": "how many"},
        image_types={"photo": "of a camera"},
    )
    said = PLUGIN.prompt(asked)
    for words in (
        '{"counting": "how many"}',
        '{"photo": "of a camera"}',
        '"Which?"',
        '"B": "blue"',
    ):
        assert words in said
    assert PLUGIN.images(asked) == ("p.png",)
