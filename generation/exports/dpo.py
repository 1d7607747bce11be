"""Pairs for direct preference optimisation in TRL's vision format: `train.parquet` and, where there
are any, `validation.parquet`.

    images   [the sample's pictures]
    prompt   [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "…"}]}]
    chosen   [{"role": "assistant", "content": [{"type": "text", "text": "3"}]}]
    rejected [{"role": "assistant", "content": [{"type": "text", "text": "4"}]}]

They come from the training set's `negatives.parquet`. TRL shows one list of pictures for both
answers: the sample's own, whatever the policy saw when it was wrong. Pairs of `canary` samples are
left out.
"""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from blindspot.core.errors import DataError
from blindspot.core.prompt import parts
from blindspot.core.records import NegativePair, TrainingSample
from blindspot.core.tables import read_records
from generation.exporting import Export, Leaving, counted, origin
from generation.exports._rows import PICTURES, Rows
from generation.exports.verl import SPLITS

NEGATIVES: Final = "negatives.parquet"
_TEXT: Final = pa.string()
_TURNS: Final = pa.list_(
    pa.struct({"role": _TEXT, "content": pa.list_(pa.struct({"type": _TEXT, "text": _TEXT}))})
)
_SCHEMA: Final = pa.schema(
    {
        "images": PICTURES,
        "prompt": _TURNS,
        "chosen": _TURNS,
        "rejected": _TURNS,
        "id": _TEXT,
        "how": _TEXT,
        "distortion": _TEXT,
    }
)
_ABOUT: Final = """
# Preference pairs made by blindspot

`chosen` is the verified answer, `rejected` what the model that is to learn said wrong; `how` and
`distortion` say under which circumstances. The format is that of TRL's `DPOTrainer` for models that
see pictures.
"""

Pairs = dict[str, list[NegativePair]]


class Dpo:
    """The `dpo` format."""

    def write(self, leaving: Leaving, out: Path) -> str:
        pairs = _pairs(leaving)
        counts = [(split, _write(leaving, out, split, pairs)) for split in SPLITS]
        return "\n".join([_ABOUT, counted(counts), "", origin(leaving), ""])


def _write(leaving: Leaving, out: Path, split: Any, pairs: Pairs) -> int:
    """Write the pairs of a split; how many there are."""
    written = 0
    path = out / f"{split}.parquet"
    with Rows(path, _SCHEMA) as rows:
        for table, samples in leaving.shards(split):
            own = [(place, s) for place, s in enumerate(samples) if s.id in pairs]
            places = pa.array([place for place, _ in own], pa.int64())
            images = table["images"].take(places).to_pylist()
            made = _rows([s for _, s in own], images, pairs)
            rows.write(made)
            written += len(made)
            for _, sample in own:
                leaving.leave(sample, split)
    if not written:
        path.unlink()
    return written


def _pairs(leaving: Leaving) -> Pairs:
    """By sample, in order."""
    path = leaving.training_set.path / NEGATIVES
    if not path.is_file():
        raise DataError(
            f"The training set {leaving.training_set.path}",
            f"it has no {NEGATIVES}: nothing to reject was made",
            "Make it again with them: blindspot generate RUN --redo training_set "
            "--set generation.negatives.samples=500",
        )
    found: Pairs = defaultdict(list)
    for pair in read_records(path, NegativePair):
        found[pair.sample_id].append(pair)
    return dict(found)


def _rows(
    samples: Sequence[TrainingSample], images: Sequence[Any], pairs: Pairs
) -> list[dict[str, Any]]:
    return [
        {
            "images": own,
            "prompt": [{"role": "user", "content": _content(sample)}],
            "chosen": _says(pair.chosen),
            "rejected": _says(pair.rejected),
            "id": sample.id,
            "how": pair.how,
            "distortion": pair.distortion,
        }
        for sample, own in zip(samples, images, strict=True)
        for pair in pairs[sample.id]
    ]


def _content(sample: TrainingSample) -> list[dict[str, str | None]]:
    return [
        {"type": "image", "text": None} if name else {"type": "text", "text": text}
        for name, text in parts(sample.prompt, sample.images)
    ]


def _says(text: str) -> list[dict[str, Any]]:
    return [{"role": "assistant", "content": [{"type": "text", "text": text}]}]


PLUGIN: Final[Export] = Dpo()
