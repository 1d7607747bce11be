"""ChartQA as `lmms-lab-encoder/ChartQA` has it: type, question, answer, image. Columns and types
are those of the script of lmms-eval that made it, questions and answers like the authors' own
(`test_human.json`, `test_augmented.json`); the dataset's card and viewer could not be seen.
"""

from typing import TYPE_CHECKING, Any, Final

from bench.eleven.fixture import Fixture, Row, picture

if TYPE_CHECKING:
    import datasets

_ROWS: Final = (
    ("human_test", "How many food items are shown in the bar graph?", "14", "15"),
    ("human_test", "How many food items are shown in the bar graph?", "14", "13"),
    ("human_test", "Is the sum of the two smallest bars greater than the largest?", "No", "Yes"),
    (
        "human_test",
        "What is the ratio of the lowest green bar to the lowest blue one?",
        "1.21",
        "2",
    ),
    ("human_test", "By how much does the gap change?", "0", "1"),
    (
        "human_test",
        "Which category has the highest rating?",
        "Democrat (scores 60 to 100)",
        "Other",
    ),
    ("human_test", "What share says that it is dangerous?", "62%", "26%"),
    ("augmented_test", "In what year did online sales reach 6.8 percent?", "2013", "1890"),
    ("augmented_test", "What was Belgium's GDP in 2020?", "451176.9", "375967.8"),
    ("augmented_test", "Who is predicted to have the highest margin?", "Ted Baker", "Moschino"),
    ("augmented_test", "By how much did the index change?", "-2.4", "2.4"),
)


def features() -> "datasets.Features":
    import datasets

    return datasets.Features(
        {
            "type": datasets.Value("string"),
            "question": datasets.Value("string"),
            "answer": datasets.Value("string"),
            "image": datasets.Image(),
        }
    )


def rows() -> list[dict[str, Any]]:
    return [
        {"type": half, "question": question, "answer": answer, "image": picture(f"chartqa {i}")}
        for i, (half, question, answer, _) in enumerate(_ROWS)
    ]


def completions(row: Row) -> dict[str, str]:
    right = row["answer"]
    wrong = next(r[3] for r in _ROWS if (r[1], r[2]) == (row["question"], right))
    return {
        "right": right,
        "wrong": wrong,
        "capitals": right.upper(),
        "period": f"{right}.",
        "white space": f" {right}\n",
        "percent": f"{right}%",
        "unit": f"{right} km",
        "thousands": _separated(right),
        "underscore": "1_000",
        "nearly": _times(right, 1.04),
        "not nearly": _times(right, 1.06),
        "unparsable": "it is hard to tell",
        "verbose": f"The answer is {right}",
        "boxed": f"\\boxed{{{right}}}",
        "not a number": "nan",
        "infinite": "inf",
        "empty": "",
    }


def _separated(text: str) -> str:
    number = _number(text)
    return text if number is None else f"{number:,}"


def _times(text: str, factor: float) -> str:
    number = _number(text)
    return text if number is None else str(number * factor)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def theirs(task: Any, row: Row, text: str) -> float | None:
    return float(task.process_results(row, [text])["relaxed_overall"])


FIXTURE: Final = Fixture("chartqa", "test", features, rows, completions, theirs)
