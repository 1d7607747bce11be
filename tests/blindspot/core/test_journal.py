"""Windows of candidates: whole or not at all, and a slot given away once."""

import sqlite3
from contextlib import closing

import pytest

from blindspot.core.errors import StageError
from blindspot.core.journal import Decided, Journal
from blindspot.core.ledger import Ledger


class Row(Decided):
    """A candidate with a word."""

    word: str


def row(slot: str, attempt: int = 0, admitted: bool = True) -> Row:
    return Row(id=f"{slot}/{attempt}", slot=slot, admitted=admitted, word="w")


def journal(path, scope="round-0/set", fresh=False) -> Journal[Row]:
    return Journal(Ledger(path / "ledger.sqlite"), scope, Row, fresh=fresh)


def test_what_was_decided_comes_back_in_order(tmp_path):
    rows = [row("b"), row("a", admitted=False)]
    journal(tmp_path).decide("0/0", rows)
    journal(tmp_path).decide("0/1", [row("c")])
    again = journal(tmp_path)
    assert again.window("0/0") == rows
    assert again.window("0/2") is None
    assert [r.slot for r in again.rows()] == ["b", "a", "c"]


def test_an_empty_window_is_decided_too(tmp_path):
    journal(tmp_path).decide("0/0", [])
    assert journal(tmp_path).window("0/0") == []


def test_a_slot_is_given_away_once_and_a_refused_window_leaves_nothing(tmp_path):
    own = journal(tmp_path)
    own.decide("0/0", [row("a")])
    with pytest.raises(StageError, match="window 1/0 of round-0/set was decided twice"):
        own.decide("1/0", [row("b"), row("a", 1)])
    assert own.window("1/0") is None
    own.decide("1/0", [row("b", 1), row("a", 1, admitted=False)])
    with pytest.raises(StageError, match="decided twice"):
        own.decide("1/0", [row("c", 1)])


def test_training_sets_do_not_see_each_other_and_a_fresh_one_begins_anew(tmp_path):
    journal(tmp_path).decide("0/0", [row("a")])
    other = journal(tmp_path, "round-1/set")
    assert other.window("0/0") is None
    other.decide("0/0", [row("a")])
    fresh = journal(tmp_path, fresh=True)
    assert fresh.window("0/0") is None
    assert list(fresh.rows()) == []
    assert other.window("0/0") == [row("a")]
    fresh.decide("0/0", [row("a")])


@pytest.mark.parametrize(
    "damage",
    ["update candidates set record = replace(record, '\"w\"', '\"v\"')", "delete from candidates"],
    ids=["changed", "missing"],
)
def test_a_window_whose_candidates_are_others_is_refused(tmp_path, damage):
    own = journal(tmp_path)
    own.decide("0/0", [row("a"), row("b")])
    own._ledger.close()
    with closing(sqlite3.connect(own._ledger.path)) as db:
        assert db.execute(f"{damage} where place = 1").rowcount == 1
        db.commit()
    with pytest.raises(StageError, match=r"window 0/0 of round-0/set is damaged.*--redo training"):
        journal(tmp_path).window("0/0")
