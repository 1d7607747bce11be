"""What a completion states as its answer, whoever scored it: what several rules read.

    a choice, "The answer is (B)."              letter "B", in words "blue"
    a number, scored by its whole text          "12" of "There are 12 bars."

The benchmark's own reading comes first; where that is the whole completion, as some have it, the
core grader reads it.
"""

import re
from functools import lru_cache
from typing import Final

from blindspot.core.grading import Grade, extract, grade, letter
from blindspot.core.records import AnswerKind, Prediction, Sample

_BOX_END: Final = 2000
_SPACED: Final = re.compile(r"[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""A letter or digit of a script that writes spaces between words."""
_SENTENCE: Final = re.compile(r"\S[^.。!?\n]{0,160}")
_WORKED_OUT: Final = re.compile(
    r"\d[\s)]{0,3}(?:[-+*/×÷−]|plus|minus|times|\\times)[\s(]{0,3}\d{1,12}[^=\n]{0,40}?(?:=|equals)"
)


def answer_of(sample: Sample, prediction: Prediction) -> str | None:
    """What was read as the answer, in the form of the target; None if nothing can be."""
    own = prediction.answer
    return core_grade(sample, text_of(prediction) if own is None else own).answer


def core_grade(sample: Sample, text: str) -> Grade:
    """What the core grader reads in a text, and whether it is the target. Of a box only the end is
    read: a long run of digits would take minutes.
    """
    kind = sample.answer_kind
    text = text[-_BOX_END:] if kind == "box" else text
    return _graded(text, sample.target, kind, sample.options)


@lru_cache(maxsize=4)
def _graded(text: str, target: str, kind: AnswerKind, options: tuple[str, ...]) -> Grade:
    """The rules ask for the same reading one after the other."""
    return grade(text, target=target, kind=kind, options=options)


def text_of(prediction: Prediction) -> str:
    """What the model said, without its reasoning."""
    return prediction.completion.text if prediction.completion else ""


def in_words(sample: Sample, answer: str) -> str:
    """Of a choice the text of its option, of anything else the answer itself."""
    if sample.answer_kind != "choice":
        return answer
    options = {letter(i): option for i, option in enumerate(sample.options)}
    return options.get(answer.strip().upper(), answer)


def said_of(text: str) -> str:
    """What the completion's last statement of an answer says, without the marks around it."""
    return (extract(text, "text") or "").strip(" \t\n.*$\"'`。")


def target_in(sample: Sample, text: str) -> str | None:
    """The span of the text that is the target, or, of a choice, the right option's text."""
    wanted = in_words(sample, sample.target).strip()
    if not wanted:
        return None
    for found in re.finditer(re.escape(wanted), text, re.IGNORECASE):
        around = (
            text[max(0, found.start() - 1) : found.start()],
            text[found.end() : found.end() + 1],
        )
        if not any(map(_SPACED.match, around)):
            return found.group()
    return None


def is_worked_out(text: str) -> bool:
    """Whether the text computes something."""
    return _WORKED_OUT.search(text) is not None


def sentence_with(text: str, answer: str) -> str | None:
    """The beginning of the last line that holds the answer, verbatim, as evidence."""
    for line in reversed(text[-2000:].splitlines()):
        if answer and answer in line:
            place = max(0, line.index(answer) - 80)
            return line[place : place + 160].strip() or None
    return None


def first_sentence(text: str) -> str | None:
    """The first sentence, verbatim, or its beginning."""
    found = _SENTENCE.search(text)
    return found.group() if found else None
