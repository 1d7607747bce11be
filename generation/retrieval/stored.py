"""Bytes of pictures that lie in a user's files, read when their turn comes.

    Stored(Path("data/a.parquet"), row=17, column="images", place=0)     in a cell of a table
    Stored(Path("data"), path="cats/7.jpg")                              a file of its own

Such data may come from anybody. A path that leads out of its folder, by `..`, from the root or over
a symbolic link, is refused, as is what is no ordinary file or too large; a picture that cannot be
had is a Failure. Whether the bytes are a picture is not looked at here.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from blindspot.core import named_files
from blindspot.core.records import Failure

BATCH: Final = 64
"""Rows with pictures that are held at a time."""


@dataclass(frozen=True)
class Stored:
    """Where one picture lies."""

    file: Path
    """The table; for a file of its own the folder that it must not leave."""
    path: str = ""
    """Of a file of its own, below that folder."""
    row: int = 0
    """Of the table, from 0."""
    column: str = ""
    """Of the table."""
    place: int = 0
    """Among the row's pictures."""


def read(pictures: Sequence[Stored]) -> list[bytes | Failure]:
    """Their bytes, or why these cannot be had, in order. Of a table, each row group that holds one
    of them is read once.
    """
    found = {one: _of_file(one) for one in pictures if one.path}
    tables: defaultdict[tuple[Path, str], list[Stored]] = defaultdict(list)
    for one in dict.fromkeys(pictures):
        if not one.path:
            tables[one.file, one.column].append(one)
    for (file, column), wanted in tables.items():
        found |= _of_table(file, column, wanted)
    return [found[one] for one in pictures]


def listed(given: Any) -> list[Any]:
    """The pictures of a cell that holds one, several or none."""
    if given is None:
        return []
    return [one for one in given if one is not None] if isinstance(given, list) else [given]


def content(given: Any) -> bytes | str | None:
    """What a picture's cell holds: its bytes, or the path of a file; None for neither. Pictures are
    bytes, a path, or `{bytes, path}` as the datasets library writes them.
    """
    if isinstance(given, dict):
        given = given.get("bytes") or given.get("path")
    return given if isinstance(given, bytes | str) and given else None


def _of_file(one: Stored) -> bytes | Failure:
    try:
        return named_files.read(one.file, one.path)
    except OSError as error:
        return _failure(str(error))


def _of_table(file: Path, column: str, wanted: Sequence[Stored]) -> dict[Stored, bytes | Failure]:
    by_row: defaultdict[int, list[Stored]] = defaultdict(list)
    for one in wanted:
        by_row[one.row].append(one)
    found: dict[Stored, bytes | Failure] = {}
    try:
        with pq.ParquetFile(file) as table:
            for row, cell in _cells(table, column, sorted(by_row)):
                held = [content(picture) for picture in listed(cell)]
                for one in by_row[row]:
                    data = held[one.place] if one.place < len(held) else None
                    found[one] = data if isinstance(data, bytes) else _changed(file, row)
    except (OSError, pa.ArrowException) as error:
        cause = _failure(f"{file.name} cannot be read ({error})")
        return {one: found.get(one, cause) for one in wanted}
    return {one: found.get(one, _changed(file, one.row)) for one in wanted}


def _cells(table: pq.ParquetFile, column: str, rows: Sequence[int]) -> Iterator[tuple[int, Any]]:
    """Cells of the wanted rows, ascending; row groups without any are not read."""
    wanted, start = set(rows), 0
    groups = table.num_row_groups if column in table.schema_arrow.names else 0
    for group in range(groups):
        end = start + table.metadata.row_group(group).num_rows
        if any(start <= row < end for row in rows):
            number = start
            for batch in table.iter_batches(BATCH, row_groups=[group], columns=[column]):
                picked = [i for i in range(batch.num_rows) if number + i in wanted]
                yield from ((number + i, batch.column(0)[i].as_py()) for i in picked)
                number += batch.num_rows
        start = end


def _changed(file: Path, row: int) -> Failure:
    return _failure(f"row {row + 1} of {file.name} has no such picture any more")


def _failure(message: str) -> Failure:
    return Failure(kind="image", message=message, retryable=False)
