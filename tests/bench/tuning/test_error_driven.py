"""T7: the supporting set of a seed, what the arms are, and the table from planted scores."""

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.extent import Extent
from bench.generating.runs import diagnosis
from bench.tuning import error_driven, supporting_sets
from bench.tuning import error_driven_rows as table
from bench.tuning.contrasts import World
from bench.tuning.retrieval_arms import ARMS, RANDOM, SKILL, TUNINGS, Trial, Tuning
from bench.tuning.supporting_sets import pool, supporting, true_skills
from blindspot.core.artifact import Draft, write_text
from blindspot.core.diagnosis import DiagnosisArtifact
from blindspot.core.records import Weakness

WORLD = World(
    cells={"a": "weak", "b": "weak", "t": "clock_reading/x", "c": "strong"},
    categories={"a": "x/y", "b": "x/y", "t": "clock_reading/x", "c": "z/y"},
    pictures={"a": "1", "b": "2", "t": "3", "c": "4"},
    weak=frozenset({"weak", "clock_reading/x"}),
    strong=frozenset({"z/y"}),
    start={"a": 0.0, "b": 0.0, "t": 0.0, "c": 1.0},
)
TUNING = Tuning(2e-4, 40)
SKILLS = [f"skill {i}" for i in range(5)]


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """Sixty rows of each of five skills."""
    found = [{"id": f"{s}-{i}", "skill": s} for s in SKILLS for i in range(60)]
    pq.write_table(pa.Table.from_pylist(found), tmp_path / "pool.parquet")
    return tmp_path / "pool.parquet"


def test_skills_are_as_unequal_as_words_in_an_order_of_the_seeds_own(
    rows: Path, tmp_path: Path
) -> None:
    kept = [true_skills(supporting(rows, tmp_path / f"{seed}", seed, 0.0)) for seed in range(8)]
    counted = [Counter(each.values()) for each in kept]
    assert {tuple(sorted(c.values(), reverse=True)) for c in counted} == {(60, 30, 20, 15, 12)}
    assert len({c.most_common(1)[0][0] for c in counted}) > 1


def test_labels_err_at_the_rate_and_always_otherwise_at_one(rows: Path, tmp_path: Path) -> None:
    true = true_skills(rows)
    clean, noisy, lost = (
        true_skills(supporting(rows, tmp_path / f"{error}", 0, error)) for error in (0.0, 0.3, 1.0)
    )
    assert clean.items() <= true.items()
    assert set(clean) == set(noisy) == set(lost)
    assert 0.2 < sum(noisy[i] != true[i] for i in noisy) / len(noisy) < 0.4
    assert not any(lost[i] == true[i] for i in lost)


def test_the_same_seed_has_the_same_file(rows: Path, tmp_path: Path) -> None:
    one, two = (supporting(rows, tmp_path / name, 3, 0.3).read_bytes() for name in ("a", "b"))
    assert one == two


def test_the_pool_has_every_skill_equally_often_as_the_teacher_names_it(tmp_path: Path) -> None:
    file = pool(tmp_path / "pool.parquet", 3)
    counted = Counter(true_skills(file).values())
    shipped = true_skills(supporting_sets.FOLDER / "supporting.parquet")
    assert set(counted) == set(shipped.values())
    assert set(counted.values()) == {3}
    assert not set(true_skills(file)) & set(shipped)
    written = file.stat().st_mtime_ns
    assert pool(file, 3).stat().st_mtime_ns == written


def test_arms_differ_in_retrieval_and_error_alone(rows: Path, tmp_path: Path) -> None:
    setup = error_driven.setup_of(Extent(full=True, work=tmp_path))
    setup.work.mkdir()
    rows.rename(setup.work / "pool.parquet")
    extent = Extent(full=True, work=tmp_path)
    made = {a.name: error_driven.config_of(extent, setup, Trial(a, 2, TUNING)) for a in ARMS}
    named = [c.diagnosis.teacher.model.model for c in made.values() if c.diagnosis.teacher]
    errors = ["0", "0.3", "0", "0.3", "1", "0"]
    assert named == [f"reader-error-{error}-seed-2" for error in errors]
    sources = {n: c.generation.sources[0] for n, c in made.items()}
    assert [s.ranking for s in sources.values()] == 5 * ["hybrid"] + ["random"]
    assert sources["skill-0"].path == sources["words-0"].path == sources["random"].path
    assert len({s.path for s in sources.values()}) == 3
    assert len({c.training.model_dump_json() for c in made.values()}) == 1
    assert len({c.diagnosis.budget for c in made.values()}) == 1
    assert [a.questions for a in ARMS] == 2 * [True] + 3 * [False] + [True]


