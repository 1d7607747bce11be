"""The `train` split as rows for TRL: the question, the answer to imitate, the pictures, and what a
reward needs to know. For DPO a row is a pair of `negatives.parquet`, on its sample's own pictures.

Pictures stay encoded in memory and are decoded when a row is read. Nothing is cached on disk.
"""

import io
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from blindspot.core.errors import DataError
from blindspot.core.records import NegativePair
from blindspot.core.tables import read_records
from blindspot.core.training_set import TrainingSetArtifact
from training.words import Words, conversation

if TYPE_CHECKING:
    from datasets import Dataset

NEGATIVES: Final = "negatives.parquet"

_COLUMNS: Final = (
    "id",
    "cell",
    "prompt",
    "target",
    "answer_kind",
    "options",
    "capability",
    "image_type",
    "images",
    "pass_rate",
)


def read_samples(training_set: TrainingSetArtifact) -> pa.Table:
    """The samples of the `train` split. Raises DataError where there are none or a picture is
    missing.
    """
    tables = [_read(shard) for shard in training_set.shards("train")]
    table = pa.concat_tables(tables) if tables else pa.table({})
    if not table.num_rows:
        raise DataError(
            f"The training set {training_set.path}",
            "its train split has no samples",
            "Look into outcomes.json for why nothing was admitted, and generate again",
        )
    _check_pictures(training_set, table)
    return table


def read_pairs(training_set: TrainingSetArtifact) -> pa.Table:
    """One row per negative pair, in the order of the file: its sample's columns, `chosen` and
    `rejected`. Raises DataError where there are none, or one is of no sample of the `train` split.
    """
    samples, path = read_samples(training_set), training_set.path / NEGATIVES
    pairs = read_records(path, NegativePair) if path.is_file() else []
    if not pairs:
        raise DataError(
            f"The training set {training_set.path}",
            "it has no negatives, the wrong answers that dpo learns to reject",
            "Set generation.negatives.samples and make it again with --redo training_set, or "
            "train with another training.optimiser",
        )
    places = {name: i for i, name in enumerate(samples["id"].to_pylist())}
    if lost := [pair.sample_id for pair in pairs if pair.sample_id not in places]:
        raise DataError(
            f"The negatives {path}",
            f"{len(lost)} are of samples that are not in the train split ({lost[0]} …)",
            "Make the training set again",
        )
    rows = samples.take([places[pair.sample_id] for pair in pairs])
    for name in ("chosen", "rejected"):
        rows = rows.append_column(name, pa.array([getattr(pair, name) for pair in pairs]))
    return rows


def per_cell(table: pa.Table) -> dict[str, int]:
    """How many samples each cell has."""
    return dict(sorted(Counter(table["cell"].to_pylist()).items()))


def pass_rates(table: pa.Table) -> list[float | None]:
    """The measured pass rate of every row. Raises DataError where none was measured."""
    found = table["pass_rate"].to_pylist()
    if all(rate is None for rate in found):
        raise DataError(
            "training.curriculum = 'easy_first'",
            "no sample of the training set has a measured pass rate",
            "Make the set with generation.difficulty.enabled = true, or set it to 'none'",
        )
    return found


def dataset(table: pa.Table, order: Sequence[int], words: Words) -> "Dataset":
    """Rows in the given order: `prompt` (the turns, for a trainer that renders them), `asked` (the
    rendered text), `completion` (the ended target), `images` (decoded when read), `target`,
    `answer_kind`, `options`, `category`, `cell`, `id`; of pairs also `chosen` and `rejected`.
    """
    from datasets import Dataset, DatasetInfo, Features, List, Value
    from datasets import Image as Encoded

    text = Value("string")
    turn = List({"role": text, "content": List({"type": text, "text": text})})
    columns = _columns(table, words)
    kinds = {"options": List(text), "images": List(Encoded(mode="RGB")), "prompt": turn}
    features = Features({name: kinds.get(name, text) for name in columns})
    arrow = pa.table(list(columns.values()), schema=features.arrow_schema)
    return Dataset(arrow, info=DatasetInfo(features=features)).select(list(order))


def _read(shard: Any) -> pa.Table:
    try:
        return pq.read_table(shard, columns=list(_COLUMNS))
    except (OSError, pa.ArrowException) as error:
        raise DataError(
            f"The table {shard}",
            f"it cannot be read ({error})",
            "Make the training set again",
        ) from error


def _columns(table: pa.Table, words: Words) -> dict[str, Any]:
    """The table's columns and those that TRL wants."""
    columns = {name: table[name] for name in ("id", "cell", "target", "answer_kind", "images")}
    pairs = zip(table["capability"].to_pylist(), table["image_type"].to_pylist(), strict=True)
    columns["category"] = [f"{capability}/{image_type}" for capability, image_type in pairs]
    columns["options"] = [options or [] for options in table["options"].to_pylist()]
    lengths = [len(pictures) for pictures in table["images"]]
    asked = list(zip(table["prompt"].to_pylist(), lengths, strict=True))
    columns["prompt"] = [conversation(*question) for question in asked]
    columns["asked"] = [words.asked(*question) for question in asked]
    said = {"completion": "target"} | {
        n: n for n in ("chosen", "rejected") if n in table.schema.names
    }
    for name, source in said.items():
        columns[name] = [words.said(answer) for answer in table[source].to_pylist()]
    return columns


def _check_pictures(training_set: TrainingSetArtifact, table: pa.Table) -> None:
    for name, pictures in zip(table["id"].to_pylist(), table["images"], strict=True):
        encoded = [p["bytes"].as_py() for p in pictures] if pictures.is_valid else []
        if wrong := _wrong_with(encoded):
            raise DataError(
                f"Sample {name} of {training_set.path}",
                wrong,
                "Make the training set again, or leave the sample out",
            )


def _wrong_with(encoded: Sequence[bytes | None]) -> str | None:
    """What keeps the pictures of a sample from being trained on, told by their headers."""
    if not encoded:
        return "it has no picture"
    for picture in encoded:
        if not picture:
            return "one of its pictures has no bytes"
        try:
            Image.open(io.BytesIO(picture)).close()
        except (OSError, Image.DecompressionBombError) as error:
            return f"one of its pictures cannot be read ({type(error).__name__})"
    return None
