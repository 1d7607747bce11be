"""What is known of each stored picture: its size, its pixels' hash, and how it looks when small.

Reading these off a picture means decoding it, which takes minutes for a suite and would be done
again in every round; so they are kept in `pictures.sqlite` beside the image store, by the
picture's name. The file only saves time: it is made anew when it is missing, damaged or of another
format, and what a killed run had not written is read again.
"""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from blindspot.core.artifact import disk_error
from blindspot.core.errors import DataError
from blindspot.core.images import ImageStore
from blindspot.core.progress import progress

GREY: Final = 64
COLOR: Final = 16

T = TypeVar("T")
R = TypeVar("R")
Pair = tuple[str, str]
"""Names of two pictures, the smaller first."""

_FORMAT: Final = 1
"""Raised whenever a fact or a verdict is found in another way; older files are made anew."""
_SCHEMA: Final = """
create table if not exists facts (
    name text primary key, width integer not null, height integer not null,
    pixels text not null, grey blob not null, color blob not null
) without rowid;
create table if not exists verdicts (
    one text not null, other text not null, same integer not null, primary key (one, other)
) without rowid;
"""
_SELECT: Final = "select name, width, height, pixels, grey, color from facts"
_BATCH: Final = 256


@dataclass(frozen=True)
class Facts:
    """One picture. The small pictures are scaled by a filter that spans every pixel under it
    (bilinear), so that copies of other sizes give the same.
    """

    width: int
    height: int
    pixels: str
    """Hash of size and RGB pixels, whatever the file format."""
    grey: bytes
    """64×64 levels of grey."""
    color: bytes
    """16×16 RGB."""


class Pictures:
    """The facts about a store's pictures."""

    def __init__(self, images: ImageStore) -> None:
        self.images = images
        self.path = images.root.with_name("pictures.sqlite")

    def facts(self, names: Iterable[str]) -> dict[str, Facts]:
        """Facts by name; those of pictures seen for the first time are read, in threads. Raises
        DataError for a picture that is not in the store.
        """
        return self._made_anew_if_damaged(lambda: self._facts(sorted(set(names))))

    def _facts(self, wanted: Sequence[str]) -> dict[str, Facts]:
        with self._database() as db:
            known = _lookup(db, wanted)
            missing = [name for name in wanted if name not in known]
            for batch in _batches(_in_threads("reading pictures", self._read, missing)):
                known |= batch
                rows = [(n, f.width, f.height, f.pixels, f.grey, f.color) for n, f in batch.items()]
                with db:
                    db.executemany("insert or replace into facts values (?, ?, ?, ?, ?, ?)", rows)
        return known

    def verdicts(
        self, pairs: Iterable[Pair], same: Callable[[Image.Image, Image.Image], bool]
    ) -> dict[Pair, bool]:
        """What `same` says of each pair's pictures; a pair is looked at once and remembered."""
        return self._made_anew_if_damaged(lambda: self._verdicts(sorted(set(pairs)), same))

    def _verdicts(
        self, wanted: Sequence[Pair], same: Callable[[Image.Image, Image.Image], bool]
    ) -> dict[Pair, bool]:
        with self._database() as db:
            stored = {
                (one, other): bool(v) for one, other, v in db.execute("select * from verdicts")
            }
            known = {pair: stored[pair] for pair in wanted if pair in stored}
            missing = [pair for pair in wanted if pair not in known]
            look = lambda pair: same(self._open(pair[0]), self._open(pair[1]))  # noqa: E731
            for batch in _batches(_in_threads("comparing pictures", look, missing)):
                known |= batch
                with db:
                    rows = [(*pair, verdict) for pair, verdict in batch.items()]
                    db.executemany("insert or replace into verdicts values (?, ?, ?)", rows)
        return known

    def _made_anew_if_damaged(self, work: Callable[[], T]) -> T:
        """What it gives; where the file turns out to be damaged, from an empty one."""
        try:
            return work()
        except (sqlite3.DatabaseError, OverflowError):
            self.path.unlink(missing_ok=True)
            return work()

    def _open(self, name: str) -> Image.Image:
        try:
            return self.images.open(name)
        except OSError as error:
            raise DataError(
                f"The picture {self.images.path(name)}",
                f"it cannot be read ({error})",
                "Remove the file and run the same command again, which stores it anew",
            ) from error

    def _read(self, name: str) -> Facts:
        return facts_of(self._open(name))

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(_opened(self.path)) as db:
                yield db
        except sqlite3.OperationalError as error:
            raise disk_error(self.path, OSError(0, str(error))) from error


