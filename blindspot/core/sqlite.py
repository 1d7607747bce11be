"""What the SQLite files of a run have in common: where they may lie, how those that stay open are
opened, seals, errors with a way out.

db = connected(path, self)             closed when nobody holds `self` any more
with told(path, f"The store {path}", "Move the file away"):
    db.execute(…)                      StageError for a full disk, and for a damaged file
"""

import errno
import os
import sqlite3
import weakref
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from blindspot.core.artifact import disk_error
from blindspot.core.errors import ConfigError, StageError

_NETWORK: Final = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "lustre",
    "gpfs",
    "beegfs",
    "ceph",
    "glusterfs",
    "fuse.sshfs",
    "afs",
    "9p",
}
_DISK: Final = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_PERM: errno.EACCES,
    sqlite3.SQLITE_IOERR: errno.EIO,
    sqlite3.SQLITE_BUSY: errno.EBUSY,
}
"""Errors that are the disk's, or another process', and not the file's."""


class DamagedError(StageError):
    """A file whose content cannot be trusted."""


@contextmanager
def told(path: Path, subject: str, way_out: str) -> Iterator[None]:
    """Turns what SQLite says of the disk into a StageError, and what it says of a damaged file into
    a DamagedError, which has the way out.
    """
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except (UnicodeDecodeError, OverflowError) as error:  # of damaged names and numbers
        raise DamagedError(subject, "its tables are damaged", way_out) from error
    except sqlite3.DatabaseError as error:
        number = _disk_errno(path, error)
        if number is None:
            raise DamagedError(subject, str(error), way_out) from error
        raise disk_error(path, OSError(number, str(error))) from error
    except OSError as error:
        raise disk_error(path, error) from error


def connected(path: Path, holder: object) -> sqlite3.Connection:
    """A connection of its own transactions, for any thread, that writes ahead. It is closed with
    its holder, whichever thread lets that go last: Python 3.13 warns of one that is only forgotten.
    Raises sqlite3.Error.
    """
    db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    weakref.finalize(holder, db.close)
    db.execute("pragma journal_mode = wal")
    db.execute("pragma synchronous = normal")
    return db


def _disk_errno(path: Path, error: Exception) -> int | None:
    """The errno of what SQLite says of the disk or of another process; None where the file is what
    is wrong: cut short, or with a header that forbids what the disk allows.
    """
    code = getattr(error, "sqlite_errorcode", 0)  # Python's own errors have none
    writable = all(os.access(place, os.W_OK) for place in (path, path.parent))
    damaged = code == sqlite3.SQLITE_IOERR_SHORT_READ
    damaged |= code == sqlite3.SQLITE_READONLY and writable
    return None if damaged else _DISK.get(code & 0xFF)


def seal(*values: object) -> int:
    """What a row bears, so that a changed byte shows: CRC-32 of its values."""
    parts = (v if isinstance(v, bytes) else str(v).encode() for v in values)
    return zlib.crc32(b"\x1f".join(parts))


def refuse_network_filesystem(path: Path, mounts: Path = Path("/proc/mounts")) -> None:
    """Raise ConfigError where SQLite's write-ahead log cannot be trusted."""
    if not mounts.exists():
        return
    target = path.resolve()
    rows = [line.split()[1:3] for line in mounts.read_text().splitlines()]
    under = [(len(where), kind) for where, kind in rows if target.is_relative_to(where)]
    kind = max(under)[1] if under else ""
    if kind in _NETWORK:
        raise ConfigError(
            f"The ledger cannot lie at {path}",
            f"that is a network filesystem ({kind}), where SQLite's write-ahead log can lose data",
            "Give a run folder on a local disk (--out)",
        )
