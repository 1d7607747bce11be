"""What was answered is never lost or asked twice; what failed is never an answer."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from blindspot.core.errors import ConfigError, StageError
from blindspot.core.ledger import Ledger, refuse_network_filesystem
from blindspot.core.records import Completion, Failure

ANSWER = Completion(text="red")
LATER = Failure(kind="timeout", message="slow", retryable=True)
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
            db.execute("insert into windows values ('set', ?)", (key,))
            raise RuntimeError

    def write(thread: int) -> None:
        for i in range(50):
            key = f"{thread}/{i}"
            ledger.reserve("set", key, "solver", "c", 2.0)
            with pytest.raises(RuntimeError):
                fail(key)
            ledger.record("m", [(key, "{}", ANSWER)], [("set", key, 1.0)])

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


def test_network_filesystems_are_refused(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("/dev/vda / ext4 rw 0 0\nserver:/x /mnt/share nfs4 rw 0 0\n")
    refuse_network_filesystem(Path("/home/a/ledger.sqlite"), mounts)
    with pytest.raises(ConfigError, match=r"network filesystem \(nfs4\)"):
        refuse_network_filesystem(Path("/mnt/share/runs/ledger.sqlite"), mounts)
