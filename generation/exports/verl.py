"""Rows for reinforcement learning with EasyR1 or verl: `train.parquet` and `validation.parquet`.

    problem, answer, images                        EasyR1 (prompt_key=problem)
    data_source, prompt, images, ability,
    reward_model {style, ground_truth}, extra_info verl

Both split a text at `<image>`, one mark for each picture, so that is where pictures stand. A
question that itself says `<image>` or `<video>` cannot be said in either, and is left out and
counted. `canary` is not written. Columns as of EasyR1's `examples/config.yaml` and
`verl/utils/dataset.py`, and verl's `rl_dataset.py` and `examples/data_preprocess/geo3k.py`.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow as pa

from blindspot.core.prompt import IMAGE
from blindspot.core.records import TrainingSample
from generation.exporting import Export, Leaving, counted, origin
from generation.exports._rows import PICTURES, Rows

SPLITS: Final[tuple[Literal["train", "validation"], ...]] = ("train", "validation")
UNSAYABLE: Final = "says <image> or <video> itself"
_MARK: Final = re.compile(r"<(image|video|audio)>")
_TEXT: Final = pa.string()
_SCHEMA: Final = pa.schema(
    {
        "problem": _TEXT,
        "answer": _TEXT,
        "images": PICTURES,
        "data_source": _TEXT,
        "prompt": pa.list_(pa.struct({"role": _TEXT, "content": _TEXT})),
        "ability": _TEXT,
        "reward_model": pa.struct({"style": _TEXT, "ground_truth": _TEXT}),
        "extra_info": pa.struct(
            {
                "split": _TEXT,
                "index": pa.int64(),
                "id": _TEXT,
                "question": _TEXT,
                "answer": _TEXT,
                "answer_kind": _TEXT,
                "options": pa.list_(_TEXT),
                "cell": _TEXT,
            }
        ),
    }
)
_ABOUT: Final = """
# A training set made by blindspot, for EasyR1 and verl

`train.parquet` is trained on, `validation.parquet` measures it. EasyR1: `data.prompt_key=problem
data.answer_key=answer data.image_key=images`. verl: the keys are its defaults.

Answers differ in kind, so both need a reward function that knows them: `extra_info.answer_kind`
says how an answer is read and compared (`choice`, `yes_no`, `number`, `text`, `set`, `box`), and
`extra_info.options` what a choice was from; `blindspot.core.grading.grade` compares as the
training set was verified. Give it as `worker.reward.score_function` (EasyR1) or
`custom_reward_function.path` (verl).
"""


class Verl:
    """The `verl` format."""

    def write(self, leaving: Leaving, out: Path) -> str:
        for split in SPLITS:
            with Rows(out / f"{split}.parquet", _SCHEMA) as rows:
                for table, samples in leaving.shards(split):
                    rows.write(_rows(leaving, samples, table["images"].to_pylist(), split))
        counts = [(split, leaving.written[split]) for split in SPLITS]
        return "\n".join([_ABOUT, counted(counts), "", origin(leaving), ""])


def text_of(sample: TrainingSample) -> str | None:
    """The prompt with a mark for each picture; None where its own words look like one.

    >>> text_of(sample)
    '<image>How many crates are blue?'
    """
    marks = [found[0] for found in _MARK.finditer(sample.prompt)]
    if sample.images and marks == [IMAGE] * len(sample.images):
        return sample.prompt
    return None if marks else IMAGE * len(sample.images) + sample.prompt


def _rows(
    leaving: Leaving, samples: Sequence[TrainingSample], pictures: Sequence[Any], split: str
) -> list[dict[str, Any]]:
    found = []
    for sample, images in zip(samples, pictures, strict=True):
        text = text_of(sample)
        if text is None:
            leaving.left_out[UNSAYABLE] += 1
            continue
        found.append(_row(sample, text, images, leaving.written[split]))
        leaving.leave(sample, split)
    return found


def _row(sample: TrainingSample, text: str, images: Any, index: int) -> dict[str, Any]:
    return {
        "problem": text,
        "answer": sample.target,
        "images": images,
        "data_source": "blindspot",
        "prompt": [{"role": "user", "content": text}],
        "ability": f"{sample.capability}/{sample.image_type}",
        "reward_model": {"style": "rule", "ground_truth": sample.target},
        "extra_info": {
            "split": sample.split,
            "index": index,
            "id": sample.id,
            "question": sample.question,
            "answer": sample.target,
            "answer_kind": sample.answer_kind,
            "options": list(sample.options),
            "cell": sample.cell,
        },
    }


PLUGIN: Final[Export] = Verl()