def facts_of(image: Image.Image) -> Facts:
    """The facts about an RGB picture."""
    return Facts(
        width=image.width,
        height=image.height,
        pixels=hashlib.sha256(repr(image.size).encode() + image.tobytes()).hexdigest(),
        grey=_small(image.convert("L"), GREY).tobytes(),
        color=_small(image, COLOR).tobytes(),
    )


def greys(facts: Sequence[Facts]) -> NDArray[np.uint8]:
    """(n, 64, 64)"""
    return _stack([f.grey for f in facts], (GREY, GREY))


def colors(facts: Sequence[Facts]) -> NDArray[np.uint8]:
    """(n, 16, 16, 3)"""
    return _stack([f.color for f in facts], (COLOR, COLOR, 3))


def _stack(rows: list[bytes], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(len(rows), *shape)


def _small(image: Image.Image, side: int) -> NDArray[np.uint8]:
    return np.asarray(image.resize((side, side), Image.Resampling.BILINEAR))


def _opened(path: Path) -> sqlite3.Connection:
    """The database; one that is damaged or of another format is replaced by an empty one."""
    db = sqlite3.connect(path, timeout=30)
    try:
        (found,) = db.execute("pragma user_version").fetchone()
        if found not in (0, _FORMAT):
            raise sqlite3.DatabaseError("another format")
        db.executescript(_SCHEMA)
        db.execute(f"pragma user_version = {_FORMAT}")
        return db
    except sqlite3.DatabaseError as error:
        db.close()
        if isinstance(error, sqlite3.OperationalError):  # locked, or the disk is full
            raise
        path.unlink()
        return _opened(path)


def _lookup(db: sqlite3.Connection, names: Sequence[str]) -> dict[str, Facts]:
    known: dict[str, Facts] = {}
    for start in range(0, len(names), _BATCH):
        part = names[start : start + _BATCH]
        marks = ",".join("?" * len(part))
        for name, *fields in db.execute(f"{_SELECT} where name in ({marks})", part):
            known[name] = _whole(Facts(*fields))
    return known


def _whole(facts: Facts) -> Facts:
    """Raises DatabaseError for what no picture's facts can be."""
    small = (facts.grey, GREY * GREY), (facts.color, COLOR * COLOR * 3)
    sides = isinstance(facts.width, int) and isinstance(facts.height, int)
    if not sides or any(not isinstance(b, bytes) or len(b) != n for b, n in small):
        raise sqlite3.DatabaseError("a row is no picture's facts")
    return facts


def _in_threads(title: str, work: Callable[[T], R], items: list[T]) -> Iterator[tuple[T, R]]:
    """Each item with its result, in order, under a bar; Pillow lets other threads decode."""
    if not items:
        return
    with progress(title, len(items)) as advance, ThreadPoolExecutor(os.cpu_count()) as pool:
        try:
            for item, result in zip(items, pool.map(work, items), strict=True):
                yield item, result
                advance()
        finally:
            pool.shutdown(cancel_futures=True)


def _batches(results: Iterator[tuple[T, R]]) -> Iterator[dict[T, R]]:
    batch: dict[T, R] = {}
    for item, result in results:
        batch[item] = result
        if len(batch) == _BATCH:
            yield batch
            batch = {}
    if batch:
        yield batch
