"""G6's counts, on fates that are made up, and one real kill."""

import sqlite3
import sys
from contextlib import closing

import pytest

from bench.generating.kills import Fate, differing, lost, rows
from bench.generating.runs import Run, Task, make
from bench.processes import kill
from bench.stub.script import Latency, Script
from bench.stub.server import stub

CLEAN = Fate(kills=2, again=(3, 5), paid=1, arrived=(40, 90), lost=0, doubled=0, different=0)


def test_a_slot_is_lost_where_its_candidate_is_gone_or_another_one():
    had = [{"a/0": "a/0/0"}, {"a/0": "a/0/0", "a/1": "a/1/2"}]
    assert lost(had, {"a/0": "a/0/0", "a/1": "a/1/2"}) == 0
    assert lost(had, {"a/0": "a/0/0"}) == 1
    assert lost(had, {"a/0": "a/0/1", "a/1": "a/1/2"}) == 1


def test_files_differ_by_content_and_by_name():
    assert differing({"a": "1", "b": "2"}, {"a": "1", "b": "3", "c": "4"}) == 2


def test_rows_say_what_went_wrong():
    assert [r.met for r in rows([CLEAN])] == [True] * 4
    assert rows([CLEAN])[-1].value == 5
    assert "script" in rows([CLEAN])[-1].to_beat
    bad = Fate(kills=1, again=(17,), paid=17, arrived=(40,), lost=1, doubled=1, different=2)
    found = rows([CLEAN, bad])
    assert [(r.value, r.met) for r in found] == [(1, False), (1, False), (2, False), (17, False)]


def test_without_a_kill_nothing_is_measured():
    with pytest.raises(ValueError, match="no process"):
        rows([Fate(kills=0, again=(), paid=0, arrived=(), lost=0, doubled=0, different=0)])


def test_a_killed_run_leaves_no_training_set_and_ends_as_one_that_nobody_killed(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(sys, "path", [*sys.path])
    script = Script(latency={"all": Latency(seconds=0.02)})
    with stub(script) as server:
        task = Task(url=server.url, slots=3, concurrency=8, attempts=1)
        run = Run(tmp_path / "killed", task).prepare()
        child = run.start()
        assert server.wait(finished=8, seconds=30)
        kill(child)
        assert not run.out.exists()
        make(run.folder)
        assert server.calls().repeated <= 8
        whole = Run(tmp_path / "whole", task).prepare()
        make(whole.folder)
    assert differing(run.digests(), whole.digests()) == 0
    assert set(run.slots()) == set(run.taken())


def test_a_ledger_that_cannot_be_asked_is_not_taken_for_an_empty_one(tmp_path, monkeypatch):
    run = Run(tmp_path, Task(url="http://127.0.0.1:9/v1", slots=1, concurrency=1))
    assert run.taken() == {}
    ledger = tmp_path / "ledger.sqlite"
    ledger.touch()
    assert run.taken() == {}, "killed before its tables were made"
    connect = sqlite3.connect
    with closing(connect(ledger, isolation_level=None)) as db:
        db.execute("create table slots (slot text, candidate text)")
        db.execute("insert into slots values ('a/0', 'a/0/1')")
        assert run.taken() == {"a/0": "a/0/1"}
        monkeypatch.setattr(sqlite3, "connect", lambda path, **named: connect(path, timeout=0))
        db.execute("begin exclusive")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            run.taken()
