"""A row of any task of lmms-eval in the terms of a sample, from columns of known names and from
what the task itself says of it. Nothing is guessed: options whose target cannot be told among them
stay in the question's text.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from blindspot.core.artifact import digest_of
from blindspot.core.grading import is_gradable, letter
from blindspot.core.records import AnswerKind
from harness import lmms
from harness.benchmark import Doc, Fields
from harness.options import lettered

if TYPE_CHECKING:
    import datasets

_IDS: Final = ("id", "question_id", "qid", "index", "idx", "pid", "sample_id", "uid")
_QUESTIONS: Final = ("question", "query", "problem", "prompt", "instruction")
_OPTIONS: Final = ("options", "choices")
_TARGETS: Final = ("answers", "answer", "label")
_NUMBER: Final = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?|[-+]?\.\d+")


@dataclass(frozen=True)
class Columns:
    """Where a row has what a sample needs; None where no column has a known name."""

    id: str | None
    question: str | None
    options: str | None

    @classmethod
    def of(cls, data: "datasets.Dataset") -> "Columns":
        """The columns of this data; the one of ids has another value in every row."""
        have = data.column_names
        return cls(
            id=next((n for n in _IDS if n in have and _unique(data[n])), None),
            question=next((n for n in _QUESTIONS if n in have), None),
            options=next((n for n in _OPTIONS if n in have), None),
        )

    def fields(self, task: lmms.Task, doc: Doc) -> Fields:
        """A row; its id is a digest of its text where it has none."""
        asked = doc.get(self.question) if self.question else None
        whole = asked if isinstance(asked, str) and asked.strip() else task.text(doc)
        given = _options(task, doc, self.options)
        question, options = (whole, given) if given else lettered(whole)
        place = _place(task, doc, options)
        target = _target(task, doc) if place is None else letter(place)
        return Fields(
            id=str(doc[self.id]) if self.id else digest_of(_texts(doc))[:16],
            question=whole if place is None else question,
            options=() if place is None else options,
            target=target,
            answer_kind=_kind(target) if place is None else "choice",
        )


def _options(task: lmms.Task, doc: Doc, column: str | None) -> tuple[str, ...]:
    """The task's choices, or the texts of the column of options."""
    by_task = task.inner.config.doc_to_choice is not None
    given: Any = task.inner.doc_to_choice(doc) if by_task else doc.get(column) if column else None
    if not isinstance(given, Sequence) or isinstance(given, str):
        return ()
    texts = tuple(map(str, given))
    return texts if all(text.strip() for text in texts) else ()


def _place(task: lmms.Task, doc: Doc, options: tuple[str, ...]) -> int | None:
    """Which option the target is: by number, or by letter or text where these agree; None where
    that cannot be told or could not be graded.
    """
    given: Any = task.inner.doc_to_target(doc)
    if isinstance(given, int) and not isinstance(given, bool):
        found = {given} & set(range(len(options)))
    else:
        target = _target(task, doc)
        letters = [letter(i) for i in range(len(options))]
        bare = target.strip().strip("().").upper()
        found = {i for i, text in enumerate(options) if text == target or letters[i] == bare}
    place = found.pop() if len(found) == 1 else None
    gradable = place is not None and is_gradable(letter(place), "choice", options)
    return place if gradable else None


def _target(task: lmms.Task, doc: Doc) -> str:
    """The task's target; the column that holds it where the YAML names one that is not there, which
    lmms-eval reads as a text (TextVQA: `answer`).
    """
    stated = task.inner.config.doc_to_target
    if not isinstance(stated, str) or "{" in stated or stated in doc:
        return task.target(doc)
    given: Any = next((doc[name] for name in _TARGETS if name in doc), stated)
    return str(given[0] if isinstance(given, list) and given else given)


def _kind(target: str) -> AnswerKind:
    if target.strip().casefold() in ("yes", "no"):
        return "yes_no"
    return "number" if _NUMBER.fullmatch(target.strip()) else "text"


def _unique(values: Sequence[Any]) -> bool:
    """Whether they can be ids: texts or whole numbers, each once."""
    kept = {str(v) for v in values if isinstance(v, (str, int)) and v != ""}
    return len(kept) == len(values)


def _texts(doc: Doc) -> dict[str, str]:
    return {k: str(v) for k, v in doc.items() if isinstance(v, (str, int, float, list, Mapping))}
