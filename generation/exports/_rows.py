"""Rows with pictures, written to one parquet file a part at a time, with the features that
`datasets` reads from its schema.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

PICTURES: Final = pa.list_(pa.struct({"bytes": pa.binary(), "path": pa.string()}))
"""The column `images`: encoded pictures with their names."""

_VALUES: Final = {"string": "string", "int64": "int64"}


class Rows:
    """An open parquet file; it stands there also without rows."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        features = {field.name: _feature(field.type) for field in schema}
        info = json.dumps({"info": {"features": features}})
        self._schema = schema.with_metadata({"huggingface": info})
        self._file = pq.ParquetWriter(path, self._schema, compression="zstd")

    def __enter__(self) -> "Rows":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def write(self, rows: Sequence[dict[str, Any]]) -> None:
        """Append rows, each with every column."""
        if rows:
            self._file.write_table(pa.Table.from_pylist(list(rows), schema=self._schema))


def _feature(kind: pa.DataType) -> Any:
    """A column's type as `datasets` writes it."""
    if kind == PICTURES:
        return {"feature": {"_type": "Image"}, "_type": "List"}
    if pa.types.is_list(kind):
        return {"feature": _feature(kind.value_type), "_type": "List"}
    if pa.types.is_struct(kind):
        return {field.name: _feature(field.type) for field in kind}
    return {"dtype": _VALUES[str(kind)], "_type": "Value"}
