"""MMStar as `Lin-Chen/MMStar` has it: index, question with its options, image, answer, category,
l2_category, meta_info.
"""

from typing import TYPE_CHECKING, Any, Final

from bench.eleven.fixture import Fixture, Row, picture

if TYPE_CHECKING:
    import datasets

_ROWS: Final = (
    ("coarse perception", "image scene and topic", "A", "What is shown?"),
    ("fine-grained perception", "object counting", "C", "How many cups are there?"),
    ("instance reasoning", "single-instance reasoning", "B", "What is the man likely to do?"),
    ("logical reasoning", "diagram reasoning", "D", "Which figure comes next?"),
    ("science & technology", "biology & chemistry & physics", "A", "Which organ is labelled X?"),
    ("math", "geometry", "B", "What is the angle at C?"),
)


def features() -> "datasets.Features":
    import datasets

    return datasets.Features(
        {
            "index": datasets.Value("int64"),
            "question": datasets.Value("string"),
            "image": datasets.Image(),
            "answer": datasets.Value("string"),
            "category": datasets.Value("string"),
            "l2_category": datasets.Value("string"),
            "meta_info": {
                "source": datasets.Value("string"),
                "split": datasets.Value("string"),
                "image_path": datasets.Value("string"),
            },
        }
    )


def rows() -> list[dict[str, Any]]:
    return [
        {
            "index": i,
            "question": f"{question}\nOptions: A: one, B: two, C: three, D: four",
            "image": picture(f"mmstar {i}", kind="JPEG"),
            "answer": answer,
            "category": category,
            "l2_category": finer,
            "meta_info": {"source": "MMBench", "split": "val", "image_path": f"images/{i}.jpg"},
        }
        for i, (category, finer, answer, question) in enumerate(_ROWS)
    ]


def completions(row: Row) -> dict[str, str]:
    right = row["answer"]
    wrong = "ABCD"[("ABCD".index(right) + 1) % 4]
    return {
        "right": right,
        "wrong": wrong,
        "lower case": right.lower(),
        "unparsable": "it is hard to tell",
        "verbose": f"Let me look. It could be {wrong}, but the answer is ({right}).",
        "boxed": f"\\boxed{{{right}}}",
        "empty": "",
        "multilingual": f"答案是{right}",
    }


def theirs(task: Any, row: Row, text: str) -> float | None:
    return float(task.process_results(row, [text])["average"]["score"])


FIXTURE: Final = Fixture("mmstar", "val", features, rows, completions, theirs)
