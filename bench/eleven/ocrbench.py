"""OCRBench as `echo840/OCRBench` has it: dataset, question, question_type, answer (a list), image.
Columns and types are those of its card, questions and answers like those of the authors'
`OCRBench.json`.
"""

from typing import TYPE_CHECKING, Any, Final

from bench.eleven.fixture import Fixture, Row, picture

if TYPE_CHECKING:
    import datasets

_WORD: Final = "what is written in the image?"
_FROM_TEXT: Final = "Answer this question using the text in the image directly."
_FORMULA: Final = "Please write out the expression of the formula in the image using LaTeX format."
_ROWS: Final = (
    ("IIIT5K", "Regular Text Recognition", _WORD, ["CENTRE"]),
    ("svtp", "Irregular Text Recognition", _WORD, ["THREADS"]),
    ("WordArt", "Artistic Text Recognition", _WORD, ["GOOD"]),
    ("WordArt", "Artistic Text Recognition", _WORD, ["GOOD"]),
    ("IAM", "Handwriting Recognition", _WORD, ["communities"]),
    ("ORAND", "Digit String Recognition", "what is the number in the image?", ["5743"]),
    ("NonSemanticText", "Non-Semantic Text Recognition", _WORD, ["espt"]),
    ("textVQA", "Scene Text-centric VQA", "What airline is this?", ["Airfrance", "Air france"]),
    ("ocrVQA", "Scene Text-centric VQA", "Which year's calendar is this?", ["2016"]),
    ("docVQA", "Doc-oriented VQA", "What is the value exercised?", ["$506 million"]),
    ("ChartQA", "Doc-oriented VQA", "Who has the highest margin?", ["Ted Baker"]),
    (
        "SROIE",
        "Key Information Extraction",
        f"Who issued it? {_FROM_TEXT}",
        ["MR. D.I.Y.\nSDN BHD"],
    ),
    (
        "HME100k",
        "Handwritten Mathematical Expression Recognition",
        _FORMULA,
        ["y _ { 2 } = - A\n", "y_2 = - A\n"],
    ),
)


def features() -> "datasets.Features":
    import datasets

    return datasets.Features(
        {
            "dataset": datasets.Value("string"),
            "question": datasets.Value("string"),
            "question_type": datasets.Value("string"),
            "answer": datasets.List(datasets.Value("string")),
            "image": datasets.Image(),
        }
    )


def rows() -> list[dict[str, Any]]:
    return [
        {
            "dataset": source,
            "question": question,
            "question_type": category,
            "answer": answers,
            "image": picture(f"ocrbench {i}", kind="JPEG"),
        }
        for i, (source, category, question, answers) in enumerate(_ROWS)
    ]


def completions(row: Row) -> dict[str, str]:
    right = row["answer"][-1].strip()
    return {
        "right": right,
        "wrong": "something else",
        "every answer": " / ".join(row["answer"]),
        "lower case": right.lower(),
        "without spaces": right.replace(" ", ""),
        "broken lines": right.replace(" ", "\n"),
        "full width": "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in right),
        "spelt out": " ".join(right),
        "inside a word": f"9{right}9",
        "cut off": right[:-1],
        "unparsable": "it cannot be read",
        "verbose": f'The picture says "{right}".',
        "boxed": f"\\boxed{{{right}}}",
        "empty": "",
    }


def theirs(task: Any, row: Row, text: str) -> float | None:
    return float(task.process_results(row, [text])["ocrbench_accuracy"]["score"])


FIXTURE: Final = Fixture("ocrbench", "test", features, rows, completions, theirs)
