"""The ledger: every finished model call of a run, in SQLite, so that none is paid twice.

A row is written in the transaction in which its answer arrived, so a kill loses at most the calls
under way. Failures are kept for the record and are never answers; one that asking again cannot
help (an undecodable picture) is not asked again.

Every row of a call and of its cost bears a seal. When the file is opened, its structure is checked
and so are the seals: a damaged file is refused, a damaged row is left out aloud; such a call is
asked again, such a cost no longer counted.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, Final

from blindspot.core.errors import StageError
from blindspot.core.progress import say
from blindspot.core.records import Completion, Failure, Outcome
from blindspot.core.sqlite import connected, refuse_network_filesystem, seal, told

_SCHEMA: Final = """
create table if not exists calls (
    key text primary key, fingerprint text not null, request text not null,
    completion text not null, asked integer not null default 1, seal integer
) without rowid;
create table if not exists failures (
    key text not null, failure text not null, retryable integer not null, seal integer
);
create index if not exists failures_by_key on failures (key);
create table if not exists spending (
    scope text not null, key text not null, role text not null, cell text not null,
    reserved real not null, cost real not null default 0, seal integer, primary key (scope, key)
) without rowid;
create table if not exists windows (
    scope text not null, name text not null, seal integer, unique (scope, name)
);
create table if not exists candidates (
    scope text not null, window text not null, place integer not null, id text not null,
    record text not null, primary key (scope, window, place)
) without rowid;
create table if not exists slots (
    scope text not null, slot text not null, candidate text not null, primary key (scope, slot)
) without rowid;
"""
_LOOKUP: Final = 500
_WAY_OUT: Final = "Move the file away; finished calls in it would be asked again"
_SEALED: Final = {
    "calls": "key, completion",
    "failures": "key, failure, retryable",
    "spending": "scope, key, role, cell, reserved, cost",
}
"""What the seal of a row covers. That of a window, its candidates, is the journal's."""
_SPEND: Final = (
    "insert into spending (scope, key, role, cell, reserved, cost, seal) "
    "values (?, ?, ?, ?, ?, ?, ?) on conflict (scope, key) do update set "
)
_RESERVE: Final = (
    f"{_SPEND} reserved = excluded.reserved, "
    "seal = seal(scope, key, role, cell, excluded.reserved, cost)"
)
_SETTLE: Final = (
    f"{_SPEND} reserved = 0.0, cost = cost + excluded.cost, "
    "seal = seal(scope, key, role, cell, 0.0, cost + excluded.cost)"
)
_ABANDON: Final = (
    "update spending set cost = cost + reserved, reserved = 0.0, "
    "seal = seal(scope, key, role, cell, 0.0, cost + reserved) "
    "where scope = ? and reserved > 0"
)

Cost = tuple[str, str, str, str, float]
"""What a call did cost: scope, key, role, cell, cost."""


