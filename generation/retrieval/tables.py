"""Rows of a user's parquet and JSONL files.

A folder stands for the files in it, a training set for its `train` split: what it rejected is
nothing to learn from, and its other splits are there to measure.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from blindspot.core.errors import ConfigError, DataError
from generation.retrieval.stored import BATCH

_SUFFIXES: Final = (".parquet", ".jsonl")
_IMAGES: Final = ("image", "images")


def tables(plugin: str, path: Path | None) -> list[Path]:
    """The files at a source's path, sorted by name. Raises ConfigError without a path, DataError
    where there are none.
    """
    if path is None:
        raise ConfigError(
            f"The source '{plugin}'",
            "it has no path",
            "Set `path` to the data in generation.sources",
        )
    if not path.exists():
        raise refused(path, "there is no such file or folder", "Correct the source's path")
    if path.is_dir():
        folder = path / "train" if (path / "plan.json").is_file() else path
        found = sorted(p for p in folder.glob("*") if p.suffix in _SUFFIXES and p.is_file())
        if not found:
            raise refused(path, "it holds no .parquet or .jsonl file", "Correct the source's path")
        return found
    if path.suffix not in _SUFFIXES:
        why = f"'{path.suffix}' files are not read"
        raise refused(path, why, "Give .parquet, .jsonl or a folder of such files")
    return [path]


def rows(file: Path, pictures: bool = True) -> Iterator[tuple[int, dict[str, Any]]]:
    """All rows, from 0, a few at a time; without `pictures` a table's are not read. What is NaN is
    None. Raises DataError for a file that cannot be read.
    """
    try:
        given = _parquet(file, pictures) if file.suffix == ".parquet" else _jsonl(file)
        for number, row in enumerate(given):
            yield number, {name: _known(value) for name, value in row.items()}
    # text that is no UTF-8, dates that Python has not, time zones that nobody knows
    except (OSError, ValueError, OverflowError, LookupError, pa.ArrowException) as error:
        raise refused(file, f"it cannot be read ({error})", "Correct the file") from error


def refused(path: Path, why: str, way_out: str) -> DataError:
    """The error for data that cannot be used."""
    return DataError(f"The data {path}", why, way_out)


def text(value: Any) -> str:
    """A cell as text, without the spaces around it; empty for nothing, and for what is no single
    value.
    """
    return str(value).strip() if isinstance(value, str | int | float) else ""


def in_hash_order(ids: Iterable[str]) -> list[str]:
    """Ids in an order that they alone decide, and that favours none for how it is spelt: where
    nothing else does, this is the order in which things are given.
    """
    return sorted(ids, key=lambda id_: hashlib.sha256(id_.encode()).digest())


def _parquet(file: Path, pictures: bool) -> Iterator[dict[str, Any]]:
    with pq.ParquetFile(file) as table:
        names = [n for n in table.schema_arrow.names if pictures or n not in _IMAGES]
        for batch in table.iter_batches(BATCH if pictures else 4096, columns=names):
            yield from batch.to_pylist()


def _jsonl(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _object(file, number, line)


def _object(file: Path, number: int, line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
        json.dumps(value, ensure_ascii=False).encode()  # halves of characters, which no file holds
    except (ValueError, RecursionError) as error:
        why = f"line {number} is no JSON ({error})"
        raise refused(file, why, "Correct the line") from error
    if not isinstance(value, dict):
        raise refused(file, f"line {number} is no JSON object", "Correct the line")
    return value


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value
