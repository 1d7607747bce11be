"""POPE as `lmms-lab/POPE`, configuration `default`, has it by its dataset card: id, question_id,
question, answer, image_source, image, category. Question numbers begin anew in every category and a
picture stands in all of them, as in the authors' files; the card of the copy that lmms-eval 0.7.3
names, under lmms-lab-encoder, could not be seen.
"""

from typing import TYPE_CHECKING, Any, Final

from bench.eleven.fixture import Fixture, Row, picture

if TYPE_CHECKING:
    import datasets

_PHOTOS: Final = ("COCO_val2014_000000310196", "COCO_val2014_000000210789")
_THINGS: Final = (
    ("adversarial", "1", 0, "a snowboard", "yes"),
    ("adversarial", "2", 0, "a backpack", "no"),
    ("adversarial", "7", 1, "an umbrella", "no"),
    ("popular", "1", 0, "a snowboard", "yes"),
    ("popular", "2", 0, "a dining table", "no"),
    ("popular", "7", 1, "a person", "yes"),
    ("random", "1", 0, "a snowboard", "yes"),
    ("random", "2", 0, "a toothbrush", "no"),
)


def features() -> "datasets.Features":
    import datasets

    text = datasets.Value("string")
    return datasets.Features(
        {
            "id": text,
            "question_id": text,
            "question": text,
            "answer": text,
            "image_source": text,
            "image": datasets.Image(),
            "category": text,
        }
    )


def rows() -> list[dict[str, Any]]:
    return [
        {
            "id": str(place),
            "question_id": number,
            "question": f"Is there {thing} in the image?",
            "answer": answer,
            "image_source": _PHOTOS[photo],
            "image": picture(_PHOTOS[photo], kind="JPEG"),
            "category": category,
        }
        for place, (category, number, photo, thing, answer) in enumerate(_THINGS)
    ]


def completions(row: Row) -> dict[str, str]:
    right, wrong = ("yes", "no") if row["answer"] == "yes" else ("no", "yes")
    return {
        "right": right,
        "wrong": wrong,
        "right capital": right.capitalize(),
        "right between spaces": f" {right.upper()}\n",
        "right with a full stop": f"{right.capitalize()}.",
        "wrong with a full stop": f"{wrong.capitalize()}.",
        "unparsable": "it is hard to tell",
        "verbose": f"Looking at the picture, the answer is {right}.",
        "boxed": f"\\boxed{{{right}}}",
        "both": f"{wrong} or {right}",
        "multilingual": "是的",
        "empty": "",
    }


def theirs(task: Any, row: Row, text: str) -> float | None:
    return float(task.process_results(row, [text])["pope_accuracy"]["score"])


FIXTURE: Final = Fixture("pope", "test", features, rows, completions, theirs)