def test_a_tuning_is_what_is_trained_with(rows: Path, tmp_path: Path) -> None:
    extent = Extent(full=True, work=tmp_path)
    setup = error_driven.setup_of(extent)
    setup.work.mkdir()
    rows.rename(setup.work / "pool.parquet")
    trials = [Trial(RANDOM, 0, tuning) for tuning in TUNINGS]
    made = [error_driven.config_of(extent, setup, trial).training for trial in trials]
    assert [Tuning(m.sft.learning_rate, m.steps) for m in made] == list(TUNINGS)


def test_without_questions_no_weakness_says_which_failed(tmp_path: Path) -> None:
    weakness = Weakness(
        id="w", name="clock", capability="clock_reading", image_type="diagram", n=4, passed=0.0,
        raw_rate=0.0, rate=0.1, interval=(0.0, 0.3), gap=0.7, coverage=0.1, p=0.01,
        p_adjusted=0.02, learnability=0.1, failing=("q1", "q2"),
    )  # fmt: skip
    found = diagnosis([]).model_copy(update={"weaknesses": (weakness,)})
    draft = Draft(tmp_path / "diagnosis", "diagnosis", {}, {})
    write_text(draft.path / "diagnosis.json", found.model_dump_json())
    write_text(draft.path / "attributions.parquet", "kept as it is")
    real = draft.publish().path
    blind = error_driven._without_questions(real)
    (left,) = DiagnosisArtifact(blind).diagnosis().weaknesses
    assert left == weakness.model_copy(update={"failing": ()})
    assert (blind / "attributions.parquet").read_text() == "kept as it is"
    assert DiagnosisArtifact(real).diagnosis() == found


def results(**changed: dict[str, float]) -> tuple[list[Trial], list[dict[str, Any]]]:
    """Six seeds of every arm. All are right on one weak sample, those of `changed` as it says."""
    half = {"a": 1.0, "b": 0.0, "t": 0.0, "c": 0.0}
    trials = [Trial(arm, seed, TUNING) for seed in range(6) for arm in ARMS]
    told = {"weak": ["counting"]}
    found = [
        {
            "admitted": 240,
            "scores": half | changed.get(t.arm.name.replace("-", "_"), {}) | {"other half": 1.0},
            "skills": told if t.arm == SKILL[0] else {},
            "retrieved": {"weak": {"counting": 3, "color": 1}, "strong": {"counting": 4}},
        }
        for t in trials
    ]
    return trials, found


def test_the_table_of_planted_scores() -> None:
    """Retrieval by skill is right on both weak samples for each seed, random on one."""
    made = table.rows(WORLD, *results(skill_0={"b": 1.0, "c": 1.0}), {})
    by_name = {row.measure.split(" (")[0]: row for row in made}
    first = by_name["skill-0 − random, weak cells, points"]
    assert (first.value, first.met) == (pytest.approx(25), True)  # half of one of two cells
    assert "p 0.0312, primary; 6 seeds" in first.measure  # 2 / 2^6
    less = by_name["skill-0 − random, weak cells but clocks, points"]
    assert (less.value, less.met) == (pytest.approx(50), None)
    assert "p 0.156, Holm" in less.measure  # five times as much
    assert by_name["words-1 − random, weak cells, points"].value == 0
    assert by_name["random, gain in the weak cells, points"].value == pytest.approx(25)
    assert by_name["random, gain in the weak cells but clocks, points"].value == 50.0
    assert by_name["random, gain over all cells, points"].value == pytest.approx(-50 / 3)
    assert by_name["random, rows whose skill is missing in their cell, %"].value == 37.5


def test_five_seeds_are_never_judged() -> None:
    trials, found = results(skill_0={"b": 1.0})
    few = [(t, r) for t, r in zip(trials, found, strict=True) if t.seed < 5]
    made = table.rows(WORLD, [t for t, _ in few], [r for _, r in few], {})
    assert {row.met for row in made} == {None}


def test_the_pilot_looks_at_its_own_half_and_neither_arm_chooses() -> None:
    trials = [Trial(arm, 100, t) for t in TUNINGS[:2] for arm in (SKILL[0], RANDOM)]
    scores = [{"a": a, "b": a, "t": 0.0, "other": 1.0} for a in (1.0, 0.0, 0.5, 1.0)]
    pilots = table.piloted(trials, [{"scores": s} for s in scores], WORLD)
    assert pilots[TUNINGS[0]] == {"skill-0": 0.5, "random": 0.0}
    assert pilots[TUNINGS[1]] == {"skill-0": 0.25, "random": 0.5}
    assert table.chosen(pilots) == TUNINGS[1]
    assert table.chosen({t: {"x": 0.5} for t in reversed(TUNINGS)}) == Tuning(2e-4, 40)
