"""The pool source: which picture a place gets, and what the writer is handed."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blindspot.core.errors import ConfigError
from blindspot.core.records import CellShare, Failure, Split
from blindspot.core.run_folder import RunFolder
from blindspot.core.training_set import PlanCell
from generation.agents.planner import Topic
from generation.means import Consults, Means
from generation.source import Candidate, SourceSettings, Want, sources

SOURCE = sources.load("pool")
KINDS = ("bar chart", "city map", "wall clock", "red car")


@dataclass(frozen=True)
class Pictured:
    """What the writer takes."""

    data: bytes
    caption: str
    licence: str
    attribution: str
    origin: str


def cell(name: str, quota: int, split: Split = "train", brief: str = "") -> PlanCell:
    capability, image_type = name.split("/")
    want = CellShare(capability=capability, image_type=image_type, share=1, quota=quota, why="weak")
    return PlanCell(name=want.name, split=split, want=want, quota=quota, brief=brief)


def wants(of: PlanCell, attempt: int = 0, round_: int = 0) -> list[Want]:
    return [
        Want(of, f"0/{round_}/{of.split}/{of.name}/{number}/{attempt}")
        for number in range(of.quota)
    ]


@dataclass
class Agents:
    """A planner that wants `subject`, and a writer that writes down what it was handed."""

    subject: str = "bar chart"
    fails: bool = False

    def topics(self, wants: Sequence[Want], means: Means) -> list[Topic | Failure]:
        lost = Failure(kind="timeout", message="no planner", retryable=True)
        return [lost if self.fails else Topic(subject=self.subject, idea="ask it") for _ in wants]

    def write(
        self,
        wants: Sequence[Want],
        pictures: Sequence[Pictured | Failure],
        settings: SourceSettings,
        means: Means,
        ideas: Sequence[str],
    ) -> list[Candidate | Failure]:
        assert len(wants) == len(pictures) == len(ideas)
        return [
            picture
            if isinstance(picture, Failure)
            else Candidate(
                images=(picture.data,),
                question=f"{idea}: {picture.caption}",
                target="1",
                answer_kind="number",
                origin=picture.origin,
                truth="agents",
                licence=picture.licence,
                attribution=picture.attribution,
            )
            for picture, idea in zip(pictures, ideas, strict=True)
        ]


@pytest.fixture(autouse=True)
def agents(monkeypatch):
    """Models at work, and a decoder that takes bytes as they are."""
    own = Agents()
    for name, held in {
        "writing": {"write": own.write, "Pictured": Pictured},
        "briefing": {"topics": own.topics},
        "decoding": {"cleaned": list},
    }.items():
        module = ModuleType(f"generation.{name}")
        module.__dict__.update(held)
        monkeypatch.setitem(sys.modules, module.__name__, module)
    return own


def fill(folder: Path, count: int) -> Path:
    """`count` pictures of each kind."""
    folder.mkdir(exist_ok=True)
    for kind in KINDS:
        for i in range(count):
            (folder / f"{kind.replace(' ', '_')}_{i}.png").write_text(f"{kind} {i}")
            (folder / f"{kind.replace(' ', '_')}_{i}.txt").write_text(f"a {kind}")
    return folder


def opened(path: Path, **options: Any):
    chosen = SourceSettings(plugin="pool", path=path, **options)
    return SOURCE.open(chosen, Means(RunFolder(path.parent / "run"), cast(Consults, None)))


def shown(found: Sequence[Candidate | Failure]) -> list[str]:
    return [c.images[0].decode() for c in found if isinstance(c, Candidate)]


def test_the_writer_is_handed_picture_caption_idea_licence_and_origin(tmp_path):
    source = opened(fill(tmp_path / "pool", 10), licence="CC0-1.0")
    (made,) = source.candidates(wants(cell("counting/chart_graph", 1)))
    assert isinstance(made, Candidate)
    assert made.question == "ask it: a bar chart"
    assert made.origin.startswith("pool:bar_chart_")
    assert made.images[0].decode().startswith("bar chart")
    assert made.licence == "CC0-1.0"


def test_pictures_are_searched_by_the_topic(tmp_path, agents):
    """40 of each kind, 4 places: every place finds the planner's subject among its own."""
    source = opened(fill(tmp_path / "pool", 40))
    for subject in KINDS[1:]:
        agents.subject = subject
        found = shown(source.candidates(wants(cell("perception/mixed", 4))))
        assert [name.rpartition(" ")[0] for name in found] == [subject] * 4


def test_the_cell_decides_where_nothing_fits_the_topic(tmp_path, agents):
    agents.subject = "zebra"
    source = opened(fill(tmp_path / "pool", 10))
    for kind in KINDS:
        asked = cell("perception/mixed", 4, brief=f"it fails on a {kind}")
        found = shown(source.candidates(wants(asked)))
        assert [name.rpartition(" ")[0] for name in found] == [kind] * 4


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    return fill(tmp_path_factory.mktemp("pool") / "pictures", 20)


@pytest.fixture(scope="module")
def source(pool):
    return opened(pool)


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 30), st.integers(1, 4), st.integers(0, 2))
def test_no_picture_is_given_to_two_places_of_a_cell(source, quota, attempts, round_):
    asked = cell("counting/chart_graph", quota)
    found = [
        name for a in range(attempts) for name in shown(source.candidates(wants(asked, a, round_)))
    ]
    assert len(set(found)) == len(found)
    assert len(found) >= min(50, quota)


def test_training_and_measuring_share_no_picture(pool):
    source = opened(pool)
    trained, measured = (
        {n for a in range(8) for n in shown(source.candidates(wants(cell("ocr/map", 9, split), a)))}
        for split in ("train", "validation")
    )
    assert trained
    assert measured
    assert not trained & measured


def test_what_a_place_gets_does_not_depend_on_the_others(pool):
    asked = wants(cell("ocr/map", 7)) + wants(cell("counting/chart_graph", 3), attempt=1)
    whole = opened(pool).candidates(asked)
    other = opened(pool)
    assert [other.candidates([want])[0] for want in reversed(asked)] == whole[::-1]


def test_failures_keep_their_place(tmp_path, agents):
    folder = fill(tmp_path / "pool", 1)
    (tmp_path / "secret.png").write_text("secret")
    for i in range(8):
        (folder / f"link_{i}.png").symlink_to(tmp_path / "secret.png")
    source = opened(folder)
    found = source.candidates(wants(cell("ocr/map", 20)))
    assert len(found) == 20
    causes = {c.message for c in found if isinstance(c, Failure)}
    assert "the pool holds no further picture for this cell" in causes
    assert any("leads out of its folder" in cause for cause in causes)
    assert "secret" not in shown(found)
    agents.fails = True
    assert {
        c.kind for c in source.candidates(wants(cell("ocr/map", 2))) if isinstance(c, Failure)
    } == {"timeout"}


def test_the_catalogue_and_the_agents_it_needs():
    chosen = SourceSettings(plugin="pool", capabilities=("ocr",), image_types=("map", "diagram"))
    assert [(m.capability, m.image_type) for m in SOURCE.catalogue(chosen)] == [
        *(("ocr", "diagram"), ("ocr", "map"))
    ]
    assert len(SOURCE.catalogue(SourceSettings())) > 100
    assert SOURCE.roles(chosen) == ("planner", "writer")
    edited = chosen.model_copy(update={"edit_share": 0.5})
    assert SOURCE.roles(edited) == ("planner", "writer", "image_editor")
    with pytest.raises(ConfigError, match="no path"):
        SOURCE.open(chosen, Means(RunFolder(Path("run")), cast(Consults, None)))
