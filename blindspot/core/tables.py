"""Records in parquet: one column per field, nested values as JSON text, so that any tool reads
them and no pickle is needed.
"""

import json
import types
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from blindspot.core.artifact import disk_error
from blindspot.core.errors import DataError
from blindspot.core.records import Record

R = TypeVar("R", bound=Record)
_BATCH: Final = 4096
"""Rows that are dictionaries at the same time."""
_GROUP: Final = 2**24
"""Bytes that are compressed together."""
_BROKEN: Final = (OSError, ValueError, OverflowError, LookupError, pa.ArrowException)
"""What a damaged or foreign table raises: text that is no UTF-8, a date of no calendar, a time zone
that nobody knows; what its rows hold is looked at apart.
"""


def write_records(path: Path, records: Iterable[R], kind: type[R]) -> None:
    """Write records in the order given, a few at a time; an empty table keeps its columns."""
    with _whole(path) as part, pq.ParquetWriter(part, _schema(kind), compression="zstd") as file:
        for group in _groups(_batches(records, kind)):
            file.write_table(group)


def as_table(records: Iterable[R], kind: type[R]) -> pa.Table:
    """Records as a table, in the order given."""
    return pa.Table.from_batches(_batches(records, kind), schema=_schema(kind))


def _batches(records: Iterable[R], kind: type[R]) -> Iterator[pa.RecordBatch]:
    """A few records at a time, since rows as dictionaries take many times the memory of columns."""
    schema, nested, todo = _schema(kind), _nested(kind), iter(records)
    while block := list(islice(todo, _BATCH)):
        yield pa.RecordBatch.from_pylist([_row(r, nested) for r in block], schema=schema)


def _groups(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """As many rows together as are compressed together."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(b.nbytes for b in held) >= _GROUP:
            yield pa.Table.from_batches(held)
            held.clear()
    if held:
        yield pa.Table.from_batches(held)


def _row(record: Record, nested: Iterable[str]) -> dict[str, Any]:
    row = record.model_dump(mode="json")
    return row | {name: _json(row[name]) for name in nested}


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, sort_keys=True, ensure_ascii=False)


def write_table(path: Path, table: pa.Table) -> None:
    """Write a parquet file whole or not at all."""
    with _whole(path) as part:
        pq.write_table(table, part, compression="zstd")


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file beside it, which takes its place in the end. Raises StageError as `disk_error` has it
    for a disk that is full or cannot be written.
    """
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.replace(path)
    except OSError as error:
        raise disk_error(path, error) from error


def read_records(path: Path, kind: type[R]) -> list[R]:
    """Read what `write_records` wrote. Raises DataError when the file is missing, of another shape,
    or holds a row that is no such record.
    """
    return list(scan_records(path, kind))


def scan_records(path: Path, kind: type[R]) -> Iterator[R]:
    """The same, a few rows at a time: long texts need not all be held at once."""
    try:
        with pq.ParquetFile(path) as file:  # a folder named `a=b` is no partition
            number = 0
            for batch in file.iter_batches(_BATCH):
                for row in batch.to_pylist():
                    number += 1
                    yield _record(row, kind, path, number)
    except _BROKEN as error:
        raise _unreadable(path, error) from error


def read_record(path: Path, kind: type[R]) -> R:
    """A JSON file that is one record. Raises DataError when it is missing or something else."""
    try:
        return kind.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise _unreadable(path, ValueError(_why(error)), "file") from error
    except OSError as error:
        raise _unreadable(path, error, "file") from error


def read_table(path: Path) -> pa.Table:
    """Read a parquet file. Raises DataError when it is missing or no parquet."""
    try:
        with pq.ParquetFile(path) as file:  # a folder named `a=b` is no partition
            return file.read()
    except _BROKEN as error:
        raise _unreadable(path, error) from error


def read_rows(path: Path, columns: list[str] | None = None) -> list[dict[str, Any]]:
    """The rows of a parquet file, all columns or some. Raises DataError as `read_table` does."""
    try:
        with pq.ParquetFile(path) as file:
            return file.read(columns=columns).to_pylist()
    except _BROKEN as error:
        raise _unreadable(path, error) from error


def as_records(
    rows: Iterable[dict[str, Any]], kind: type[R], path: Path = Path("in memory")
) -> list[R]:
    """Rows of a table that `as_table` made, as records. Raises DataError naming the table's file
    and the row, from 1 among these, that is no such record.
    """
    return [_record(row, kind, path, number) for number, row in enumerate(rows, 1)]


def _validated(row: dict[str, Any], kind: type[R]) -> R:
    parsed = {n: json.loads(row[n]) for n in _nested(kind) if row.get(n) is not None}
    return kind.model_validate(row | parsed)


def _record(row: dict[str, Any], kind: type[R], path: Path, number: int) -> R:
    try:
        return _validated(row, kind)
    except (ValueError, TypeError, RecursionError) as error:  # of the cells that are JSON
        raise DataError(
            f"The table {path}",
            f"row {number}: {_why(error)}",
            "Run the stage that writes it again",
        ) from error


def _why(error: Exception) -> str:
    """`score: input should be less than or equal to 1 (it is nan)`."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.doc[:40]!r} is no JSON"
    if not isinstance(error, ValidationError):
        return f"a cell is no JSON ({error})"
    first = error.errors()[0]
    message = first["msg"][0].lower() + first["msg"][1:]
    return f"{'.'.join(map(str, first['loc'])) or 'it'}: {message} (it is {_shown(first['input'])})"


def _shown(value: Any) -> str:
    try:
        return f"{value!r:.60}"
    except (ValueError, RecursionError):  # of thousands of digits, or as deep
        return f"{type(value).__name__} of a size that cannot be shown"


def _unreadable(path: Path, error: Exception, what: str = "table") -> DataError:
    return DataError(
        f"The {what} {path}", f"it cannot be read ({error})", "Run the stage that writes it again"
    )


@cache
def _nested(kind: type[Record]) -> tuple[str, ...]:
    """Columns that hold JSON."""
    return tuple(f.name for f in _schema(kind) if (f.metadata or {}).get(b"json"))


def _schema(kind: type[Record]) -> pa.Schema:
    return pa.schema([_field(name, info.annotation) for name, info in kind.model_fields.items()])


def _field(name: str, annotation: Any) -> pa.Field:
    simple = _arrow(annotation)
    return (
        pa.field(name, pa.string(), metadata={"json": "1"})
        if simple is None
        else pa.field(name, simple)
    )


def _arrow(annotation: Any) -> pa.DataType | None:
    """Arrow type of a plain annotation; None for what is kept as JSON."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        inner = [a for a in args if a is not type(None)]
        return _arrow(inner[0]) if len(inner) == 1 else None
    if origin is Literal:
        return pa.string()
    if origin is tuple and args == (str, ...):
        return pa.list_(pa.string())
    return {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}.get(
        annotation
    )
