"""What was decided about candidates, in the ledger: every candidate with the verdicts on it, and
which one has which slot. A window of candidates is decided in one transaction, so that after a kill
it stands there whole or not at all; a slot is given away once. A window bears a seal of all its
candidates, so that a changed or missing one shows.

    journal.window("0/3")                  None: not decided yet, or its rows in order
    journal.decide("0/3", [row, row, …])   kept; raises where a slot is taken already
"""

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Generic, TypeVar

from blindspot.core.errors import StageError
from blindspot.core.ledger import Ledger
from blindspot.core.records import Record
from blindspot.core.sqlite import seal

R = TypeVar("R", bound="Decided")


class Decided(Record):
    """One candidate, decided; a kind of record of its own says more."""

    id: str
    """`<slot>/<attempt>`."""
    slot: str
    """Which slot it was made for."""
    admitted: bool
    """Whether it has the slot now."""


class Journal(Generic[R]):
    """The decisions of one training set in the making."""

    def __init__(self, ledger: Ledger, scope: str, kind: type[R], *, fresh: bool) -> None:
        """`scope`: the training set's place in the run; `fresh` forgets an earlier one there."""
        self._ledger, self._scope, self._kind = ledger, scope, kind
        if fresh:
            with self._ledger.transaction() as db:
                for table in ("windows", "candidates", "slots"):
                    db.execute(f"delete from {table} where scope = ?", (scope,))

    def window(self, name: str) -> list[R] | None:
        """The rows of a window that was decided, in order; None if it was not."""
        with self._ledger.transaction() as db:
            where = (self._scope, name)
            known = db.execute("select seal from windows where scope = ? and name = ?", where)
            kept = known.fetchone()
            if kept is None:
                return None
            rows = db.execute(
                "select id, record from candidates where scope = ? and window = ? order by place",
                where,
            ).fetchall()
        if kept[0] not in (None, seal(*chain(*rows))):
            raise StageError(
                f"The ledger {self._ledger.path}",
                f"what was decided in window {name} of {self._scope} is damaged",
                "Make the training set again with --redo training_set; no finished call is lost",
            )
        return [self._kind.model_validate_json(text) for _, text in rows]

    def decide(self, name: str, rows: Sequence[R]) -> None:
        """Keep a window. Raises StageError where one of its slots is taken already, the window was
        decided by somebody else, or it cannot be written.
        """
        scope = self._scope
        kept = [(r.id, r.model_dump_json()) for r in rows]
        try:
            with self._ledger.transaction() as db:
                db.execute(
                    "insert into windows (scope, name, seal) values (?, ?, ?)",
                    (scope, name, seal(*chain(*kept))),
                )
                db.executemany(
                    "insert into candidates (scope, window, place, id, record) "
                    "values (?, ?, ?, ?, ?)",
                    [(scope, name, place, *each) for place, each in enumerate(kept)],
                )
                db.executemany(
                    "insert into slots values (?, ?, ?)",
                    [(scope, r.slot, r.id) for r in rows if r.admitted],
                )
        except sqlite3.IntegrityError as error:
            raise StageError(
                f"The ledger {self._ledger.path}",
                f"window {name} of {scope} was decided twice ({error})",
                "See whether two runs use this folder, then run the same command again",
            ) from error

    def rows(self) -> Iterator[R]:
        """All decided candidates, in the order of their windows."""
        with self._ledger.transaction() as db:
            names = [
                name
                for (name,) in db.execute(
                    "select name from windows where scope = ? order by rowid", (self._scope,)
                )
            ]
        for name in names:
            yield from self.window(name) or ()
