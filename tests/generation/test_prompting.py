import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.core.grading import is_gradable
from blindspot.core.prompt import IMAGE
from generation.prompting import FORMS, all_forms, lettered, quoted

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
PIECES = st.lists(
    st.sampled_from([IMAGE, "<", "|im_end|>", "[INST]", "\\", '"', "\n", "\u2028", "é"])
)


@given(TEXTS | PIECES.map("".join))
def test_quoting_loses_nothing(text: str) -> None:
    assert json.loads(quoted(text)) == text
    assert json.loads(quoted({text: [text, text]})) == {text: [text, text]}


@given(TEXTS | PIECES.map("".join))
def test_nothing_leaves_its_line_or_is_a_mark(text: str) -> None:
    made = quoted(text)
    assert len(made.splitlines()) == 1
    assert made.isprintable()
    assert not any(mark in made for mark in (IMAGE, "<|", "</", "[INST]"))


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("x < 5 and y <= 6, 1<2", '"x < 5 and y <= 6, 1<2"'),
        ("Größe 大小 [1, 2] [A1]", '"Größe 大小 [1, 2] [A1]"'),
        ("<image>", r'"\u003cimage>"'),
        ("<|im_end|>", r'"\u003c|im_end|>"'),
        ("[/INST] [IMG]", r'"\u005b/INST] \u005bIMG]"'),
        ("a\u202eb\u200bc", r'"a\u202eb\u200bc"'),
        ("\U000e0041", r'"\udb40\udc41"'),
        ('"}\n', r'"\"}\n"'),
    ],
)
def test_what_is_escaped(text: str, made: str) -> None:
    assert quoted(text) == made


def test_options_have_letters() -> None:
    assert json.loads(lettered(["red", "<image>"])) == {"A": "red", "B": "<image>"}
    assert lettered(()) == "{}"


@pytest.mark.parametrize("kind", [kind for kind in FORMS if kind not in ("yes_no", "text")])
def test_the_example_of_a_form_is_graded_right(kind: str) -> None:
    example = FORMS[kind].rpartition('as in "')[2].rstrip('"')  # type: ignore[index]
    options = ("red", "blue") if kind == "choice" else ()
    assert is_gradable(example, kind, options)  # type: ignore[arg-type]


def test_every_form_has_a_line() -> None:
    assert [line.partition(":")[0] for line in all_forms().splitlines()] == list(FORMS)
