"""Rows and pictures of a user's own files: parquet, JSONL, or a folder of pictures."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from blindspot.core.errors import DataError
from harness.settings import BenchmarkSettings

_PICTURES: Final = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp")
_BATCH: Final = 64


def read(settings: BenchmarkSettings) -> Iterator[dict[str, Any]]:
    """All rows. Raises DataError for a file that cannot be read."""
    assert settings.path is not None, "a benchmark without path is not the user's own"
    path = settings.path
    try:
        if path.is_dir():
            yield from _folder(settings, path)
        elif path.suffix == ".parquet":
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(batch_size=_BATCH):
                    yield from batch.to_pylist()
        elif path.suffix == ".jsonl":
            yield from _jsonl(path)
        else:
            why = f"'{path.suffix}' files are not read"
            raise refused(settings, why, "Give .parquet, .jsonl or a folder of pictures")
    except (OSError, pa.ArrowException, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise refused(settings, f"it cannot be read ({error})", "Correct the file") from error


def pictures(settings: BenchmarkSettings, row: Mapping[str, Any]) -> list[bytes]:
    """Bytes of the row's pictures: `images`, or `image`; each bytes, {bytes, path} or a path.
    Raises OSError for a file that is not there.
    """
    assert settings.path is not None, "a benchmark without path is not the user's own"
    given = row.get("images")
    given = list(given) if given is not None else [row.get("image")]
    base = settings.path if settings.path.is_dir() else settings.path.parent
    return [_bytes(picture, base) for picture in given if picture is not None]


def _folder(settings: BenchmarkSettings, folder: Path) -> Iterator[dict[str, Any]]:
    """Rows of `metadata.jsonl` or `metadata.csv`, whose `file_name` names the picture."""
    jsonl, table = folder / "metadata.jsonl", folder / "metadata.csv"
    if not jsonl.is_file() and not table.is_file():
        found = sum(p.suffix.lower() in _PICTURES for p in folder.iterdir())
        why = f"the folder has {found} pictures and no metadata.jsonl or metadata.csv"
        raise refused(settings, why, "Add one with the columns file_name, question, target")
    for row in _jsonl(jsonl) if jsonl.is_file() else _csv(table):
        name = row.pop("file_name", None)
        yield row | ({"image": name} if name else {})


def _jsonl(path: Path) -> Iterator[dict[str, Any]]:
    with path.open() as file:
        yield from (json.loads(line) for line in file if line.strip())


def _csv(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(newline="") as file:
        yield from csv.DictReader(file)


def _bytes(picture: Any, base: Path) -> bytes:
    if isinstance(picture, dict):
        picture = picture.get("bytes") or picture.get("path")
    if isinstance(picture, bytes):
        return picture
    return (base / str(picture)).read_bytes()


def refused(settings: BenchmarkSettings, why: str, way_out: str) -> DataError:
    """The error for a benchmark that cannot be used."""
    return DataError(f"The benchmark '{settings.name}' ({settings.path})", why, way_out)
