"""What was answered is never lost or asked twice; what failed is never an answer."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blindspot.core.errors import StageError
from blindspot.core.ledger import Ledger
from blindspot.core.records import Completion, Failure

ANSWER = Completion(text="red")
LATER = Failure(kind="timeout", message="slow", retryable=True)
EARLIER = """
create table calls (
    key text primary key, fingerprint text not null, request text not null,
    completion text not null, asked integer not null default 1
) without rowid;
create table failures (key text not null, failure text not null, retryable integer not null);
create table candidates (
    scope text not null, window text not null, place integer not null, id text not null,
    record text not null, primary key (scope, window, place)
) without rowid;
"""
NEVER = Failure(kind="image", message="broken", retryable=False)


def test_answers_outlive_the_process_and_failures_are_not_answers(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.record("m", [("a", "{}", ANSWER), ("b", "{}", LATER), ("c", "{}", NEVER)])
    ledger.close()
    again = Ledger(tmp_path / "ledger.sqlite")
    assert again.lookup(["a", "b", "c", "d"]) == {"a": ANSWER, "c": NEVER}
    assert again.counts() == {"calls": 1, "asked_again": 0, "failures": 2}


def test_a_call_paid_twice_is_on_record(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    for _ in range(2):
        ledger.record("m", [("a", "{}", ANSWER)])
    assert ledger.counts()["asked_again"] == 1


def test_many_keys_are_looked_up(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.record("m", [(str(i), "{}", ANSWER) for i in range(2000)])
    assert len(ledger.lookup([str(i) for i in range(3000)])) == 2000


def test_threads_share_it_and_one_that_fails_takes_back_its_own_rows_only(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")

    def fail(key: str) -> None:
        with ledger.transaction() as db:
            db.execute("insert into windows (scope, name) values ('set', ?)", (key,))
            raise RuntimeError

    def write(thread: int) -> None:
        for i in range(50):
            key = f"{thread}/{i}"
            ledger.reserve("set", key, "solver", "c", 2.0)
            with pytest.raises(RuntimeError):
                fail(key)
            ledger.record("m", [(key, "{}", ANSWER)], [("set", key, "solver", "c", 1.0)])

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(write, thread) for thread in range(8)]:
            done.result()
    assert ledger.counts() == {"calls": 400, "asked_again": 0, "failures": 0}
    assert ledger.spent("set") == [("solver", "c", 400.0)]
    with ledger.transaction() as db:
        assert db.execute("select count(*) from windows").fetchone() == (0,)


def test_a_file_that_is_no_ledger(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_text("this is not a database, it only lies where one would")
    with pytest.raises(StageError, match="file is not a database"):
        Ledger(tmp_path / "ledger.sqlite")


def filled(path: Path, calls: int) -> Path:
    ledger = Ledger(path)
    for start in range(0, calls, 50):
        ledger.record("m", [(f"key-{i}", "{}", said(i)) for i in range(start, start + 50)])
    ledger.close()
    return path


def said(number: int) -> Completion:
    return Completion(text=f"the answer to {number}")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("whole") / "ledger.sqlite", 100)


def replaced(path: Path, old: bytes, new: bytes) -> None:
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'the answer to 7"', b'the answer to 8"'), (b"key-7m", b"kez-7m")],
    ids=["answer", "key"],
)
def test_a_changed_row_is_left_out_and_said(tmp_path: Path, capsys, old: bytes, new: bytes) -> None:
    path = filled(tmp_path / "ledger.sqlite", 50)
    replaced(path, old, new)
    known = Ledger(path).lookup([f"key-{i}" for i in range(50)])
    assert known == {f"key-{i}": said(i) for i in range(50) if i != 7}
    assert "1 damaged rows of calls are left out" in capsys.readouterr().err


def test_a_changed_failure_is_left_out_too(tmp_path: Path, capsys) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.record("m", [("c", "{}", NEVER)])
    ledger.close()
    replaced(ledger.path, b"broken", b"brokem")
    assert Ledger(ledger.path).lookup(["c"]) == {}
    assert "failures" in capsys.readouterr().err


def test_a_changed_cost_is_left_out_too(tmp_path: Path, capsys) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    for key, role in (("a", "solver"), ("b", "writer"), ("c", "writer")):
        ledger.reserve("set", key, role, "cell", 2)
    costs = [("set", "a", "solver", "cell", 0.1), ("set", "b", "writer", "cell", 0.1)]
    ledger.record("m", [("a", "{}", ANSWER), ("b", "{}", ANSWER)], costs)
    ledger.abandon("set")
    ledger.close()
    kept = Ledger(ledger.path)
    assert sorted(kept.spent("set")) == [("solver", "cell", 0.1), ("writer", "cell", 2.1)]
    kept._db.execute("update spending set cost = 0 where key = 'b'")
    kept.close()
    found = Ledger(ledger.path).spent("set")
    assert sorted(found) == [("solver", "cell", 0.1), ("writer", "cell", 2.0)]
    assert "1 damaged rows of spending are left out" in capsys.readouterr().err


def test_a_cut_through_its_last_row_costs_that_row(whole: Path, tmp_path: Path, capsys) -> None:
    path = tmp_path / "ledger.sqlite"  # SQLite fills the last page up with zeros
    path.write_bytes(whole.read_bytes()[:-50])
    found = Ledger(path).lookup([f"key-{i}" for i in range(100)])
    assert len(found) == 99
    assert found.items() < {f"key-{i}": said(i) for i in range(100)}.items()
    assert "1 damaged rows of calls are left out" in capsys.readouterr().err


@given(share=st.floats(min_value=0.0, max_value=0.99))
@settings(max_examples=20)
def test_a_ledger_that_was_cut_is_refused(whole: Path, share: float) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite"
        data = whole.read_bytes()
        path.write_bytes(data[: int(share * len(data))])
        with pytest.raises(StageError, match="Move the file away; finished calls"):
            Ledger(path)
        assert path.read_bytes() == data[: int(share * len(data))]


@given(at=st.integers(min_value=0, max_value=10**6), by=st.integers(min_value=1, max_value=255))
@example(at=3868, by=202)  # a name that is no UTF-8 any more
@example(at=3016, by=131)  # … and is quoted by SQLite's message
@settings(max_examples=50)
def test_no_answer_is_given_that_was_not_kept(whole: Path, at: int, by: int) -> None:
    with TemporaryDirectory() as folder:
        path, data = Path(folder) / "ledger.sqlite", bytearray(whole.read_bytes())
        data[at % len(data)] ^= by
        path.write_bytes(data)
        keys = {f"key-{i}": said(i) for i in range(100)}
        try:
            ledger = Ledger(path)
            found = ledger.lookup(list(keys))
            ledger.close()
        except StageError:
            return
        assert found.items() <= keys.items()


def test_a_ledger_from_before_there_were_seals_is_taken_up(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(EARLIER)
        row = ("a", "m", "{}", ANSWER.model_dump_json(), 1)
        db.execute("insert into calls values (?, ?, ?, ?, ?)", row)
        db.commit()
    ledger = Ledger(path)
    ledger.record("m", [("b", "{}", ANSWER), ("c", "{}", NEVER)])
    assert ledger.lookup(["a", "b", "c"]) == {"a": ANSWER, "b": ANSWER, "c": NEVER}


def test_a_full_disk_is_not_taken_for_a_damaged_file(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger._db.execute("pragma max_page_count = 20")  # what a full disk says, says this too
    rows = [(str(i), "{}", Completion(text="x" * 4000)) for i in range(100)]
    with pytest.raises(StageError, match=r"disk is full.*MiB are free there"):
        ledger.record("m", rows)
    assert ledger.counts()["calls"] == 0
