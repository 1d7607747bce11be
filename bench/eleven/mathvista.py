"""MathVista as `AI4Math/MathVista` has it, with the columns and types that its dataset card lists;
the nesting of `metadata` and what is missing in which kind of row as in its authors' JSON files.

Questions with options hold their text as the answer; the others have no options. `precision` is a
float, and only decimals have one: lmms-eval counts every decimal answer wrong.
"""

from typing import TYPE_CHECKING, Any, Final
from unittest import mock

from bench.eleven.fixture import Fixture, Row, picture

if TYPE_CHECKING:
    import datasets

_FIGURE: Final = ("figure question answering", "bar chart", ["statistical reasoning"])
_GEOMETRY: Final = (
    "geometry problem solving",
    "geometry diagram",
    ["geometry reasoning", "algebraic reasoning"],
)
_ROWS: Final = (
    ("Find the size of ∠BOC.", ["100°", "45°", "120°", "150°"], "120°", "text", None, _GEOMETRY),
    ("Which bar is highest?", ["A", "B", "C", "D", "E"], "C", "text", None, _FIGURE),
    ("Is Cyan the minimum?", ["No", "Yes"], "Yes", "text", None, _FIGURE),
    ("How many are sold?", ["9", "12", "18", "18"], "18", "text", None, _FIGURE),
    (
        "When was it bought?",
        None,
        "2017",
        "integer",
        None,
        ("visual question answering", "natural image", ["numeric commonsense"]),
    ),
    (
        "How many coins are needed?",
        None,
        "-3",
        "integer",
        None,
        ("math word problem", "abstract scene", ["arithmetic reasoning"]),
    ),
    (
        "In which years was it highest?",
        None,
        "[2014, 2016]",
        "list",
        None,
        ("textbook question answering", "table", ["scientific reasoning"]),
    ),
    (
        "What is the mean?",
        None,
        "0.7",
        "float",
        1.0,
        ("figure question answering", "line plot", ["statistical reasoning"]),
    ),
)
_WRONG: Final = {"integer": "41", "float": "0.4", "list": "[2013, 2016]"}
_VERBOSE: Final = "I read 17 and 4 from the picture. "


def features() -> "datasets.Features":
    import datasets

    string, integer = datasets.Value("string"), datasets.Value("int64")
    metadata = {
        "category": string,
        "context": string,
        "grade": string,
        "img_height": integer,
        "img_width": integer,
        "language": string,
        "skills": datasets.List(string),
        "source": string,
        "split": string,
        "task": string,
    }
    return datasets.Features(
        {
            "pid": string,
            "question": string,
            "image": string,
            "decoded_image": datasets.Image(),
            "choices": datasets.List(string),
            "unit": string,
            "precision": datasets.Value("float64"),
            "answer": string,
            "question_type": string,
            "answer_type": string,
            "metadata": metadata,
            "query": string,
        }
    )


def rows() -> list[dict[str, Any]]:
    return [row(i, *values) for i, values in enumerate(_ROWS, 1)]


def row(
    number: int,
    question: str,
    choices: list[str] | None,
    answer: str,
    answer_type: str,
    precision: float | None,
    kind: tuple[str, str, list[str]],
) -> dict[str, Any]:
    task, context, skills = kind
    return {
        "pid": str(number),
        "question": question,
        "image": f"images/{number}.jpg",
        "decoded_image": picture(f"mathvista {number}", kind="JPEG"),
        "choices": choices,
        "unit": "$" if answer == "-3" else None,
        "precision": precision,
        "answer": answer,
        "question_type": "multi_choice" if choices else "free_form",
        "answer_type": answer_type,
        "metadata": {
            "category": "general-vqa",
            "context": context,
            "grade": "not applicable",
            "img_height": 72,
            "img_width": 96,
            "language": "english",
            "skills": skills,
            "source": "ChartQA",
            "split": "testmini",
            "task": task,
        },
        "query": f"Hint: Please answer the question.\nQuestion: {question}",
    }


def completions(row: Row) -> dict[str, str]:
    choices, right = row["choices"], row["answer"]
    wrong = next(c for c in choices if c != right) if choices else _WRONG[row["answer_type"]]
    said = {
        "right": right,
        "wrong": wrong,
        "with spaces": f"  {right}\n",
        "unparsable": "It cannot be seen in the picture.",
        "verbose": f"{_VERBOSE}So the answer is {right}.",
        "verbose and wrong": f"{_VERBOSE}So the answer is {wrong}.",
        "boxed": f"\\boxed{{{right}}}",
        "empty": "",
        "hedged": f"The answer is {right} or {wrong}.",
        "taken back": f"The answer is {right}. Wait, it is {wrong}.",
        "more digits": "2017.0",
        "a huge number": "9" * 5000,
        "a power": "9**9**9",
        "not a number": "nan",
    }
    return said | (_lettered(choices, right) if choices else {})


def theirs(task: Any, row: Row, text: str) -> float | None:
    """None where its judge is asked."""
    from lmms_eval.tasks.mathvista.mathvista_evals import MathVistaEvaluator

    with mock.patch.object(MathVistaEvaluator, "get_chat_response", return_value="") as judge:
        result = task.process_results(row, [text])["llm_as_judge_eval"]
    return None if judge.called else float(result["true_false"])


def on_purpose(row: Row, text: str) -> bool:
    """Decimals, which lmms-eval rounds to a float's number of places and so gives up; and nothing
    said, for which it picks the option that is shortest.
    """
    return row["answer_type"] == "float" or not text.strip()


def _lettered(choices: list[str], right: str) -> dict[str, str]:
    letter = "ABCDE"[choices.index(right)]
    other = "ABCDE"[(choices.index(right) + 1) % 2]
    return {
        "letter": letter,
        "letter in brackets": f"({letter})",
        "letter and text": f"{letter}. {right}",
        "another letter": other,
        "quoted": f'The answer is "{right}".',
        "bold": f"**Answer: {letter}**",
        "contradiction": f"({other}) {right}",
    }


FIXTURE: Final = Fixture("mathvista", "testmini", features, rows, completions, theirs, on_purpose)
