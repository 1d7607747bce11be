"""The synthetic run is what it says it is, and its pages can be made."""

import json

from bench.reporting.material import asked, attributions, next_round, predictions
from bench.reporting.world import Size, rendered, written

SIZE = Size(samples=110, rounds=2, pictures=2, diagnosed=110)


def test_both_halves_hold_all_benchmarks():
    samples, right = asked(440, ["a.png", "b.png"])
    for half in ("diagnosis", "held_out"):
        assert len({s.benchmark for s in samples if s.half == half}) == 11
    assert 0.3 < sum(right) / len(right) < 0.95
    assert {s.images for s in samples} == {("a.png",), ("b.png",)}


def test_a_round_wins_more_than_it_loses():
    before = [i % 2 == 0 for i in range(4_000)]
    after = next_round(before, 0)
    won = sum(b and not a for a, b in zip(before, after, strict=True))
    lost = sum(a and not b for a, b in zip(before, after, strict=True))
    assert won > 2 * lost > 0
    assert next_round(before, 0) == after != next_round(before, 1)


def test_an_attack_stands_in_every_text_and_failures_are_attributed():
    samples, right = asked(44, ["a.png"], "<x>")
    found = predictions(samples, right, "<x>")
    for s, p in zip(samples, found, strict=True):
        assert p.completion
        texts = (s.id, s.question, s.benchmark, s.category, s.options[0], p.completion.text)
        assert all("<x>" in text for text in texts)
    failed = {p.sample_id for p in found if p.score == 0}
    own = {s.id for s in samples if s.half == "diagnosis"}
    assert {a.sample_id for a in attributions(samples, found)} == failed & own


def test_a_run_is_written_once_and_has_pages(tmp_path):
    folder = written(tmp_path, SIZE)
    before = (folder.round(0).evaluation / "manifest.json").stat().st_mtime_ns
    assert (
        written(tmp_path, SIZE).round(0).evaluation / "manifest.json"
    ).stat().st_mtime_ns == before
    pages = rendered(folder, 1)
    assert set(pages) == {"round", "index", "compare"}
    parts = {
        p["name"]: p["numbers"]
        for p in json.loads(pages["round"].with_name("page.json").read_text())["sections"]
    }
    assert len(parts["benchmarks"]["rows"]) == 12
    assert parts["training"]["log"]
    assert parts["training"]["acceptance"]
    assert parts["training_set"]["refused"]
    assert parts["monitors"]["alarms"]


def test_a_run_that_was_killed_is_written_again(tmp_path):
    folder = written(tmp_path / "world", SIZE)
    (tmp_path / "world" / "written").unlink()
    left_over = folder.round(0).path / "half"
    left_over.mkdir()
    again = written(tmp_path / "world", SIZE)
    assert not left_over.exists()
    assert [r.number for r in again.rounds()] == [0, 1]
