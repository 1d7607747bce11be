"""RealWorldQA as `lmms-lab/RealWorldQA`, now `lmms-lab-encoder/RealWorldQA`, has it: image (WebP),
question with its options and an instruction, answer, image_path. Names of columns are those that
lmms-eval's task and other public readers use; the types of its card could not be seen, only those
of copies of the first release, which have the first three.
"""

from typing import TYPE_CHECKING, Any, Final

from bench.eleven.fixture import Fixture, Row, picture

if TYPE_CHECKING:
    import datasets

_LETTER: Final = (
    "\nPlease answer directly with only the letter of the correct option and nothing else."
)
_WORD: Final = "\nPlease answer directly with a single word or number."
_ROWS: Final = (
    ("Where does the front wheel point?\n\nA. Left\nB. Straight\nC. Right" + _LETTER, "C"),
    ("Which of the two is bigger?\nA. The eggs.\nB. The berries." + _LETTER, "B"),
    ("How close is the car?\nA. Under 5 meters\nB. 5 to 10 meters\nC. More" + _LETTER, " A "),
    ("Which lane is free?\n\nA. 1st\n\nB. 2nd\n\nC. 3rd\n\nD. None" + _LETTER, "D"),
    ("Is the light ahead green or red? A is green, B is red." + _LETTER, "B"),
    ("How many pedestrians are there?" + _WORD, "3"),
    ("Can we turn left here?" + _WORD, "No"),
    ("Is the car going uphill or downhill?" + _WORD, "Downhill"),
)


def features() -> "datasets.Features":
    import datasets

    text = datasets.Value("string")
    return datasets.Features(
        {"image": datasets.Image(), "question": text, "answer": text, "image_path": text}
    )


def rows() -> list[dict[str, Any]]:
    return [
        {
            "image": picture(f"realworldqa {i}", kind="WEBP"),
            "question": question,
            "answer": answer,
            "image_path": f"{i}.webp",
        }
        for i, (question, answer) in enumerate(_ROWS)
    ]


def completions(row: Row) -> dict[str, str]:
    right = row["answer"].strip()
    letters = "ABCD"
    wrong = letters[letters.index(right) - 1] if right in letters else "Stop"
    return {
        "right": right,
        "wrong": wrong,
        "lower case": right.lower(),
        "with a stop": f"{right}.",
        "unparsable": "it is hard to tell",
        "verbose": f"Looking closely, {wrong} seems near, but the answer is ({right}).",
        "boxed": f"\\boxed{{{right}}}",
        "bold": f"**{right}**",
        "on the last line": f"Let me see.\n{right}",
        "number as a word": "three",
        "empty": "",
        "blank": " \n ",
        "of other options": "E",
    }


def theirs(task: Any, row: Row, text: str) -> float | None:
    return float(task.process_results(row, [text])["exact_match"])


FIXTURE: Final = Fixture("realworldqa", "test", features, rows, completions, theirs)