class Ledger:
    """Opened on a file; one process at a time writes, from any of its threads."""

    def __init__(self, path: Path) -> None:
        refuse_network_filesystem(path)
        self.path = path
        self._lock = threading.RLock()
        with self._told():
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                _create(path)
            self._refuse_damaged()
            self._db = connected(path, self)
            self._db.create_function("seal", -1, seal, deterministic=True)
            _complete(self._db)
            self._leave_out_damaged()

    def lookup(self, keys: Sequence[str]) -> dict[str, Outcome]:
        """What is known of these calls: completions, and failures that asking again cannot help."""
        failed = self._of("select key, failure from failures where not retryable and", keys)
        known: dict[str, Outcome] = {k: Failure.model_validate_json(text) for k, text in failed}
        answered = self._of("select key, completion from calls where", keys)
        return known | {k: Completion.model_validate_json(text) for k, text in answered}

    def known(self, keys: Sequence[str]) -> set[str]:
        """Those of these calls of which `lookup` knows something."""
        failed = self._of("select key from failures where not retryable and", keys)
        return {
            key
            for rows in (failed, self._of("select key from calls where", keys))
            for (key,) in rows
        }

    def _of(self, query: str, keys: Sequence[str]) -> Iterator[Any]:
        """The rows of these keys."""
        for start in range(0, len(keys), _LOOKUP):
            part = keys[start : start + _LOOKUP]
            yield from self._run(f"{query} key in ({','.join('?' * len(part))})", part)

    def record(
        self,
        fingerprint: str,
        answered: Iterable[tuple[str, str, Outcome]],
        costs: Sequence[Cost] = (),
    ) -> None:
        """Keep (key, request JSON, outcome) triples in one transaction, and with them what they
        cost. A call that was finished already counts as asked again.
        """
        rows = list(answered)
        answers = [(k, r, o.model_dump_json()) for k, r, o in rows if isinstance(o, Completion)]
        calls = [(k, fingerprint, r, text, seal(k, text)) for k, r, text in answers]
        failed = [
            (k, o.model_dump_json(), int(o.retryable)) for k, _, o in rows if isinstance(o, Failure)
        ]
        with self.transaction() as db:
            db.executemany(
                "insert into calls (key, fingerprint, request, completion, seal) "
                "values (?, ?, ?, ?, ?) on conflict (key) do update set asked = asked + 1",
                calls,
            )
            db.executemany(
                "insert into failures values (?, ?, ?, ?)", [(*row, seal(*row)) for row in failed]
            )
            settled = [_sealed(*account, 0.0, float(cost)) for *account, cost in costs]
            db.executemany(_SETTLE, settled)

    def reserve(self, scope: str, key: str, role: str, cell: str, worst: float) -> None:
        """Set aside what a call may cost, until `record` says what it did."""
        with self.transaction() as db:
            db.execute(_RESERVE, _sealed(scope, key, role, cell, float(worst), 0.0))

    def abandon(self, scope: str) -> None:
        """What a process that is gone had reserved counts as spent."""
        with self.transaction() as db:
            db.execute(_ABANDON, (scope,))

    def spent(self, scope: str) -> list[tuple[str, str, float]]:
        """What was spent, as (role, cell, cost)."""
        query = "select role, cell, sum(cost) from spending where scope = ? group by role, cell"
        return [(role, cell, cost) for role, cell, cost in self._run(query, (scope,))]

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All that is written within, or nothing. Raises StageError for a disk that is full or
        cannot be written, and for a damaged file.
        """
        with self._lock, self._told():
            self._db.execute("begin immediate")
            try:
                yield self._db
                self._db.execute("commit")
            finally:
                if self._db.in_transaction:
                    self._db.execute("rollback")

    def counts(self) -> dict[str, int]:
        """Finished calls, calls that were paid more than once, failures on record."""
        one = lambda query: int(self._run(query)[0][0])  # noqa: E731
        return {
            "calls": one("select count(*) from calls"),
            "asked_again": one("select count(*) from calls where asked > 1"),
            "failures": one("select count(*) from failures"),
        }

    def _run(self, statement: str, values: Sequence[object] = ()) -> list[Any]:
        """The rows of a statement that is its own transaction."""
        with self._lock, self._told():
            return self._db.execute(statement, values).fetchall()

    def close(self) -> None:
        """Close the file, as happens by itself when nobody holds the ledger."""
        self._db.close()

    def _refuse_damaged(self) -> None:
        """Raise StageError for a file whose structure does not hold. It is looked at through a
        connection that does not write: a damaged file is left as it is.
        """
        if self.path.stat().st_size == 0:
            raise self._damaged("it is empty")
        with closing(sqlite3.connect(self.path, timeout=30, isolation_level=None)) as db:
            found = [row[0] for row in db.execute("pragma quick_check(1)")]
        if found != ["ok"]:
            raise self._damaged(found[0].splitlines()[-1])

    def _leave_out_damaged(self) -> None:
        """Delete rows whose seal is broken, and say so."""
        for table, columns in _SEALED.items():
            rows = f"from {table} where seal is not null and seal <> seal({columns})"
            if count := self._run(f"select count(*) {rows}")[0][0]:
                self._run(f"delete {rows}")
                say(f"the ledger {self.path}: {count} damaged rows of {table} are left out")

    def _told(self) -> AbstractContextManager[None]:
        return told(self.path, f"The ledger {self.path}", _WAY_OUT)

    def _damaged(self, why: str) -> StageError:
        return StageError(f"The ledger {self.path}", why, _WAY_OUT)


def _sealed(*row: object) -> tuple[object, ...]:
    return *row, seal(*row)


def _create(path: Path) -> None:
    """The file appears whole, so that an empty one is known to be damaged."""
    part = path.with_name(path.name + ".part")
    with closing(sqlite3.connect(part, isolation_level=None)) as db:
        db.executescript(_SCHEMA)
    part.replace(path)


def _complete(db: sqlite3.Connection) -> None:
    """Give a ledger of an earlier version the columns that it lacks."""
    db.executescript(_SCHEMA)
    for table in (*_SEALED, "windows"):
        if "seal" not in {row[1] for row in db.execute(f"pragma table_info({table})")}:
            db.execute(f"alter table {table} add column seal integer")
