"""G4 plants what it says, and counts what gets through."""

from bench.extent import Extent
from bench.generating import contamination
from bench.generating.likeness import Sight, surroundings
from bench.generating.sights import texture
from generation.gate import gates


def some(count):
    pictures = [Sight("textures", texture(f"test{i}")) for i in range(3 * count)]
    return pictures[:count], pictures[count:]


def test_rows_of_planted_textures(monkeypatch, tmp_path):
    monkeypatch.setattr(contamination, "planted_and_fresh", lambda count: some(8))
    monkeypatch.setattr(contamination, "material", lambda count, seed: [])
    rows = {row.measure: row for row in contamination.measure(Extent(False, tmp_path))}
    exact = next(row for what, row in rows.items() if what.startswith("exact"))
    assert (exact.value, exact.met) == (0, True)
    caught = [row for what, row in rows.items() if what.startswith("transformed")]
    assert [row.value is not None and row.value >= 0.85 for row in caught] == [True, True]
    fresh = [row.value for what, row in rows.items() if what.startswith("fresh")]
    assert fresh
    assert [value is not None and value <= 0.1 for value in fresh] == [True] * len(fresh)


def test_an_open_gate_that_admits_everything_shows(monkeypatch, tmp_path):
    monkeypatch.setattr(contamination, "planted_and_fresh", lambda count: some(4))
    blind = gates.load("decontamination").open(surroundings(benchmark=[]))
    monkeypatch.setattr(contamination, "opened", lambda planted: blind)
    rows = contamination.measure(Extent(False, tmp_path))
    assert (rows[0].value, rows[0].met) == (1, False)
