"""Artifacts appear whole or not at all, know what made them, and refuse to be mistaken."""

import errno
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blindspot.core.artifact import (
    MANIFEST,
    Draft,
    Manifest,
    disk_error,
    first_difference,
    open_artifact,
    published,
    remove,
)
from blindspot.core.errors import ConfigError, DataError, StageError


def publish(out: Path, seed: int = 0) -> str:
    draft = Draft(out, "evaluation", {"seed": seed}, {"model": "abc"})
    (draft.path / "data.txt").write_text("hello")
    return draft.publish(counts={"samples": 1}, durations={"all": 1.5}).digest


def test_a_draft_does_not_exist_until_it_is_published(tmp_path: Path) -> None:
    out = tmp_path / "evaluation"
    draft = Draft(out, "evaluation", {}, {})
    assert not published(out)
    draft.publish()
    assert published(out)
    assert not draft.path.exists()


def test_a_draft_is_resumed_with_what_it_holds(tmp_path: Path) -> None:
    out = tmp_path / "evaluation"
    (Draft(out, "evaluation", {"seed": 0}, {}).path / "half.txt").write_text("kept")
    assert (Draft(out, "evaluation", {"seed": 0}, {}).path / "half.txt").read_text() == "kept"


def test_a_kill_between_manifest_and_renaming_is_taken_up(tmp_path: Path) -> None:
    out = tmp_path / "evaluation"
    digest = publish(out)
    out.rename(tmp_path / "evaluation.tmp")
    assert publish(out) == digest


def test_other_settings_are_refused_by_name(tmp_path: Path) -> None:
    out = tmp_path / "evaluation"
    Draft(out, "evaluation", {"seed": 0}, {})
    with pytest.raises(ConfigError, match=r"config.seed was 0, now 1.*--redo evaluation"):
        Draft(out, "evaluation", {"seed": 1}, {})


def test_the_digest_covers_the_content_and_not_the_time(tmp_path: Path) -> None:
    one, two = publish(tmp_path / "a"), publish(tmp_path / "b")
    assert one == two
    assert one != publish(tmp_path / "c", seed=1)


def test_missing_wrong_and_newer_artifacts_have_their_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no manifest"):
        open_artifact(tmp_path / "nowhere", "evaluation")
    out = tmp_path / "evaluation"
    publish(out)
    with pytest.raises(DataError, match="is a evaluation, not a diagnosis"):
        open_artifact(out, "diagnosis")
    manifest = json.loads((out / MANIFEST).read_text())
    (out / MANIFEST).write_text(json.dumps(manifest | {"schema_version": 99}))
    with pytest.raises(DataError, match="schema version 99, this blindspot reads 2"):
        open_artifact(out, "evaluation")
    (out / MANIFEST).write_text("{")
    with pytest.raises(DataError, match="cannot be read"):
        open_artifact(out, "evaluation")


def test_removing_leaves_nothing(tmp_path: Path) -> None:
    publish(tmp_path / "evaluation")
    remove(tmp_path / "evaluation")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="Give a folder that can be written"):
        Draft(tmp_path / "file" / "evaluation", "evaluation", {}, {})


def test_a_full_disk_has_its_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = Draft(tmp_path / "evaluation", "evaluation", {}, {})

    def full(self: Path, text: str, encoding: str) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(StageError, match=r"No space left.*make room and run the same command"):
        draft.publish()


def test_the_first_difference_is_named() -> None:
    assert first_difference({"a": {"b": 1}}, {"a": {"b": 2}}) == "a.b was 1, now 2"
    assert first_difference({}, {"a": "x"}) == 'a was null, now "x"'


