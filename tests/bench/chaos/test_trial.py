"""What a person is told is done; how a command ended is read as a person would."""

import random
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bench.chaos import state
from bench.chaos.command import Place, Said, said
from bench.chaos.damage import KINDS, cut, flip
from bench.chaos.ground import Ground
from bench.chaos.spiral import CHUNK
from bench.chaos.trial import Trial, advised, settled


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


WELL, KILLED = Said(code=0, sentence="", is_clear=True), Said(code=-9, sentence="", is_clear=False)
TOLD = Said(code=2, sentence="The evaluation at run/x: damaged. Put it back", is_clear=True)
BROKEN = Said(code=1, sentence="KeyError", is_clear=False)
BEGUN = Trial(kind="killed", arm="replay", seed=0, detail="", faults=1)


@dataclass(frozen=True)
class Scripted(Place):
    """A place whose next commands end as they are told to."""

    ends: list[Said] = field(default_factory=list)

    def finish(self, *arguments: str) -> Said:
        return self.ends.pop(0)


@pytest.fixture
def judge(tmp_path: Path):
    """What is said of a run that ends with these pages, after these endings."""
    whole = tmp_path / "whole"
    whole.mkdir()
    (whole / "index.html").write_text("a page")
    (whole / "config.toml").write_text("rounds = 1")
    ground = Ground(tmp_path, "replay", state.read(whole), 1.0, 100)

    def use(page: str, *ends: Said, calls: int = 0, **options: Any) -> Trial:
        place = Scripted(tmp_path / "trial", "replay", ends=list(ends[1:]))
        shutil.copytree(whole, place.run)
        (place.run / "index.html").write_text(page)
        (place.folder / "calls").write_text("key\n" * (calls + 1))
        return settled(ground, place, BEGUN, ends[:1], **options)

    return use


def test_a_kill_that_is_made_up_for_counts_nothing(judge):
    found = judge("a page", KILLED, WELL, calls=2)
    assert (found.lost, found.doubled, found.silent, found.unclear) == (0, 0, 0, 0)
    assert found.in_flight == 2


def test_what_is_missing_in_the_end_is_lost(judge):
    found = judge("another", KILLED, WELL)
    assert (found.lost, found.different) == (1, ("index.html",))


def test_calls_beyond_those_under_way_are_doubled(judge):
    found = judge("a page", KILLED, WELL, calls=CHUNK + 3)
    assert (found.in_flight, found.doubled) == (CHUNK, 3)


def test_a_damaged_file_is_silently_used_unless_it_is_told(judge, tmp_path):
    found = judge("another", WELL, damaged="json")
    assert (found.silent, found.lost) == (1, 0)
    shutil.rmtree(tmp_path / "trial")
    found = judge("another", TOLD, WELL, damaged="json")
    assert (found.silent, found.lost, found.told) == (0, 1, 1)


def test_a_traceback_is_unclear_and_a_command_that_never_ends_well_is_lost(judge):
    found = judge("a page", BROKEN, BROKEN, BROKEN, BROKEN, BROKEN)
    assert (found.unclear, found.told, found.lost) == (5, 0, 1)


def test_what_a_damaged_ledger_took_is_not_lost_where_it_was_said(judge, tmp_path, monkeypatch):
    monkeypatch.setattr(state, "differing", lambda *_: ["call 71", "round-0/report.html"])
    found = judge("a page", WELL, damaged="ledger", is_named=True)
    assert found.different == ("round-0/report.html",)
    shutil.rmtree(tmp_path / "trial")
    assert judge("a page", WELL).different == ("call 71", "round-0/report.html")
    shutil.rmtree(tmp_path / "trial")
    moved = TOLD.model_copy(update={"sentence": "The ledger run/l: cut. Move the file away; …"})
    found = judge("a page", moved, WELL, calls=99, damaged="ledger")
    assert (found.different, found.doubled) == (("round-0/report.html",), 0)


def test_a_picture_that_was_named_is_gone_with_its_place_on_the_pages(judge, monkeypatch):
    gone = ["picture 8c1.png", "round-0/report.html"]
    monkeypatch.setattr(state, "differing", lambda *_: gone)
    assert judge("a page", WELL, damaged="picture", is_named=True).lost == 0
    found = judge("a page", WELL, damaged="picture")
    assert (found.silent, found.unread) == (1, 0)


@pytest.mark.parametrize(("file", "item"), [("picture", "picture 8c1.png"), ("ledger", "call 71")])
def test_what_nobody_looked_at_lay_unread(judge, monkeypatch, file: str, item: str):
    monkeypatch.setattr(state, "differing", lambda *_: [item])
    found = judge("a page", WELL, damaged=file)
    assert (found.silent, found.unread, found.lost) == (0, 1, 0)
