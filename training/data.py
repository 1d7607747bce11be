"""The `train` split as rows for TRL: `prompt`, `images` and what a reward needs to know.

Pictures stay encoded in memory and are decoded when a row is read. Nothing is cached on disk.
"""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from blindspot.core.errors import DataError
from blindspot.core.training_set import TrainingSetArtifact

if TYPE_CHECKING:
    from datasets import Dataset

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


def per_cell(table: pa.Table) -> dict[str, int]:
    """How many samples each cell has."""
    return dict(sorted(Counter(table["cell"].to_pylist()).items()))


def dataset(table: pa.Table, order: Sequence[int]) -> "Dataset":
    """Rows in the given order: `prompt` (one user message), `images` (decoded when read),
    `target`, `answer_kind`, `options`, `category`, `cell`, `id`, and `completion` for those who
    imitate it.
    """
    from datasets import Dataset, DatasetInfo, Features, Image, List, Value

    text = Value("string")
    message = List({"role": text, "content": text})
    features = Features(
        dict.fromkeys(("id", "cell", "target", "answer_kind", "category"), text)
        | {"options": List(text), "images": List(Image(mode="RGB"))}
        | {"prompt": message, "completion": message}
    )
    columns = _columns(table)
    arrow = pa.table([columns[name] for name in features], schema=features.arrow_schema)
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


def _columns(table: pa.Table) -> dict[str, Any]:
    """The table's columns and those that TRL wants, in TRL's form."""
    columns = {name: table[name] for name in _COLUMNS}
    pairs = zip(table["capability"].to_pylist(), table["image_type"].to_pylist(), strict=True)
    columns["category"] = [f"{capability}/{image_type}" for capability, image_type in pairs]
    columns["prompt"] = [_says("user", text) for text in table["prompt"].to_pylist()]
    columns["completion"] = [_says("assistant", text) for text in table["target"].to_pylist()]
    columns["options"] = [options or [] for options in table["options"].to_pylist()]
    return columns


def _says(role: str, text: str) -> list[dict[str, str]]:
    return [{"role": role, "content": text}]


def _check_pictures(training_set: TrainingSetArtifact, table: pa.Table) -> None:
    for name, pictures in zip(table["id"].to_pylist(), table["images"], strict=True):
        lengths = [len(p["bytes"].as_py() or b"") for p in pictures] if pictures.is_valid else []
        if not lengths or not all(lengths):
            raise DataError(
                f"Sample {name} of {training_set.path}",
                "it has no picture" if not lengths else "one of its pictures has no bytes",
                "Make the training set again, or leave the sample out",
            )
