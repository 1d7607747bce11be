"""What was found out is found once, survives a stop, and is found anew where it is damaged."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from blindspot.core.errors import DataError
from blindspot.core.images import ImageStore
from blindspot.core.notes import Notes, Row


@pytest.fixture
def notes(tmp_path: Path) -> Notes:
    return Notes(ImageStore(tmp_path / "images"), "lengths_1", ["length", "raw"])


def length(key: str) -> Row:
    return len(key), key.encode()


def refuse(key: str) -> Row:
    raise AssertionError(f"{key} was found again")


def test_a_row_is_found_once(notes: Notes) -> None:
    keys = [f"key {i}" for i in range(600)]
    found = notes.of(keys, length, "counting")
    assert found == {key: (len(key), key.encode()) for key in keys}
    assert notes.of(reversed(keys), refuse, "counting") == found
    with pytest.raises(AssertionError, match="another was found again"):
        notes.of([*keys, "another"], refuse, "counting")


def test_rows_come_in_order_a_few_at_a_time(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blindspot.core.notes._BLOCK", 100)
    keys = [f"{i:03}" for i in range(250)]
    found = list(notes.each(reversed(keys), length, "counting"))
    assert found == [(key, length(key)) for key in keys]
    assert list(notes.each(keys, refuse, "counting")) == found
    assert list(notes.each([], refuse, "")) == []


def test_rows_that_are_damaged_between_two_blocks_are_found_anew(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blindspot.core.notes._BLOCK", 2)
    rows = notes.each(["a", "b", "c"], length, "")
    first = [next(rows), next(rows)]
    with closing(sqlite3.connect(notes.path)) as db:
        db.execute("update lengths_1 set length = 99")
        db.commit()
    assert [*first, *rows] == [(key, length(key)) for key in "abc"]


def test_what_somebody_had_is_kept_and_may_be_corrected(notes: Notes) -> None:
    notes.keep({"a": (1, b"x"), "b": (2, b"y")})
    notes.keep({"b": (3, b"z")})
    notes.keep({})
    assert notes.of(["a", "b"], refuse, "") == {"a": (1, b"x"), "b": (3, b"z")}


def test_tables_of_one_file_stand_apart(notes: Notes, tmp_path: Path) -> None:
    other = Notes(ImageStore(tmp_path / "images"), "lengths_2", ["length"])
    notes.keep({"a": (1, b"x")})
    assert other.of(["a"], lambda _: (7,), "") == {"a": (7,)}
    assert notes.of(["a"], refuse, "") == {"a": (1, b"x")}
    assert other.path == notes.path


def test_what_was_found_before_a_stop_is_kept(notes: Notes) -> None:
    keys = [f"{i:03}" for i in range(600)]

    def stops(key: str) -> Row:
        if key == keys[400]:
            raise KeyboardInterrupt
        return length(key)

    with pytest.raises(KeyboardInterrupt):
        notes.of(keys, stops, "counting")
    assert len(notes.of(keys[:256], refuse, "counting")) == 256


@pytest.mark.parametrize("damage", ["missing", "garbage", "changed"])
def test_a_file_that_cannot_be_trusted_is_made_anew(notes: Notes, damage: str) -> None:
    first = notes.of(["a", "b"], length, "")
    if damage == "missing":
        notes.path.unlink()
    elif damage == "garbage":
        notes.path.write_bytes(b"no database at all" * 100)
    else:
        with closing(sqlite3.connect(notes.path)) as db:
            db.execute("update lengths_1 set length = 99")
            db.commit()
    assert notes.of(["a", "b"], length, "") == first


def test_why_something_cannot_be_found_is_told(notes: Notes) -> None:
    def gone(key: str) -> Row:
        raise DataError(f"The picture {key}", "it is gone", "Store it again")

    with pytest.raises(DataError, match="The picture a"):
        notes.of(["a"], gone, "")


def test_nothing_is_asked_of_nothing(notes: Notes) -> None:
    assert notes.of([], refuse, "") == {}
    assert not notes.path.exists()
