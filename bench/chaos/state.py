"""What lies in a finished run's folder, item by item, and what differs between two of them.

    {"round-0/evaluation/samples.parquet": "9f…", "picture 3a….png": "…", "call 71…": "…", …}

An item is a file of an artifact, an artifact's manifest (by its digest, which leaves time and place
out), a page (without times, and without `--redo` in its command), a picture of the store, a
finished call, a decided candidate, or the config.

    lost       items of the undisturbed run that are missing or different
    doubled    rows that stand twice: predictions of a sample's repeat, samples of a training set,
               finished calls on record
"""

import hashlib
import json
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from blindspot.core.artifact import MANIFEST, Manifest
from blindspot.matching import STAGES

_WHEN: Final = re.compile(
    rb'\d{4}-\d\d-\d\dT[\d:]{8}\+00:00|</bdi> [\d.]+ s|"durations": ?\{[^}]*\}| --redo \w+'
)
"""What a page says of the time, the length of its stages, and the command that made it again."""
PAGES: Final = ("report.html", "page.json", "monitors.json", "index.html", "index.json")
LEDGER: Final = ("call", "candidate", "slot")
"""Items that stand in the ledger."""
_TABLES: Final = {
    "call": "select key, completion from calls",
    "candidate": "select scope || ' ' || id, record from candidates",
    "slot": "select scope || ' ' || slot, candidate from slots",
}
_AGAIN: Final = "select asked from calls where asked > 1"
_ROWS: Final = {"predictions.parquet": ("sample_id", "repeat"), "0000.parquet": ("id",)}


@dataclass(frozen=True)
class State:
    """A run's folder."""

    items: Mapping[str, str]
    rows_twice: int
    """Rows of tables that stand twice."""
    asked_again: int
    """Calls that the ledger knows to have been answered twice."""


def read(run: Path) -> State:
    """What lies there now."""
    items = dict(_items(run))
    return State(items, sum(map(twice, sorted(run.rglob("*.parquet")))), asked_again(run))


def differing(wanted: State, found: State) -> list[str]:
    """Items that are missing or different, and files of artifacts that nobody expected."""
    one, two = wanted.items, found.items
    own = {name for name in two if name.startswith("round-")}
    return sorted(name for name in {*one, *own} if one.get(name) != two.get(name))


def asked_again(run: Path) -> int:
    """Of a folder whose ledger can be read; none otherwise."""
    return sum(int(row[0]) - 1 for row in _selected(run, _AGAIN))


def twice(table: Path) -> int:
    """Rows of a table beyond the first of their kind; none in one that cannot be read."""
    columns = _ROWS.get(table.name)
    try:
        rows = pq.ParquetFile(table).read(list(columns)).to_pylist() if columns else []
    except (OSError, pa.ArrowInvalid):
        return 0
    return len(rows) - len({tuple(row.values()) for row in rows})


def repeated(calls: Path) -> int:
    """Calls that a recorded model answered beyond the first time."""
    if not calls.exists():
        return 0
    return sum(n - 1 for n in Counter(calls.read_text().split()).values())


def _items(run: Path) -> Iterator[tuple[str, str]]:
    yield "config.toml", digest(run / "config.toml")
    for folder in (run, *sorted(run.glob("round-*"))):
        for page in (folder / name for name in PAGES):
            if page.is_file():
                yield page.relative_to(run).as_posix(), _timeless(page)
        for stage in STAGES:
            yield from _artifact(run, folder / stage)
    for picture in sorted((run / "images").glob("*")):
        if picture.suffix != ".part":
            yield f"picture {picture.name}", digest(picture)
    for kind, query in _TABLES.items():
        for key, value in _selected(run, query):
            yield f"{kind} {key}", hashlib.sha256(str(value).encode()).hexdigest()


def _artifact(run: Path, folder: Path) -> Iterator[tuple[str, str]]:
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return
    try:
        said = Manifest.model_validate(json.loads(manifest.read_text())).digest
    except ValueError:
        said = digest(manifest)
    yield manifest.relative_to(run).as_posix(), said
    yield from _files(run, (p for p in sorted(folder.rglob("*")) if p != manifest))


def _files(run: Path, files: Iterable[Path]) -> Iterator[tuple[str, str]]:
    for file in files:
        if file.is_file():
            yield file.relative_to(run).as_posix(), digest(file)


def digest(file: Path) -> str:
    """SHA-256, or nothing where there is no such file."""
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def _timeless(page: Path) -> str:
    return hashlib.sha256(_WHEN.sub(b"", page.read_bytes())).hexdigest()


def _selected(run: Path, query: str) -> list[tuple[str, ...]]:
    """Of a copy: the file stays as it is, and SQLite follows no link out of a namespace."""
    file = run / "ledger.sqlite"
    if not file.is_file():
        return []
    with TemporaryDirectory() as folder:
        for part in run.glob("ledger.sqlite*"):
            shutil.copy(part, folder)
        try:
            with closing(sqlite3.connect(Path(folder) / file.name)) as db:
                return db.execute(query).fetchall()
        except sqlite3.DatabaseError:
            return []
