"""The ledger: every finished model call of a run, in SQLite, so that none is paid twice.

A row is written in the transaction in which its answer arrived, so a kill loses at most the calls
under way. Failures are kept for the record and are never answers; one that asking again cannot
help (an undecodable picture) is not asked again.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from blindspot.core.artifact import disk_error
from blindspot.core.errors import ConfigError, StageError
from blindspot.core.records import Completion, Failure, Outcome

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
}
_SCHEMA: Final = """
create table if not exists calls (
    key text primary key, fingerprint text not null, request text not null,
    completion text not null, asked integer not null default 1
) without rowid;
create table if not exists failures (
    key text not null, failure text not null, retryable integer not null
);
create index if not exists failures_by_key on failures (key);
"""
_LOOKUP: Final = 500


class Ledger:
    """Opened on a file; one process at a time writes."""

    def __init__(self, path: Path) -> None:
        refuse_network_filesystem(path)
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=30, isolation_level=None)
            self._db.execute("pragma journal_mode = wal")
            self._db.execute("pragma synchronous = normal")
            self._db.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            raise StageError(
                f"The ledger {path}",
                str(error),
                "Move the file away; finished calls in it would be asked again",
            ) from error

    def lookup(self, keys: Sequence[str]) -> dict[str, Outcome]:
        """What is known of these calls: completions, and failures that asking again cannot help."""
        known: dict[str, Outcome] = {}
        for start in range(0, len(keys), _LOOKUP):
            part = keys[start : start + _LOOKUP]
            marks = ",".join("?" * len(part))
            for key, text in self._db.execute(
                f"select key, failure from failures where not retryable and key in ({marks})", part
            ):
                known[key] = Failure.model_validate_json(text)
            for key, text in self._db.execute(
                f"select key, completion from calls where key in ({marks})", part
            ):
                known[key] = Completion.model_validate_json(text)
        return known

    def record(self, fingerprint: str, answered: Iterable[tuple[str, str, Outcome]]) -> None:
        """Keep (key, request JSON, outcome) triples in one transaction. A call that was
        finished already counts as asked again.
        """
        rows = list(answered)
        calls = [
            (k, fingerprint, r, o.model_dump_json())
            for k, r, o in rows
            if isinstance(o, Completion)
        ]
        failures = [
            (k, o.model_dump_json(), o.retryable) for k, _, o in rows if isinstance(o, Failure)
        ]
        try:
            self._db.execute("begin immediate")
            self._db.executemany(
                "insert into calls (key, fingerprint, request, completion) values (?, ?, ?, ?) "
                "on conflict (key) do update set asked = asked + 1",
                calls,
            )
            self._db.executemany("insert into failures values (?, ?, ?)", failures)
            self._db.execute("commit")
        except sqlite3.OperationalError as error:
            if self._db.in_transaction:
                self._db.execute("rollback")
            raise disk_error(self.path, OSError(0, str(error))) from error

    def counts(self) -> dict[str, int]:
        """Finished calls, calls that were paid more than once, failures on record."""
        one = lambda query: int(self._db.execute(query).fetchone()[0])  # noqa: E731
        return {
            "calls": one("select count(*) from calls"),
            "asked_again": one("select count(*) from calls where asked > 1"),
            "failures": one("select count(*) from failures"),
        }

    def close(self) -> None:
        """Close the file."""
        self._db.close()


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
