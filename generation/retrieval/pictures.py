"""A user's own pictures without labels, with the words that are known of each.

    data/cats/grey_7.jpg      words: "cats grey_7"
    data/cats/grey_7.txt      a caption
    data/cats/grey_7.json     {"caption": …, "tags": [...], "licence": …, "attribution": …}

or parquet files with `image` and, where they have them, `caption`, `tags`, `licence`,
`attribution`. Captions and tags are somebody's words: they are searched, and handed on as quoted
data. A sidecar that is broken, or leads out of the folder, is an error that names it.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from blindspot.core import named_files
from blindspot.core.errors import ConfigError
from generation.retrieval import stored, tables
from generation.retrieval.stored import Stored
from generation.retrieval.tables import in_hash_order, refused, text

SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif")
MAX_WORDS: Final = 2**20
"""Bytes of a sidecar."""


@dataclass(frozen=True)
class Picture:
    """One picture of a pool."""

    id: str
    """Its path below the folder, or a digest of its bytes."""
    picture: Stored
    caption: str = ""
    words: str = ""
    """Name and tags."""
    licence: str = ""
    attribution: str = ""

    @property
    def text(self) -> str:
        """What is searched."""
        return f"{self.caption}\n{self.words}"


def load(path: Path | None) -> tuple[Picture, ...]:
    """All pictures, in hash order of their ids. Raises ConfigError without a path, DataError where
    there are none or what describes them cannot be read.
    """
    if path is None:
        why, way_out = "it has no path", "Set `path` to a folder of pictures in generation.sources"
        raise ConfigError("The source 'pool'", why, way_out)
    files = _files(path) if path.is_dir() else []
    if files:
        found = {each.id: each for each in (_of_file(path, file) for file in files)}
    else:
        found = {each.id: each for file in tables.tables("pool", path) for each in _rows(file)}
    if not found:
        raise refused(path, "it holds no picture", "Correct the source's path")
    return tuple(found[id_] for id_ in in_hash_order(found))


def _files(folder: Path) -> list[Path]:
    """Picture files, those in folders below included; no link to a folder is followed."""
    return [
        Path(parent) / name
        for parent, _, names in os.walk(folder, followlinks=False)
        for name in names
        if Path(name).suffix.lower() in SUFFIXES
    ]


def _of_file(folder: Path, file: Path) -> Picture:
    path = file.relative_to(folder)
    described = _sidecar(folder, path)
    tags = described.get("tags")
    words = [*path.with_suffix("").parts, *_tags(tags)]
    return Picture(
        id=_printable(path.as_posix()),
        picture=Stored(folder, path=str(path)),
        caption=_printable(text(described.get("caption"))),
        words=_printable("\n".join(words)),
        licence=text(described.get("licence")),
        attribution=_printable(text(described.get("attribution"))),
    )


def _sidecar(folder: Path, path: Path) -> Mapping[str, Any]:
    """What stands beside a picture: `.json`, or a caption as `.txt`."""
    for suffix in (".json", ".txt"):
        beside = path.with_suffix(suffix)
        if (folder / beside).is_file():
            said = _said(folder, beside)
            return {"caption": said} if suffix == ".txt" else _object(folder / beside, said)
    return {}


def _said(folder: Path, path: Path) -> str:
    file = named_files.inside(folder, str(path))
    if file is None:
        raise refused(folder / path, "it leads out of its folder", "Remove the link")
    try:
        if file.stat().st_size > MAX_WORDS:
            raise refused(file, f"it has more than {MAX_WORDS:,} bytes", "Shorten it")
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise refused(file, f"it cannot be read ({error})", "Correct the file") from error


def _object(file: Path, said: str) -> Mapping[str, Any]:
    try:
        value = json.loads(said)
    except (ValueError, RecursionError) as error:
        raise refused(file, f"it is no JSON ({error})", "Correct the file") from error
    if not isinstance(value, dict):
        raise refused(file, "it is no JSON object", "Write {} with caption, tags, licence")
    return value


def _rows(file: Path) -> Iterator[Picture]:
    for number, row in tables.rows(file):
        if not number and "image" not in row:
            why = f"it has no column 'image' (the columns are {', '.join(row)})"
            raise refused(file, why, "Rename the column of the pictures")
        held = stored.content(row.get("image"))
        if held is not None:
            yield _of_row(file, number, held, row)


def _of_row(file: Path, number: int, held: bytes | str, row: Mapping[str, Any]) -> Picture:
    is_path = isinstance(held, str)
    known = held if isinstance(held, str) else hashlib.sha256(held).hexdigest()
    where = Stored(file.parent, path=known) if is_path else Stored(file, row=number, column="image")
    words = [known] if is_path else []
    return Picture(
        id=known,
        picture=where,
        caption=text(row.get("caption")),
        words="\n".join([*words, *_tags(row.get("tags"))]),
        licence=text(row.get("licence")),
        attribution=text(row.get("attribution")),
    )


def _tags(given: Any) -> list[str]:
    return [text(tag) for tag in given] if isinstance(given, list) else [text(given)]


def _printable(name: str) -> str:
    """A file's name may be bytes that are no text, a sidecar may hold halves of characters."""
    return name.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
