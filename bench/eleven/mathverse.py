"""MathVerse as `CaraJ/MathVerse-lmmseval` has its configuration `testmini`: the columns of its
authors' JSON files with the picture instead of its path, and `question_for_eval`, which its history
names and its task reads. The card's own list of types could not be seen.

One problem stands here in all five versions: the later ones say less in the text, and the last has
no question at all outside the picture. (The sixth version, text alone, is a configuration of its
own, whose `image` is an empty string.)
"""

from typing import TYPE_CHECKING, Any, Final
from unittest import mock

from bench.eleven.fixture import Fixture, Row, picture

if TYPE_CHECKING:
    import datasets

_DIRECT: Final = (
    "Please directly answer the question and provide the final value, e.g., 1, 2.5, 300."
)
_CHOICES: Final = "\nChoices:\nA:40°\nB:60°\nC:120°\nD:140°"
_ANGLE: Final = "In triangle ABC angle A = 80. Find angle CED ()" + _CHOICES
_LENGTHS: Final = "Find AC.\nChoices:\nA:4√{3}+2\nB:4√{3}+3\nC:8√{3}+1\nD:8√{3}"
_ROWS: Final = (
    ("1", "Text Dominant", _ANGLE, "D", ("Plane Geometry", "Angle")),
    ("1", "Text Lite", "Find angle CED ()" + _CHOICES, "D", ("Plane Geometry", "Angle")),
    ("1", "Vision Intensive", "Find angle CED ()" + _CHOICES, "D", ("Plane Geometry", "Angle")),
    ("1", "Vision Dominant", "Find angle CED ()" + _CHOICES, "D", ("Plane Geometry", "Angle")),
    ("1", "Vision Only", "", "D", ("Plane Geometry", "Angle")),
    ("2", "Text Lite", _LENGTHS, "C", ("Plane Geometry", "Length")),
    ("3", "Text Lite", "Is it even? Choose A, B or C.", "(B)", ("Functions", "Property")),
    ("4", "Text Lite", "Find L.", "14", ("Solid Geometry", "Length")),
    ("5", "Text Lite", "Find r.", "$4\\sqrt{5}$", ("Plane Geometry", "Length")),
    (
        "6",
        "Vision Dominant",
        "Find the area.",
        "Area $=9 \\pi \\mathrm{cm}^{2}$",
        ("Plane Geometry", "Area"),
    ),
    ("7", "Text Lite", "Where is the vertex?", "(2,-2)", ("Functions", "Coordinate")),
)
_WRONG: Final = {"D": "A", "C": "D", "(B)": "C", "(2,-2)": "(2, 5)"}


def features() -> "datasets.Features":
    import datasets

    string = datasets.Value("string")
    return datasets.Features(
        {
            "sample_index": string,
            "problem_index": string,
            "problem_version": string,
            "question": string,
            "image": datasets.Image(),
            "answer": string,
            "question_type": string,
            "metadata": {"split": string, "source": string, "subject": string, "subfield": string},
            "query_wo": string,
            "query_cot": string,
            "question_for_eval": string,
        }
    )


def rows() -> list[dict[str, Any]]:
    return [row(i, *values) for i, values in enumerate(_ROWS, 1)]


def row(
    number: int, problem: str, version: str, question: str, answer: str, kind: tuple[str, str]
) -> dict[str, Any]:
    asked = f"\nQuestion: {question}" if question else ""
    return {
        "sample_index": str(number),
        "problem_index": problem,
        "problem_version": version,
        "question": question,
        "image": picture(f"mathverse {number}"),
        "answer": answer,
        "question_type": "multi-choice" if answer in ("D", "C", "(B)") else "free-form",
        "metadata": {
            "split": "testmini",
            "source": "GeoQA",
            "subject": kind[0],
            "subfield": kind[1],
        },
        "query_wo": _DIRECT + asked,
        "query_cot": "Please first conduct reasoning." + asked,
        "question_for_eval": question or _ANGLE,
    }


def completions(row: Row) -> dict[str, str]:
    right = row["answer"]
    wrong = _WRONG.get(right, "7.25")
    return {
        "right": right,
        "wrong": wrong,
        "unparsable": "It cannot be seen in the picture.",
        "verbose": f"We know that 80 + 60 = 140. So the answer is {right}.",
        "verbose and wrong": f"We know that 80 + 60 = 140. So the answer is {wrong}.",
        "boxed": f"\\boxed{{{right}}}",
        "boxed and wrong": f"\\boxed{{{wrong}}}",
        "empty": "",
        "hedged": f"The answer is {right} or {wrong}.",
        "taken back": f"The answer is {right}. But no, it is {wrong}.",
        "a power": "9**9**9",
        "an open box": "\\boxed{" * 5,
    }


def theirs(task: Any, row: Row, text: str) -> float | None:
    """None where its judge is asked, which it always is."""
    from lmms_eval.tasks.mathverse.mathverse_evals import MathVerseEvaluator

    with mock.patch.object(MathVerseEvaluator, "score_answer", return_value=False) as judge:
        score = task.process_results(row, [text])["gpt_eval_score"]
    return None if judge.called else float(score)


FIXTURE: Final = Fixture("mathverse", "testmini", features, rows, completions, theirs)
