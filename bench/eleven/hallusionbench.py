"""HallusionBench as the split `image` of `lmms-lab/HallusionBench` has it by its dataset card: all
columns texts but the picture; values and notation as in the authors' HallusionBench.json, where
every VS question with number 0 is without figure and so in the other split. The card of the copy
that lmms-eval 0.7.3 names, under lmms-lab-encoder, could not be seen.
"""

import re
from typing import TYPE_CHECKING, Any, Final

from bench.eleven.fixture import Fixture, Row, picture
from harness import lmms

if TYPE_CHECKING:
    import datasets

_COLUMNS: Final = (
    "category",
    "subcategory",
    "visual_input",
    "set_id",
    "figure_id",
    "sample_note",
    "question_id",
    "question",
    "gt_answer_details",
    "gt_answer",
    "filename",
)
_SAME: Final = "Is the right orange circle the same size as the left orange circle?"
_LARGER: Final = "Is the right orange circle larger than the left orange circle?"
_ROWS: Final = (
    ("VD", "illusion", "1", "0", "0", "circle", "0", _SAME, "They are the same size.", "1"),
    ("VD", "illusion", "1", "0", "0", "circle", "1", _LARGER, "They are the same size.", "0"),
    ("VD", "illusion", "2", "0", "1", "circle", "0", _SAME, "The right one is larger.", "0"),
    ("VD", "illusion", "2", "0", "1", "circle", "1", _LARGER, "The right one is larger.", "1"),
    ("VD", "figure", "1", "0", "0", "logo", "0", "Is it the logo?", "It is the logo.", "1"),
    ("VD", "math", "1", "0", "0", "angle", "1", "Is 1 + 2 > 180?", "The sum is 180.", "0"),
    ("VD", "video", "2", "3", "2", "running", "3", "Are they in order?", "They are not.", "0"),
    ("VS", "chart", "1", "0", "1", "import", "0", "Is it the leading one?", "It leads.", "1"),
    ("VS", "chart", "2", "0", "2", "import", "0", "Is it the leading one?", "Another leads.", "0"),
    ("VS", "map", "1", "1", "1", "", "0", "Is it larger?", "It is smaller.", "0"),
    ("VS", "table", "2", "2", "3", "medal", "2", "Has it the most?", "It has the most.", "1"),
    ("VS", "ocr", "1", "5", "1", "poster", "1", "Does it say 1890?", "It says 1890.", "1"),
)


def features() -> "datasets.Features":
    import datasets

    texts = {name: datasets.Value("string") for name in _COLUMNS}
    return datasets.Features({**texts, "image": datasets.Image()})


def rows() -> list[dict[str, Any]]:
    return [_row(*values) for values in _ROWS]


def completions(row: Row) -> dict[str, str]:
    right, wrong = ("yes", "no") if row["gt_answer"] == "1" else ("no", "yes")
    return {
        "right": right.capitalize(),
        "wrong": wrong.capitalize(),
        "right sentence": f"{right.capitalize()}, {row['gt_answer_details']}",
        "wrong upper case": wrong.upper() + ".",
        "unparsable": "It is hard to tell.",
        "nothing known": "I know nothing about it.",
        "reference": row["gt_answer_details"],
        "verbose": f"Looking closely at the figure, the answer is {right}, as far as I can see.",
        "boxed": f"\\boxed{{{right.capitalize()}}}",
        "boxed at the end": f"Is it {wrong}? Look again.\n\\boxed{{{right}}}",
        "both": f"At first it seems {wrong}. The answer is {right}.",
        "multilingual": f"答案是{right}",
        "empty": "",
    }


def theirs(task: Any, row: Row, text: str) -> float | None:
    """By the rule of its `_intern` metrics; None where that has no single word to decide by, and
    its own would ask GPT-4 to understand it.
    """
    result = task.process_results(row, [text])["aAcc"]
    words = set(re.findall(r"[a-z]+", result["model_prediction"].lower()))
    if len(words & {"yes", "no"}) != 1:
        return None
    rule = lmms.module("hallusion_bench.evaluate_hb").hb_aggregation_result_intern
    return float(rule([dict(result)], "aAcc"))


def _row(*values: str) -> dict[str, Any]:
    category, subcategory, _, set_id, figure_id = values[:5]
    place = f"{category}/{subcategory}/{set_id}_{figure_id}.png"
    row = dict(zip(_COLUMNS, (*values, f"./hallusion_bench/{place}"), strict=True))
    return {**row, "image": picture(place)}


FIXTURE: Final = Fixture("hallusionbench", "image", features, rows, completions, theirs)
