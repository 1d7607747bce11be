"""How far a training set is, while it is made and after."""

import sqlite3
from contextlib import closing

import pytest

from blindspot.core.errors import DataError, StageError
from blindspot.core.journal import Journal
from generation.decisions import Decisions, scope_of
from generation.stage import generate
from generation.status import begun, draft_of, status

PRESENCE, COUNTING = "presence/geometric", "counting/geometric"


class Stopped(Exception):
    """Stands for a kill."""


def wanted(kit):
    return kit.diagnosis(kit.share(PRESENCE, 12), kit.share(COUNTING, 6))


def settings(kit):
    return kit.settings(validation_share=0, unanswerable_share=0)


@pytest.fixture
def stopped(kit, world, monkeypatch):
    """A training set whose making was stopped before its second wave was decided."""
    inputs, out = world.inputs(wanted(kit)), world.folder.round(0).training_set
    decide = Journal.decide

    def first_only(self, name, rows):
        if name != "0/0":
            raise Stopped
        decide(self, name, rows)

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "decide", first_only)
        with pytest.raises(Stopped):
            generate(settings(kit), inputs, out, kit.policy)
    return inputs


def test_in_the_making(kit, world, stopped):
    found = status(world.folder, 0, budget=5.0)
    assert found.state == "in the making"
    assert (found.windows, found.wave) == (1, 1)
    presence, counting = found.cells
    assert (presence.quota, presence.candidates, counting.candidates) == (12, 12, 6)
    assert 0 < presence.admitted + counting.admitted < 18
    assert counting.cause.startswith("difficulty: ")
    assert counting.rejected == 6 - counting.admitted
    assert found.spent == {"policy": 0.0}
    assert found.budget == 5.0


def test_afterwards_it_says_what_the_artifact_says(kit, world, stopped):
    out = world.folder.round(0).training_set
    artifact = generate(settings(kit), stopped, out, kit.policy)
    found = status(world.folder, 0)
    assert found.state == "published"
    assert sum(c.admitted for c in found.cells) == artifact.manifest.counts["train"]
    assert sum(c.candidates for c in found.cells) == artifact.manifest.counts["candidates"]


def test_it_reads_while_another_writes_and_changes_nothing(kit, world, stopped):
    ledger = world.root / "ledger.sqlite"
    writer = sqlite3.connect(ledger, isolation_level=None)
    writer.execute("begin immediate")
    scope = scope_of(world.folder, world.folder.round(0).training_set)
    writer.execute("insert into windows (scope, name) values (?, '9/0')", (scope,))
    before = ledger.read_bytes()
    assert status(world.folder, 0).windows == 1, "what is not committed is not there"
    assert ledger.read_bytes() == before
    writer.execute("commit")
    writer.close()
    assert (status(world.folder, 0).windows, status(world.folder, 0).wave) == (2, 10)


def test_spending_by_role_with_what_is_under_way(kit, world, stopped):
    scope = scope_of(world.folder, world.folder.round(0).training_set)
    ledger = world.folder.ledger
    for key, role, worst in (("a", "writer", 2.0), ("b", "writer", 1.0), ("c", "solver", 0.5)):
        ledger.reserve(scope, key, role, "x", worst)
    ledger.record("f", [], [(scope, "a", "writer", "x", 0.25)])
    found = status(world.folder, 0)
    assert found.spent == {"policy": 0.0, "solver": 0.5, "writer": 1.25}
    assert found.total == 1.75


def test_nothing_begun(world):
    place = world.folder.round(3).training_set
    assert not begun(place)
    assert list(Decisions(world.folder, place).rows()) == []
    with pytest.raises(DataError, match="none was begun"):
        status(world.folder, 3)
    assert not (world.root / "ledger.sqlite").exists()


def test_a_draft_without_a_ledger(kit, world, stopped):
    """Killed before its first window, and moved without its ledger."""
    assert begun(world.folder.round(0).training_set)
    assert (draft_of(world.folder.round(0).training_set) / "plan.json").is_file()
    world.folder.ledger.close()
    (world.root / "ledger.sqlite").unlink()
    found = status(world.folder, 0)
    assert (found.windows, found.wave, found.spent) == (0, 0, {})
    assert {c.candidates for c in found.cells} == {0}


@pytest.mark.parametrize("text", ["{}", "\udcff"], ids=["record", "bytes"])
def test_a_damaged_candidate_is_no_traceback(kit, world, stopped, text):
    world.folder.ledger.close()
    with closing(sqlite3.connect(world.root / "ledger.sqlite")) as db:
        kept = text.encode("utf-8", "surrogateescape")
        db.execute("update candidates set record = cast(? as text)", (kept,))
        db.commit()
    with pytest.raises(StageError, match=r"ledger\.sqlite.*Run `blindspot generate` again"):
        status(world.folder, 0)
