"""What was fetched comes back as it was, or is fetched again."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blindspot.core.errors import StageError
from blindspot.core.records import Failure
from generation.fetching.kept import Kept
from generation.fetching.policy import Get, Got

A, B, C = (Get(f"https://example.org/{name}") for name in "abc")
GONE = Failure(kind="fetch", message="404", retryable=False)
SLOW = Failure(kind="timeout", message="slow", retryable=True)
CAME = [(A, Got(b"pixels" * 100, "https://example.org/1.png")), (B, GONE)]


def filled(path: Path) -> Path:
    kept = Kept(path)
    kept.keep(CAME)
    kept.close()
    return path


def test_what_asking_again_cannot_mend_is_kept(tmp_path: Path) -> None:
    later = Kept(filled(tmp_path / "fetched.sqlite"))
    assert [later.lookup(request) for request, _ in CAME] == [came for _, came in CAME]
    later.keep([(C, SLOW)])
    assert later.lookup(C) is None


@given(at=st.integers(min_value=0, max_value=10**6), by=st.integers(min_value=1, max_value=255))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_changed_byte_is_believed(tmp_path: Path, at: int, by: int) -> None:
    for file in tmp_path.glob("fetched.sqlite*"):
        file.unlink()
    path = filled(tmp_path / "fetched.sqlite")
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= by
    path.write_bytes(data)
    try:
        kept = Kept(path)
        found = [kept.lookup(request) for request, _ in CAME]
        kept.keep(CAME)
        again = [kept.lookup(request) for request, _ in CAME]
        kept.close()
    except StageError:
        return
    assert all(one in (came, None) for one, (_, came) in zip(found, CAME, strict=True))
    assert again == [came for _, came in CAME]


def test_a_full_disk_is_not_taken_for_a_damaged_file(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "fetched.sqlite")
    kept._db.execute("pragma max_page_count = 4")
    with pytest.raises(StageError, match="disk is full"):
        kept.keep([(A, Got(b"x" * 100_000, A.url))])


def test_a_store_of_an_earlier_version_is_named(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "fetched.sqlite")) as db:
        db.execute("create table fetched (key text primary key)")
    with pytest.raises(StageError, match=r"fetched\.sqlite.*no such column.*Move the file away"):
        Kept(tmp_path / "fetched.sqlite").lookup(A)
