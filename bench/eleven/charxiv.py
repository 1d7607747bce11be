"""CharXiv as `princeton-nlp/CharXiv` has it: a figure, four descriptive questions and one reasoning
question. Columns and types are those of the dataset's viewer, kinds and answers those of the
authors' `reasoning_val.json`. `subplot_loc` is a text where row and column say nothing.
"""

from typing import TYPE_CHECKING, Any, Final
from unittest import mock

from bench.eleven.fixture import Fixture, Row, picture
from harness import lmms

if TYPE_CHECKING:
    import datasets

_ROWS: Final = (
    # question, who wrote it, answer, kind, what is surely wrong, what only a judge can tell
    ("Which model declines more?", 1, "Joint-CNN", 1, "42", "Ours-AL-MML"),
    ("Which subplot is split differently?", 3, "(c)", 1, "(d)", "the third one"),
    ("Which curve is lowest at t = 3?", 3, "λ", 1, "0.5", "the blue curve"),
    ("Do the two lines intersect?", 2, "No", 2, "Yes", "They are parallel."),
    ("How does it develop?", 3, "Decreasing, then increasing", 2, "7", "It falls and then rises."),
    ("What is the value at x = 2?", 3, "10^-2", 3, "10^-3", "about a hundredth"),
    ("What share has class A?", 1, "85.5%", 3, "58.5%", "85.5"),
    ("What do most stations report?", 2, "40,000", 3, "4,000", "40 thousand"),
    ("How many lines fall?", 2, "3", 4, "4", "A, B and C"),
    ("What is the sum of both peaks? Braces {0} stay.", 1, "0.75", 4, "0.7", "three quarters"),
)
_PLACES: Final = (("cs", "20"), ("physics", "21"), ("q-bio", "22"), ("econ", "23"))


def features() -> "datasets.Features":
    import datasets

    text, tiny, small = (datasets.Value(kind) for kind in ("string", "int8", "int16"))
    own = ("category", "year", "original_figure_path", "original_id", "figure_path")
    return datasets.Features(
        {
            "image": datasets.Image(),
            **dict.fromkeys(own, text),
            **dict.fromkeys(("num_subplots", "subplot_row", "subplot_col"), small),
            "subplot_loc": text,
            **{f"descriptive_q{i}": tiny for i in range(1, 5)},
            **{f"descriptive_a{i}": text for i in range(1, 5)},
            "reasoning_q": text,
            "reasoning_q_source": tiny,
            "reasoning_a": text,
            "reasoning_a_type": tiny,
        }
    )


def rows() -> list[dict[str, Any]]:
    return [_row(i, *row[:4]) for i, row in enumerate(_ROWS)]


def _row(i: int, question: str, source: int, answer: str, kind: int) -> dict[str, Any]:
    category, year = _PLACES[i % 4]
    named = i % 3 == 2
    return {
        "image": picture(f"charxiv {i}", kind="JPEG"),
        "category": category,
        "year": year,
        "original_figure_path": f"arXiv_src_{year}01_00{i}/{year}01/{year}01.0000{i}/fig.jpg",
        "original_id": f"{year}01.0000{i}",
        "figure_path": f"images/{3 * i}.jpg",
        "num_subplots": 1 + i % 4,
        "subplot_row": None if named else i % 2,
        "subplot_col": None if named else i % 2,
        "subplot_loc": "the inner subplot" if named else None,
        **{f"descriptive_q{j}": (7, 13, 11, 15)[j - 1] for j in range(1, 5)},
        **{
            f"descriptive_a{j}": ("60", "A, B", "Yes", "Not Applicable")[j - 1] for j in range(1, 5)
        },
        "reasoning_q": question,
        "reasoning_q_source": source,
        "reasoning_a": answer,
        "reasoning_a_type": kind,
    }


def completions(row: Row) -> dict[str, str]:
    right = row["reasoning_a"]
    wrong, unclear = next(r[4:] for r in _ROWS if r[0] == row["reasoning_q"])
    return {
        "right": right,
        "wrong": wrong,
        "unclear": unclear,
        "unparsable": "the figure is too small to tell",
        "verbose": f"Let me look.\nIt could be {wrong}.\n\n**Final answer:** {right}",
        "boxed": f"\\boxed{{\\text{{{right}}}}}",
        "boxed wrong": f"So it is \\boxed{{{wrong}}}.",
        "two boxes": f"\\boxed{{{wrong}}} or \\boxed{{{right}}}",
        "concluded": f"I compared the panels.\nTherefore, the answer to the question is {right}.",
        "retracted": f"The answer is {wrong}. Wait, I misread the legend, it is {right}.",
        "cut off": f"The answer lies between {wrong} and \\boxed{{{right}",
        "empty": "",
    }


def theirs(task: Any, row: Row, text: str) -> float | None:
    """Its aggregation run on this one sample, the judge replaced by one that remembers whether it
    was asked.
    """
    utils = lmms.module("charxiv.utils")
    asked: list[str] = []

    def judge(client: object, prompt: str, model: str) -> tuple[str, int]:
        asked.append(prompt)
        return "", 0

    result = task.process_results(row, [text])["reasoning_acc"]
    with (
        mock.patch.object(utils, "_get_client", return_value=None),
        mock.patch.object(utils, "get_reasoning_result_gpt", judge),
    ):
        score = utils.charxiv_reasoning_aggregate_results([result])
    return None if asked else float(score)


FIXTURE: Final = Fixture("charxiv", "validation", features, rows, completions, theirs)
