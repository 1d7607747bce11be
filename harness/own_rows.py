"""Rows and pictures of a user's own files: parquet, JSONL, or a folder of pictures.

The files may come from anybody. A picture that a row names is read below the data's own folder
and nowhere else, and a value that is NaN is none, as tables write what is missing.
"""

import csv
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from blindspot.core import named_files
from blindspot.core.errors import DataError
from harness.settings import BenchmarkSettings

_PICTURES: Final = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp")
_BATCH: Final = 64
_BROKEN: Final = (
    OSError,
    ValueError,  # text that is no UTF-8, JSON that is none
    RecursionError,
    OverflowError,  # dates that Python has not
    LookupError,  # a time zone that nobody knows
    csv.Error,
    pa.ArrowException,
)
_TEXT: Final = "utf-8-sig"
"""UTF-8, with the mark before it that spreadsheets write."""


def read(settings: BenchmarkSettings) -> Iterator[dict[str, Any]]:
    """All rows. Raises DataError for a file that cannot be read."""
    try:
        for number, row in enumerate(_rows(settings), 1):
            yield _checked(settings, number, row)
    except _BROKEN as error:
        raise refused(settings, f"it cannot be read ({error})", "Correct the file") from error


def pictures(settings: BenchmarkSettings, row: Mapping[str, Any]) -> list[bytes]:
    """Bytes of the row's pictures: `images`, or `image`; each bytes, {bytes, path} or a path.
    Raises OSError for a file that is not there, or not below the folder of the data.
    """
    path = _path(settings)
    given = row.get("images") if row.get("images") is not None else row.get("image")
    base = path if path.is_dir() else path.parent
    several = given if isinstance(given, list) else [given]
    return [_bytes(picture, base) for picture in several if picture is not None]


def is_text(value: Any) -> bool:
    """Whether all texts in it can be written to a file; JSON can say more."""
    if isinstance(value, str):
        return value.isascii() or not any("\ud800" <= c <= "\udfff" for c in value)
    if isinstance(value, dict):
        return all(map(is_text, value)) and all(map(is_text, value.values()))
    return not isinstance(value, list) or all(map(is_text, value))


def _path(settings: BenchmarkSettings) -> Path:
    assert settings.path is not None, "a benchmark without path is not the user's own"
    return settings.path


def _rows(settings: BenchmarkSettings) -> Iterator[Any]:
    path = _path(settings)
    if path.is_dir():
        yield from _folder(settings, path)
    elif path.suffix == ".parquet":
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_BATCH):
                yield from batch.to_pylist()
    elif path.suffix == ".jsonl":
        yield from _jsonl(settings, path)
    else:
        why = f"'{path.suffix}' files are not read"
        raise refused(settings, why, "Give .parquet, .jsonl or a folder of pictures")


def _checked(settings: BenchmarkSettings, number: int, row: Any) -> dict[str, Any]:
    """The row as it is used further, or the error that names it."""
    if not isinstance(row, dict):
        raise refused(settings, f"row {number} is no JSON object", "Correct the row")
    if None in row:
        why = f"row {number} has more cells than the first line names"
        raise refused(settings, why, "Put quotes around cells with commas")
    return {name: None if _is_nan(value) else value for name, value in row.items()}


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _folder(settings: BenchmarkSettings, folder: Path) -> Iterator[Any]:
    """Rows of `metadata.jsonl` or `metadata.csv`, whose `file_name` names the picture."""
    jsonl, table = folder / "metadata.jsonl", folder / "metadata.csv"
    if not jsonl.is_file() and not table.is_file():
        found = sum(p.suffix.lower() in _PICTURES for p in folder.iterdir())
        why = f"the folder has {found} pictures and no metadata.jsonl or metadata.csv"
        raise refused(settings, why, "Add one with the columns file_name, question, target")
    for row in _jsonl(settings, jsonl) if jsonl.is_file() else _csv(table):
        name = row.pop("file_name", None) if isinstance(row, dict) else None
        yield row | {"image": name} if name else row


def _jsonl(settings: BenchmarkSettings, path: Path) -> Iterator[Any]:
    with path.open(encoding=_TEXT) as file:
        for number, line in enumerate(filter(str.strip, file), 1):
            row = json.loads(line)
            if not is_text(row):
                why = f"row {number} holds half of a character (\\ud800 … \\udfff)"
                raise refused(settings, why, "Correct the row")
            yield row


def _csv(path: Path) -> Iterator[Any]:
    with path.open(encoding=_TEXT, newline="") as file:
        yield from csv.DictReader(file)


def _bytes(picture: Any, base: Path) -> bytes:
    if isinstance(picture, dict):
        picture = picture.get("bytes") or picture.get("path")
    return picture if isinstance(picture, bytes) else named_files.read(base, str(picture))


def refused(settings: BenchmarkSettings, why: str, way_out: str) -> DataError:
    """The error for a benchmark that cannot be used."""
    return DataError(f"The benchmark '{settings.name}' ({settings.path})", why, way_out)
