"""Pixel limits by what the checkpoint's files say, and digests that are read once."""

import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from blindspot.core import checkpoints
from blindspot.core.artifact import file_digest
from blindspot.core.errors import BlindspotError, ConfigError, DataError
from blindspot.core.model import ModelSettings

HOUR = 3600 * 10**9


def limited(folder: Path, **files: Any) -> None:
    """Check a checkpoint with these files and pixel limits."""
    for name, content in {"config": {}, **files}.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / f"{name}.json").write_text(text)
    checkpoints.check(ModelSettings(checkpoint=str(folder), min_pixels=4, max_pixels=9))


@pytest.mark.parametrize(
    "files",
    [
        {"preprocessor_config": {"min_pixels": 3136, "merge_size": 2}},
        {"processor_config": {"image_processor": {"merge_size": 2}}},
        {"processor_config": {"image_seq_length": 1}, "preprocessor_config": {"merge_size": 2}},
    ],
)
def test_image_processors_that_count_pixels(tmp_path: Path, files: dict[str, Any]) -> None:
    limited(tmp_path, **files)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"preprocessor_config": {"size": {"shortest_edge": 378, "longest_edge": 980}}},
        {"processor_config": {"image_processor": {"size": {"height": 48, "width": 48}}}},
        {"processor_config": {"merge_size": 2, "image_processor": {"size": {"height": 48}}}},
    ],
)
def test_image_processors_that_do_not(tmp_path: Path, files: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="knows no limits in pixels"):
        limited(tmp_path, **files)


@pytest.mark.parametrize("content", ["[1]", "{", "null"])
def test_a_broken_file_is_named(tmp_path: Path, content: str) -> None:
    with pytest.raises(DataError, match=r"preprocessor_config.json: it is no JSON object"):
        limited(tmp_path, preprocessor_config=content)


def test_a_name_that_no_hub_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    def offline(name: str) -> str:
        raise OSError("offline")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", offline)
    with pytest.raises(BlindspotError, match="nor can the hub be asked"):
        checkpoints.identity(ModelSettings(checkpoint="nobody/nothing"))


def test_a_downloaded_checkpoint_is_checked_for_its_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    monkeypatch.setattr(huggingface_hub, "snapshot_download", lambda name: str(tmp_path))
    (tmp_path / "config.json").write_text("{}")
    settings = ModelSettings(checkpoint="somebody/something")
    checkpoints.check(settings)
    assert checkpoints.identity(settings)["files"].keys() == {"config.json"}
    with pytest.raises(ConfigError, match="knows no limits in pixels"):
        checkpoints.identity(settings.model_copy(update={"max_pixels": 9}))


def write(file: Path, content: bytes, age: int = HOUR) -> str:
    """Write a file as of some time ago; its true digest."""
    file.write_bytes(content)
    then = time.time_ns() - age
    os.utime(file, ns=(then, then))
    return hashlib.sha256(content).hexdigest()


def test_a_settled_file_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = write(tmp_path / "weights", b"one")
    assert file_digest(tmp_path / "weights") == digest
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("read again"))
    assert file_digest(tmp_path / "weights") == digest


@pytest.mark.parametrize("age", [0, HOUR - 1, 2 * HOUR])
def test_a_changed_file_is_read_again(tmp_path: Path, age: int) -> None:
    first = write(tmp_path / "weights", b"one")
    assert file_digest(tmp_path / "weights") == first
    second = write(tmp_path / "weights", b"two", age)
    assert file_digest(tmp_path / "weights") == second


def test_a_file_written_just_now_is_never_trusted(tmp_path: Path) -> None:
    moment = time.time_ns()
    for content in (b"one", b"two"):
        (tmp_path / "weights").write_bytes(content)
        os.utime(tmp_path / "weights", ns=(moment, moment))
        assert file_digest(tmp_path / "weights") == hashlib.sha256(content).hexdigest()
