"""Options inside a question's text: the forms of public benchmarks, and what must stay whole."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness.options import lettered

SPLIT = {
    "after a label, on one line": (
        "Which is right?\nOptions: A: It is on the book., B: It is, I think, beneath., C: No",
        ("Which is right?", ("It is on the book.", "It is, I think, beneath.", "No")),
    ),
    "on lines, with an instruction behind": (
        "Where does it face?\n\nA. Left\nB. Straight\nC. Right\nAnswer with the letter only.",
        ("Where does it face?\nAnswer with the letter only.", ("Left", "Straight", "Right")),
    ),
    "in brackets, on one line": ("What is it? (A) red (B) blue", ("What is it?", ("red", "blue"))),
    "in brackets, over two lines": (
        "Choose:\n(A) 1 (B) 2\n(C) 3 (D) 4",
        ("Choose:", ("1", "2", "3", "4")),
    ),
    "in brackets, with commas": ("How? (A) one, (B) two", ("How?", ("one", "two"))),
    "without a space": ("Find x.\nChoices:\nA:65°\nB:55°", ("Find x.", ("65°", "55°"))),
    "with a half bracket": ("Which?\nA) 3\nB) 5", ("Which?", ("3", "5"))),
    "with commas and stops": ("How many? A. 5, B. 6, C. 7", ("How many?", ("5", "6", "7"))),
    "letters as options": (
        "Which point?\nOptions: A: B, B: C, C: A",
        ("Which point?", ("B", "C", "A")),
    ),
    "initials in an option": ("Who?\nA. J. Smith\nB. P. Lee", ("Who?", ("J. Smith", "P. Lee"))),
    "letters in brackets in an option": (
        "Which holds?\nA. only (A)\nB. only (B)",
        ("Which holds?", ("only (A)", "only (B)")),
    ),
    "a ratio before the label": (
        "What is the ratio A: B?\nOptions: A: 1, B: 2",
        ("What is the ratio A: B?", ("1", "2")),
    ),
    "over several lines, nothing behind": (
        "Which program?\nA. x = 1\nprint(x)\nB. x = 2",
        ("Which program?", ("x = 1\nprint(x)", "x = 2")),
    ),
}

WHOLE = {
    "none": "What is shown?",
    "empty": "",
    "one": "Is it so?\nA. yes",
    "names of figures": "Is figure (A) or figure (B) larger?",
    "a gap": "Which?\nA. x\nC. y",
    "not from A": "Which?\nB. x\nC. y",
    "a letter twice": "Which?\nA. x\nB. y\nB. z",
    "an empty option": "Which?\nA.\nB. y",
    "no question": "A. x\nB. y",
    "a plan in the text": "He has plan A. Then, B. comes.",
    "a question behind": "Consider\nA. x\nB. y\nWhich is true?",
    "two lists": "Consider:\nA. x\nB. y\nOne holds: (A) first (B) second",
    "where the last option ends is open": "Which?\nA. x = 1\nprint(x)\nB. x = 2\nprint(x)",
    "a word between letters": "Options: A: see B: below",
}


@pytest.mark.parametrize("form", SPLIT)
def test_options_are_split_out(form: str) -> None:
    text, wanted = SPLIT[form]
    assert lettered(text) == wanted


@pytest.mark.parametrize("form", WHOLE)
def test_a_text_that_can_be_read_otherwise_stays_whole(form: str) -> None:
    assert lettered(WHOLE[form]) == (WHOLE[form], ())


@given(st.text(alphabet="AB.:()x,;? \n", max_size=60) | st.text())
@example("Options: Options: A: x, B: y")
def test_any_text_is_split_whole_or_left_alone(text: str) -> None:
    question, options = lettered(text)
    assert len(options) != 1
    assert question == text if not options else question and all(o in text for o in options)


_OPTION = st.text(alphabet="xyz 012,-°", min_size=1).filter(lambda s: s.strip(" ,;"))


@pytest.mark.parametrize(
    ("form", "join"),
    [("{}. {}", "\n"), ("{}: {}", "\n"), ("{}) {}", "\n"), ("({}) {}", "\n"), ("({}) {}", " ")],
)
@given(options=st.lists(_OPTION.map(lambda s: s.strip(" ,")), min_size=2, max_size=8))
def test_what_was_joined_is_split_again(form: str, join: str, options: list[str]) -> None:
    lines = [form.format(chr(65 + i), option) for i, option in enumerate(options)]
    assert lettered(f"Which one?\n{join.join(lines)}") == ("Which one?", tuple(options))
