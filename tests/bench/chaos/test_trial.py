"""What a person is told is done; how a command ended is read as a person would."""

import random
from pathlib import Path

import pytest

from bench.chaos.command import said
from bench.chaos.damage import KINDS, cut, flip
from bench.chaos.trial import advised


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    (folder / "round-0" / "diagnosis").mkdir(parents=True)
    (folder / "round-0" / "diagnosis" / "manifest.json").write_text("{}")
    (folder / "ledger.sqlite").write_text("x")
    (folder / "ledger.sqlite-wal").write_text("x")
    return folder


def test_a_stage_is_made_again_as_asked(run):
    told = "The diagnosis at run/round-0/diagnosis: damaged. Make it again with --redo diagnosis"
    assert advised(run, told) == ["--redo", "diagnosis"]
    table = "The table run/round-0/diagnosis/labels.parquet: broken. Run the stage that writes it"
    assert advised(run, table) == ["--redo", "diagnosis"]
    assert (run / "round-0" / "diagnosis").exists()


def test_a_folder_or_a_file_goes_as_asked(run):
    manifest = "The manifest run/round-0/diagnosis/manifest.json: it cannot be read. "
    assert advised(run, f"{manifest}Delete the folder and run the stage again") == []
    assert not (run / "round-0" / "diagnosis").exists()
    ledger = "The ledger run/ledger.sqlite: malformed. Move the file away; finished calls"
    assert advised(run, ledger) == []
    assert sorted(p.name for p in run.glob("ledger*")) == []


def test_nothing_is_touched_without_being_asked(run):
    before = sorted(run.rglob("*"))
    full = "Writing run/index.html: No space left. 0 MiB are free there; make room"
    assert advised(run, full) == []
    assert sorted(run.rglob("*")) == before


@pytest.mark.parametrize(
    ("code", "text", "is_clear"),
    [
        (0, "round 0: evaluation\n", True),
        (1, "round 0: evaluation\nerror: The disk: full. Make room\n", True),
        (2, "error: The config: wrong. Correct it\n", True),
        (1, "Traceback (most recent call last):\n  …\nKeyError: 'x'\n", False),
        (1, "Traceback (most recent call last):\n  …\nerror: The disk: full\n", False),
        (1, "", False),
        (-11, "error: The disk: full\n", False),
    ],
)
def test_how_an_end_is_read(code, text, is_clear):
    found = said(code, text)
    assert (found.code, found.is_clear) == (code, is_clear)
    if "error:" in text:
        assert found.sentence == text.rpartition("error: ")[2].strip()


def test_damage_changes_one_byte_or_cuts(tmp_path):
    file, data = tmp_path / "x", bytes(range(200))
    for seed in range(50):
        file.write_bytes(data)
        flip(file, random.Random(seed))
        now = file.read_bytes()
        assert sum(a != b for a, b in zip(data, now, strict=True)) == 1
        file.write_bytes(data)
        cut(file, random.Random(seed))
        assert 0 < len(file.read_bytes()) < len(data)
        assert data.startswith(file.read_bytes())


def test_every_file_of_a_run_is_of_one_kind_at_most(run):
    names = (
        "round-0/evaluation/samples.parquet",
        "round-0/evaluation/metrics.json",
        "round-0/training_set/train/0000.parquet",
        "round-0/checkpoint/metrics.jsonl",
        "round-0/diagnosis/manifest.json",
        "ledger.sqlite",
        "pictures.sqlite",
        "images/9f.png",
        "round-0/checkpoint/model.safetensors",
    )
    for name in names:
        assert sum(is_(run / name) for is_ in KINDS.values()) == 1, name
    assert not any(is_(run / "round-0" / "page.json") for is_ in KINDS.values())
