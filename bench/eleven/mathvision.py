"""MATH-Vision as `MathLLMs/MathVision` has it. Columns and what is missing in which row are those
of its authors' file of the test split; that the picture stands in `decoded_image` beside the path
in `image` is what its task reads. The card's own list of types could not be seen.

Some rows that ask for a value hold it in LaTeX; options may be only the letters of the picture.
"""

from typing import TYPE_CHECKING, Any, Final

from bench.eleven.fixture import Fixture, Row, picture

if TYPE_CHECKING:
    import datasets

_LETTERS: Final = ["A", "B", "C", "D", "E"]
_ROWS: Final = (
    ("Which piece is missing?\n<image1>", _LETTERS, "C", "logic", 1),
    (
        "How large is the ratio?\n<image1>",
        ["$3: 2$", "$4: 3$", "$\\sqrt{3}: 1$", "$2: 1$", "$9: 1$"],
        "B",
        "metric geometry - area",
        4,
    ),
    (
        "How large is the angle?\n<image1>",
        ["$30^{\\circ}$", "$24^{\\circ}$", "$18^{\\circ}$", "$15^{\\circ}$", "$10^{\\circ}$"],
        "E",
        "metric geometry - angle",
        5,
    ),
    ("Which number stands for the mark?\n<image1>", [], "60", "arithmetic", 2),
    ("What fraction is shaded?\n<image1> <image2>", [], "\\frac{3}{4}", "algebra", 3),
    ("How long is it?\n<image1>", [], "525/2", "metric geometry - length", 5),
    ("How large is its area?", [], "\\frac{\\sqrt{21}}{5}", "analytic geometry", 5),
    ("Where do they meet?\n<image1>", [], "(3,-4)", "analytic geometry", 5),
)
_WRONG: Final = {"60": "61", "\\frac{3}{4}": "\\frac{4}{3}", "525/2": "525", "(3,-4)": "(4,-3)"}


def features() -> "datasets.Features":
    import datasets

    string = datasets.Value("string")
    return datasets.Features(
        {
            "id": string,
            "question": string,
            "options": datasets.List(string),
            "image": string,
            "decoded_image": datasets.Image(),
            "answer": string,
            "solution": string,
            "level": datasets.Value("int64"),
            "subject": string,
        }
    )


def rows() -> list[dict[str, Any]]:
    return [
        {
            "id": str(i),
            "question": question,
            "options": options,
            "image": f"images/{i}.jpg",
            "decoded_image": picture(f"mathvision {i}", kind="JPEG"),
            "answer": answer,
            "solution": None if i % 2 else "It follows from the figure.",
            "level": level,
            "subject": subject,
        }
        for i, (question, options, answer, subject, level) in enumerate(_ROWS, 1)
    ]


def completions(row: Row) -> dict[str, str]:
    right = row["answer"]
    wrong = "D" if row["options"] else _WRONG.get(right, "\\frac{\\sqrt{22}}{5}")
    said = {
        "right": right,
        "wrong": wrong,
        "unparsable": "It cannot be seen in the picture.",
        "verbose": f"Let me think step by step. The answer is {right}.",
        "verbose and wrong": f"Let me think step by step. The answer is {wrong}.",
        "boxed": f"So we get \\boxed{{{right}}}.",
        "boxed and wrong": f"So we get \\boxed{{{wrong}}}.",
        "boxed twice": f"First \\boxed{{{wrong}}}, then \\boxed{{{right}}}",
        "empty": "",
        "blank": " \n",
        "with a name": f"\\boxed{{x = {right}}}",
        "with a unit": f"\\boxed{{{right} \\text{{ cm}}}}",
        "at the end": f"Therefore ({right}).",
        "an open box": "\\boxed{" * 3 + right,
        "a wrong letter": "The final answer is (Z)",
        "a sum": "\\boxed{15 + 9 \\times 5}",
        "a decimal": "\\boxed{0.75}",
        "a quotient": "\\boxed{525 \\div 2}",
        "a root": "\\boxed{\\sqrt{3600}}",
        "a power": "\\boxed{2^{10}}",
        "a comparison": "\\boxed{3 < 60}",
        "a tuple": "\\boxed{(6/2, 0-4)}",
        "a list": "\\boxed{[3, -4]}",
        "a word": "\\boxed{exit}",
        "a call": "\\boxed{__import__('os').getcwd()}",
        "several lines": f"{right}\nbecause the figure shows it",
    }
    return said | ({"text": row["options"]["ABCDE".index(right)]} if row["options"] else {})


def theirs(task: Any, row: Row, text: str) -> float | None:
    """Without the bounds, so every completion is harmless."""
    return float(task.process_results(row, [text])["mathvision_standard_eval"]["scores"][0])


FIXTURE: Final = Fixture("mathvision", "test", features, rows, completions, theirs)
