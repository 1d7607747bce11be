"""Jobs that several processes share."""

import fcntl
import json
import threading
import time
from pathlib import Path

import pytest

from bench.tuning.sharing import Job, done, locked


def job(folder: Path, name: str, made: list[str], lock: str = "") -> Job:
    def make() -> dict[str, str]:
        made.append(name)
        return {"name": name}

    return Job(folder / f"{name}.json", folder / f".{lock or name}.lock", make)


def test_what_is_done_is_read_from_disk(tmp_path):
    made: list[str] = []
    jobs = [job(tmp_path, "a", made), job(tmp_path, "b", made)]
    assert done(jobs) == [{"name": "a"}, {"name": "b"}]
    assert done(jobs) == [{"name": "a"}, {"name": "b"}]
    assert made == ["a", "b"]


def test_a_failure_leaves_no_result(tmp_path):
    def fail() -> dict[str, str]:
        raise ValueError("it broke")

    with pytest.raises(ValueError, match="it broke"):
        done([Job(tmp_path / "a.json", tmp_path / ".a.lock", fail)])
    assert not (tmp_path / "a.json").exists()
    made: list[str] = []
    assert done([job(tmp_path, "a", made)]) == [{"name": "a"}]


def test_what_another_works_on_comes_last_and_is_waited_for(tmp_path):
    made: list[str] = []
    other = (tmp_path / ".a.lock").open("w")
    fcntl.flock(other, fcntl.LOCK_EX)

    def finish() -> None:
        while made != ["b"]:
            time.sleep(0.01)
        (tmp_path / "a.json").write_text(json.dumps({"name": "by another"}))
        other.close()

    thread = threading.Thread(target=finish)
    thread.start()
    found = done([job(tmp_path, "a", made), job(tmp_path, "b", made)])
    thread.join()
    assert found == [{"name": "by another"}, {"name": "b"}]
    assert made == ["b"]


def test_a_lock_is_free_after_its_holder(tmp_path):
    lock = tmp_path / ".lock"
    with locked(lock, wait=False) as mine, locked(lock, wait=False) as again:
        assert (mine, again) == (True, False)
    with locked(tmp_path / ".lock", wait=False) as mine:
        assert mine
