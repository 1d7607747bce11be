"""What is shown of a response, and what of it is a quote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.core.records import Attribution, Completion
from diagnostics.causes.failed import Failed
from diagnostics.causes.responses import CUT, response, shortened, span


def test_the_reasoning_comes_first(make) -> None:
    sample = make.sample(0)
    said = Completion(text="42", reasoning="The bar reaches 42.")
    attribution = Attribution(sample_id=sample.id, stage="reading", source="x", confidence=1)
    failed = Failed(sample, make.answered(sample, 0.0, completion=said), attribution)
    assert response(failed) == "The bar reaches 42.\n42"


def test_the_middle_is_left_out() -> None:
    assert shortened("a" * 90, 90) == "a" * 90
    found = shortened("a" * 60 + "b" * 60, 90)
    assert found == "a" * 30 + CUT.format(30) + "b" * 60


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("The  bar\nreaches", 'The "bar" reaches'),
        ("the “bar” REACHES **3.5**.", 'The "bar" reaches 3.5.'),
        ("So \\\\frac{1}{2} > .4", "So \\frac{1}{2} > .4"),
        ("二分之", "二分之"),
        ("bar reaches 4", None),
        ("each", None),
        ("3.5. 3.5.", None),
        ("", None),
        (" '' ", None),
    ],
)
def test_a_quote_is_given_as_it_stands(quote: str, found: str | None) -> None:
    assert span(quote, 'The "bar" reaches 3.5. So \\frac{1}{2} > .4 或二分之一') == found


@given(st.text(max_size=60), st.data())
def test_all_that_stands_between_words_is_a_quote(text: str, data) -> None:
    words = text.split(" ")
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    quote = " ".join(words[first : last + 1])
    found = span(quote, f"~ {text} ~")
    assert found is None or found in f"~ {text} ~"
    if quote.isascii() and any(c.isalnum() for c in quote):
        assert found is not None
