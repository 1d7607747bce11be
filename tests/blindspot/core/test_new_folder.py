"""A folder is whole or not there."""

import errno
from pathlib import Path

import pytest

from blindspot.core.errors import BlindspotError, UsageError
from blindspot.core.new_folder import new_folder


def test_it_appears_at_the_end(tmp_path: Path) -> None:
    out = tmp_path / "given" / "mine"
    with new_folder(out) as part:
        (part / "a").write_text("a")
        assert not out.exists()
    assert [p.name for p in out.iterdir()] == ["a"]
    assert [p.name for p in out.parent.iterdir()] == ["mine"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    out = tmp_path / "mine"
    out.mkdir()
    with new_folder(out) as part:
        (part / "a").write_text("a")
    assert (out / "a").is_file()


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_nothing_is_written_over(tmp_path: Path, kind: str) -> None:
    out = tmp_path / "mine"
    if kind == "folder":
        out.mkdir()
    kept = out / "kept" if kind == "folder" else out
    kept.write_text("kept")
    with pytest.raises(UsageError, match="something is there already"), new_folder(out):
        raise AssertionError("nothing may be written")
    assert kept.read_text() == "kept"


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(BlindspotError), new_folder(tmp_path / "mine") as part:
        (part / "missing" / "a").write_text("a")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BlindspotError, match="No space left"), new_folder(tmp_path / "mine"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert list(tmp_path.iterdir()) == []
