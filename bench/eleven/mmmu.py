"""MMMU as its card and that of its merged copy (lmms-lab/MMMU, now lmms-lab-encoder/MMMU) list it:
texts, of which options, img_type and some answers are lists written as text, and seven columns of
pictures, most of them empty. The kinds of answers are those of the published answers to the
validation split, where question_type is `multiple-choice` or `open`.

Not seen: the rows themselves. Marks named repeatedly (validation_Math_19) and out of order (many
rows) were seen in MMMU-Pro, which shuffles options.
"""

import ast
import contextlib
import io
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

from bench.eleven.fixture import Fixture, Row, picture

if TYPE_CHECKING:
    import datasets

_ROWS: Final = (
    # subject, number, pictures, question, options, answer, img_type
    ("Accounting", 1, 1, "<image 1> What is the overhead?", ["$6", "$7", "$8"], "B", ["Tables"]),
    ("Art_Theory", 2, 1, "Who made the <image 1>?", ["Braque", "Miró"], "A", ["Paintings"]),
    (
        *("Music", 3, 4, "Which is the C scale?"),
        *(["<image 1>", "<image 2>", "<image 3>", "<image 4>"], "D", ["Sheet Music"]),
    ),
    (
        *("Biology", 4, 3, "<image 1> is a cell and <image 2> another. Which divides?"),
        *(["the first", "it is <image 3>", "none"], "B", ["Microscopic Images", "Diagrams"]),
    ),
    (
        *("Math", 19, 2, "A graph <image 1> and a tree <image 2> of <image 1>: give the cut sets."),
        *(["{a, b}", "{c}", "{d}", "none of them"], "C", ["Trees and Graphs"]),
    ),
    (
        *("Psychology", 17, 2, "Which graph shows arousal?"),
        *(["<image 2>", "<image 1>"], "A", ["Plots and Charts"]),
    ),
    ("Pharmacy", 4, 2, "What is <image 1>?", ["an acid", "a base"], "B", ["Chemical Structures"]),
    (
        *("History", 8, 1, "When was this? <image 1>"),
        *([f"in {1900 + i}" for i in range(9)], "I", ["Photographs"]),
    ),
    ("Chemistry", 13, 1, "What is the pH in <image 1>?", [], "12.97", ["Diagrams"]),
    ("Math", 15, 1, "Find the length of AB in <image 1>.", [], "['24/7', '3.429']", ["Diagrams"]),
    ("Psychology", 20, 1, "Which stage is <image 1>?", [], "embryonic", ["Medical Images"]),
    ("Physics", 21, 1, "Which lamp of <image 1> is brightest?", [], "C", ["Diagrams"]),
)


def features() -> "datasets.Features":
    import datasets

    before = ("id", "question", "options", "explanation")
    after = ("img_type", "answer", "topic_difficulty", "question_type", "subfield")
    text = datasets.Value("string")
    pictures = {f"image_{i}": datasets.Image() for i in range(1, 8)}
    return datasets.Features(
        {**dict.fromkeys(before, text), **pictures, **dict.fromkeys(after, text)}
    )


def rows() -> list[dict[str, Any]]:
    return [
        {
            "id": f"validation_{subject}_{number}",
            "question": question,
            "options": str(options),
            "explanation": "",
            **{f"image_{i}": None for i in range(1, 8)},
            **{f"image_{i}": picture(f"{subject} {number}.{i}") for i in range(1, count + 1)},
            "img_type": str(kinds),
            "answer": answer,
            "topic_difficulty": "Medium",
            "question_type": "multiple-choice" if options else "open",
            "subfield": subject.replace("_", " "),
        }
        for subject, number, count, question, options, answer, kinds in _ROWS
    ]


def completions(row: Row) -> dict[str, str]:
    options = ast.literal_eval(row["options"])
    return _choices(row["answer"], options) if options else _open(row["answer"])


def _choices(right: str, options: list[str]) -> dict[str, str]:
    letters = [chr(ord("A") + i) for i in range(len(options))]
    wrong = letters[letters.index(right) - 1]
    text = options[letters.index(right)]
    return {
        "right": right,
        "wrong": wrong,
        "with a stop": f"{right}.",
        "with a line break": f"\n{right}\n",
        "lower case": right.lower(),
        "unparsable": "it is hard to tell",
        "verbose": f"At first it seemed ({wrong}), but the answer is ({right}).",
        "boxed": f"\\boxed{{{right}}}",
        "empty": "",
        "by its text": f"after a long look at all of it: {text}",
        "only its text": text,
        "the end of a word": "DNA is a molecule",
        "refusal": "Sorry, nothing can be said of this.",
    }


def _open(answer: str) -> dict[str, str]:
    several = ast.literal_eval(answer) if answer.startswith("[") else [answer]
    first, last = several[0], several[-1]
    return {
        "right": first,
        "another of several": last,
        "wrong": "-70.5",
        "unparsable": "?",
        "verbose": f"Two lines meet.\nWe try.\nSo the result is {last}.",
        "boxed": f"\\boxed{{{last}}}",
        "empty": "",
        "equation": f"x = 5 + y = {last}",
        "with commas": f"It is 1,234,567 and not {last}",
        "infinite": "1e999 or nan",
    }


def theirs(task: Any, row: Row, text: str) -> float | None:
    """Its aggregation over this one sample; None where it draws an option."""
    from lmms_eval.tasks._task_utils import mmmu_mcq_utils
    from lmms_eval.tasks.mmmu import utils

    with (
        mock.patch.object(mmmu_mcq_utils.random, "choice", return_value="drawn") as drawn,
        contextlib.redirect_stdout(io.StringIO()),
    ):
        score = utils.mmmu_aggregate_results([task.process_results(row, [text])["mmmu_acc"]])
    return None if drawn.called else float(score)


def on_purpose(row: Row, text: str) -> bool:
    """Of several answers lmms-eval takes the list itself for the answer."""
    return row["answer"].startswith("[")


FIXTURE: Final = Fixture("mmmu", "validation", features, rows, completions, theirs, on_purpose)
