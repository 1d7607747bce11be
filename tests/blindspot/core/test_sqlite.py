"""What SQLite says becomes a sentence; a file lies where it is safe."""

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from blindspot.core.errors import ConfigError, StageError
from blindspot.core.sqlite import connected, refuse_network_filesystem, seal, told


def test_a_seal_tells_values_and_their_places_apart() -> None:
    assert seal("a", 1, b"b") == seal("a", 1, b"b")
    assert len({seal("a", "b"), seal("b", "a"), seal("ab"), seal("a", "b", "")}) == 4


def test_a_damaged_file_and_a_bad_disk_have_other_ways_out(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    path.write_bytes(b"no database" * 100)
    with pytest.raises(StageError, match=r"The store: .*not a database.*Move it away"):
        _read(path)
    with pytest.raises(StageError, match="nowhere") as found:
        _read(tmp_path / "nowhere" / "a.sqlite")
    assert "Move it away" not in str(found.value)
    with pytest.raises(StageError, match=r"tables are damaged.*Move it away"), _told(path):
        b"\xff".decode()


def test_nobody_needs_to_close_it(tmp_path: Path) -> None:
    """Whichever thread lets the holder go."""

    class Holder: ...

    holders = [Holder()]
    db = connected(tmp_path / "a.sqlite", holders[0])
    db.execute("create table a (b)")
    with ThreadPoolExecutor(1) as pool:
        pool.submit(holders.clear).result()
    with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
        db.execute("select * from a")


def test_a_header_that_forbids_writing_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("create table a (b)")
    raw = bytearray(path.read_bytes())
    raw[18] = 6  # the format's version for writing: 1 or 2
    path.write_bytes(raw)
    with (
        pytest.raises(StageError, match="Move it away"),
        _told(path),
        closing(sqlite3.connect(path)) as db,
    ):
        db.execute("insert into a values (1)")


def test_a_disk_that_is_read_only_is_not_the_files_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("create table a (b)")
    monkeypatch.setattr(os, "access", lambda place, mode: False)
    with (
        pytest.raises(StageError, match=r"read-?only") as found,
        _told(path),
        closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db,
    ):
        db.execute("insert into a values (1)")
    assert "Move it away" not in str(found.value)


def _told(path: Path):
    return told(path, "The store", "Move it away")


def _read(path: Path) -> None:
    with _told(path), closing(sqlite3.connect(path)) as db:
        db.execute("select * from a")


def test_network_filesystems_are_refused(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("/dev/vda / ext4 rw 0 0\nserver:/x /mnt/share nfs4 rw 0 0\n")
    refuse_network_filesystem(Path("/home/a/ledger.sqlite"), mounts)
    with pytest.raises(ConfigError, match=r"network filesystem \(nfs4\)"):
        refuse_network_filesystem(Path("/mnt/share/runs/ledger.sqlite"), mounts)
