"""One process at a time in a folder, and a sentence where it cannot be locked at all."""

import errno
from pathlib import Path

import pytest

from blindspot.core.errors import StageError
from blindspot.locking import locked


def test_a_second_one_is_refused_until_the_first_has_ended(tmp_path: Path) -> None:
    refused = pytest.raises(StageError, match="another blindspot is working in it")
    with locked(tmp_path / "run"), refused, locked(tmp_path / "run"):
        pass
    with locked(tmp_path / "run"):
        pass


def test_a_folder_that_cannot_be_written_has_its_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "open", refuse)
    refused = pytest.raises(StageError, match=r"Read-only file system\. Make it writable")
    with refused, locked(tmp_path / "run"):
        pass