@settings(max_examples=40)
@given(at=st.integers(min_value=0, max_value=10_000), by=st.integers(min_value=1, max_value=255))
def test_no_changed_byte_goes_unnoticed(at: int, by: int) -> None:
    with TemporaryDirectory() as folder:
        out = Path(folder) / "evaluation"
        publish(out)
        kept = open_artifact(out, "evaluation").manifest
        for file in (out / "data.txt", out / MANIFEST):
            data = file.read_bytes()
            change(file, at % len(data), by)
            assert manifest_or_error(out) in (None, kept)
            file.write_bytes(data)
        change(out / "data.txt", at % 5, by)
        with pytest.raises(DataError, match=r"its data\.txt is not what was published.*--redo ev"):
            open_artifact(out, "evaluation")


def change(file: Path, at: int, by: int) -> None:
    data = bytearray(file.read_bytes())
    data[at] ^= by
    file.write_bytes(data)


def manifest_or_error(out: Path) -> Manifest | None:
    try:
        return open_artifact(out, "evaluation").manifest
    except DataError:
        return None


def test_a_number_that_changed_in_the_manifest_breaks_its_seal(tmp_path: Path) -> None:
    publish(tmp_path / "a")
    file = tmp_path / "a" / MANIFEST
    file.write_text(file.read_text().replace('"samples": 1', '"samples": 2'))
    with pytest.raises(DataError, match=r"its manifest\.json is not what was published"):
        open_artifact(tmp_path / "a", "evaluation")


@pytest.mark.parametrize("fact", ['"\\ud800"', "[" * 400 + "]" * 400], ids=["half", "deep"])
def test_a_manifest_that_cannot_be_digested_has_its_sentence(tmp_path: Path, fact: str) -> None:
    """Half a character, or too deep a nesting: JSON can say both."""
    publish(tmp_path / "a")
    file = tmp_path / "a" / MANIFEST
    manifest = json.loads(file.read_text()) | {"facts": {"a": json.loads(fact)}, "seal": ""}
    file.write_text(json.dumps(manifest))
    with pytest.raises(DataError, match=r"manifest\.json: it cannot be read"):
        open_artifact(tmp_path / "a", "evaluation")


def test_a_manifest_from_before_there_were_seals_is_read(tmp_path: Path) -> None:
    publish(tmp_path / "a")
    file = tmp_path / "a" / MANIFEST
    raw = json.loads(file.read_text())
    del raw["seal"]
    file.write_text(json.dumps(raw))
    assert open_artifact(tmp_path / "a", "evaluation").manifest.counts == {"samples": 1}


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    publish(tmp_path / "a")
    (tmp_path / "a" / "data.txt").unlink()
    with pytest.raises(DataError, match=r"its data\.txt is not what was published"):
        open_artifact(tmp_path / "a", "evaluation")


def test_a_file_that_may_not_be_read_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path / "a")

    def denied(file: Path) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("blindspot.core.artifact.file_digest", denied)
    with pytest.raises(DataError, match=r"its data\.txt cannot be read: Permission denied"):
        open_artifact(tmp_path / "a", "evaluation")


def test_a_form_may_be_filled_in_where_it_lies(tmp_path: Path) -> None:
    draft = Draft(tmp_path / "a", "diagnosis", {}, {})
    (draft.path / "to_label.csv").write_text("sample,stage\nx,\n")
    draft.publish()
    (tmp_path / "a" / "to_label.csv").write_text("sample,stage\nx,perception\n")
    open_artifact(tmp_path / "a", "diagnosis")


def test_a_damaged_draft_says_what_to_delete(tmp_path: Path) -> None:
    draft = Draft(tmp_path / "a", "diagnosis", {}, {})
    (draft.path / "draft.json").write_bytes(b"{\xff")
    with pytest.raises(DataError, match=r"a\.tmp: its draft\.json cannot be read. Delete the fol"):
        Draft(tmp_path / "a", "diagnosis", {}, {})


def test_a_folder_that_cannot_be_written_is_no_full_disk(tmp_path: Path) -> None:
    error = disk_error(tmp_path, OSError(errno.EROFS, "Read-only file system"))
    assert error.way_out.startswith("Make it writable")
