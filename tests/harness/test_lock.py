"""The lock: written at first use, another revision or source refused."""

from pathlib import Path

import pytest

from blindspot.core.errors import DataError
from harness import lock


def test_first_use_writes_and_the_same_passes(tmp_path: Path) -> None:
    file = tmp_path / "sub" / "benchmarks.lock"
    assert lock.locked(file, "mmmu", "hub/MMMU") is None
    lock.keep(file, "mmmu", "hub/MMMU", "abc")
    lock.keep(file, "pope", "hub/POPE", "def")
    lock.keep(file, "mmmu", "hub/MMMU", "abc")
    assert lock.locked(file, "mmmu", "hub/MMMU") == "abc"
    assert lock.locked(file, "pope", "hub/POPE") == "def"


def test_another_revision_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "benchmarks.lock"
    lock.keep(file, "mmmu", "hub/MMMU", "abc")
    with pytest.raises(DataError, match=r"holds revision abc, found was xyz.*delete \[mmmu\]"):
        lock.keep(file, "mmmu", "hub/MMMU", "xyz")
    with pytest.raises(DataError, match="holds hub/MMMU, asked for is local files"):
        lock.keep(file, "mmmu", "local files", "abc")


def test_a_broken_lock_is_named(tmp_path: Path) -> None:
    (tmp_path / "benchmarks.lock").write_text("[mmmu\n")
    with pytest.raises(DataError, match=r"lock file .*benchmarks\.lock"):
        lock.locked(tmp_path / "benchmarks.lock", "mmmu", "hub/MMMU")
