"""The training set's parquet shards: the columns of `TrainingSample`, with `images` as picture
bytes and the features that Hugging Face `datasets` reads from the schema.

    load_dataset("parquet", data_files="training_set/train/*.parquet")[0]["images"][0]  # PIL

Equal samples give equal bytes. `blindspot.core.training_set` reads them.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from blindspot.core.records import TrainingSample
from blindspot.core.tables import as_table, write_table

SHARD: Final = 2048
"""Samples per file."""

_PICTURES: Final = pa.list_(pa.struct({"bytes": pa.binary(), "path": pa.string()}))
_VALUES: Final = {"string": "string", "int64": "int64", "double": "float64", "bool": "bool"}


def write_split(
    folder: Path, samples: Iterable[TrainingSample], picture: Callable[[str], bytes]
) -> None:
    """Write the shards of one split; `picture` gives the bytes behind a name. A split without
    samples is one empty shard.
    """
    todo, number = iter(samples), 0
    while (block := list(islice(todo, SHARD))) or not number:
        write_table(folder / f"{number:04d}.parquet", shard(block, picture))
        number += 1


def shard(samples: Sequence[TrainingSample], picture: Callable[[str], bytes]) -> pa.Table:
    """One shard as a table."""
    table = as_table(samples, TrainingSample)
    rows = [[{"bytes": picture(name), "path": name} for name in s.images] for s in samples]
    position = table.column_names.index("images")
    table = table.set_column(position, "images", pa.array(rows, type=_PICTURES))
    features = {f.name: _feature(f.type) for f in table.schema}
    info = {"huggingface": json.dumps({"info": {"features": features}})}
    return table.replace_schema_metadata(info)


def _feature(kind: pa.DataType) -> dict[str, Any]:
    """A column's type as `datasets` writes it."""
    if kind == _PICTURES:
        return {"feature": {"_type": "Image"}, "_type": "List"}
    if pa.types.is_list(kind):
        return {"feature": _feature(kind.value_type), "_type": "List"}
    return {"dtype": _VALUES[str(kind)], "_type": "Value"}
