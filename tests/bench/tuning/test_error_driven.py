"""T7: the supporting set of a seed, what the arms are, and the table from planted scores."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bench.extent import Extent
from bench.tuning import error_driven
from bench.tuning.contrasts import World
from bench.tuning.error_driven import ARMS, EXAMPLE, RANDOM, SKILL, rows, supporting
from bench.tuning.world import Start

WORLD = World(
    cells={"a": "weak", "b": "weak", "c": "strong"},
    categories={"a": "x/y", "b": "x/y", "c": "z/y"},
    pictures={"a": "1", "b": "2", "c": "3"},
    weak=frozenset({"weak"}),
    strong=frozenset({"z/y"}),
    start={"a": 0.0, "b": 0.0, "c": 1.0},
)


def told(file: Path) -> dict[str, str]:
    table = pq.read_table(file, columns=["id", "skill"])
    return dict(zip(table["id"].to_pylist(), table["skill"].to_pylist(), strict=True))


def test_a_seed_has_its_own_part_of_the_rows_and_errs_at_the_rate(tmp_path: Path) -> None:
    true = told(EXAMPLE.parent / "supporting.parquet")
    clean, noisy, other, lost = (
        told(supporting(tmp_path / f"{seed}-{error}.parquet", seed, error))
        for seed, error in ((0, 0.0), (0, 0.3), (1, 0.3), (0, 1.0))
    )
    assert 0.77 < len(clean) / len(true) < 0.83
    assert clean.items() <= true.items()
    assert set(clean) == set(noisy) == set(lost) != set(other)
    wrong = sum(noisy[name] != true[name] for name in noisy) / len(noisy)
    assert 0.27 < wrong < 0.33
    assert not any(lost[name] == true[name] for name in lost)


def test_the_same_seed_has_the_same_file(tmp_path: Path) -> None:
    one, two = (supporting(tmp_path / name, 3, 0.3).read_bytes() for name in ("a", "b"))
    assert one == two


def test_arms_differ_in_ranking_and_error_alone(tmp_path: Path) -> None:
    extent = Extent(full=True, work=tmp_path)
    made = {a.name: error_driven._config(extent, tmp_path / a.name, a, 2) for a in ARMS}
    named = {n: c.diagnosis.teacher.model.model for n, c in made.items() if c.diagnosis.teacher}
    assert named == {
        "skill-0": "reader-error-0-seed-2",
        "skill-0.3": "reader-error-0.3-seed-2",
        "skill-1": "reader-error-1-seed-2",
        "random": "reader-error-0-seed-2",
    }
    assert [made[a.name].generation.sources[0].ranking for a in ARMS] == 3 * ["hybrid"] + ["random"]
    assert len({c.training.model_dump_json() for c in made.values()}) == 1
    assert len({c.diagnosis.budget for c in made.values()}) == 1
    clean, blind = (made[name].generation.sources[0].path for name in ("skill-0", "random"))
    assert clean
    assert blind
    assert clean.read_bytes() == blind.read_bytes()


def test_the_table_of_planted_scores() -> None:
    """Retrieval by skill is right on both weak samples for each seed, random on one."""
    start = Start(WORLD, (), None)  # pyright: ignore[reportArgumentType]
    seeds = 8
    right, half = {"a": 1.0, "b": 1.0, "c": 1.0}, {"a": 1.0, "b": 0.0, "c": 0.0}
    scores = {arm.name: [right] * seeds for arm in SKILL} | {RANDOM.name: [half] * seeds}
    table = rows(start, scores, [{"admitted": 240}] * 4 * seeds)
    contrasts, gains = table[:3], {row.measure: row.value for row in table[3:]}
    assert [row.value for row in contrasts] == [50.0] * 3
    assert [row.met for row in contrasts] == [True, None, None]
    assert "p 0.0234" in contrasts[0].measure  # 3 · 2 / 2^8
    assert gains["random, gain in the weak cells, points"] == 50.0
    assert gains["random, gain over all cells, points"] == pytest.approx(-25.0)
    assert gains["skill-0, gain over all cells, points"] == 50.0


def test_two_seeds_are_never_judged() -> None:
    start = Start(WORLD, (), None)  # pyright: ignore[reportArgumentType]
    scores = {arm.name: [WORLD.start] * 2 for arm in ARMS}
    assert {row.met for row in rows(start, scores, [{"admitted": 1}])} == {None}
