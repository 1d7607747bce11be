"""A copy of a model in another process, here in this one."""

import asyncio
import errno
import stat
import tempfile
from pathlib import Path

import pytest

from blindspot.core.copied import Copy, Parcel
from blindspot.core.errors import StageError
from blindspot.core.model import ModelSettings, Request, fingerprint
from blindspot.core.ray_cluster import Raised, unpacked
from blindspot.core.records import Completion

ANSWERS = '{"prompt": "q", "text": "red"}\n'


@pytest.fixture
def settings(tmp_path: Path) -> ModelSettings:
    (tmp_path / "answers.jsonl").write_text(ANSWERS)
    return ModelSettings(backend="replay", checkpoint=str(tmp_path / "answers.jsonl"))


def test_it_answers_as_the_model_does(settings):
    async def asked():
        copy = Copy()
        await copy.open(settings, fingerprint(settings))
        return await copy.generate([Request(prompt="q")], {})

    [answer] = unpacked(asyncio.run(asked()))
    assert isinstance(answer, Completion)
    assert answer.text == "red"


def test_another_model_is_refused_and_the_error_travels(settings):
    raised = asyncio.run(Copy().open(settings, "another"))
    assert isinstance(raised, Raised)
    with pytest.raises(raised.kind, match="is not there what it is on this machine"):
        unpacked(raised)


def test_pictures_are_here_while_somebody_needs_them(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    parcel = Parcel()
    with parcel.holding({"a.png": b"one", "b.png": b"two"}):
        with parcel.holding({"a.png": b"one"}):
            assert parcel.path("a.png").read_bytes() == b"one"
        assert parcel.read("a.png") == b"one"
        [folder] = tmp_path.iterdir()
        assert [path.name for path in folder.iterdir()] == ["a.png"]
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match=r"a\.png"):
        parcel.read("a.png")


def test_why_a_picture_could_not_be_read_comes_along():
    parcel = Parcel()
    gone = FileNotFoundError(2, "No such file or directory", "/run/images/a.png")
    with (
        parcel.holding({"a.png": gone}),
        pytest.raises(FileNotFoundError, match=r"/run/images/a\.png"),
    ):
        parcel.read("a.png")


def test_a_disk_that_takes_no_picture_is_named(monkeypatch):
    def full(path: Path, *given: object, **named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", full)
    parcel = Parcel()
    with (
        parcel.holding({"a.png": b"one"}),
        pytest.raises(StageError, match=r"a\.png.*No space left"),
    ):
        parcel.path("a.png")
