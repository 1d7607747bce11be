"""Error-driven tuning as shipped: the teacher reads pixels and errs as often as it says, the
supporting set is drawn again alike, and the whole spiral runs."""

import asyncio
import hashlib
import importlib
import importlib.util
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from scipy.stats import binomtest

from blindspot.core.diagnosis import DiagnosisArtifact
from blindspot.core.errors import ConfigError
from blindspot.core.grading import grade
from blindspot.core.images import ImageStore, encode
from blindspot.core.model import Model, ModelSettings, Request, open_model
from blindspot.core.records import Attribution, Completion, Failure, Prediction, Sample
from blindspot.core.training_set import TrainingSetArtifact, read_split
from blindspot.rounds import begin
from blindspot.settings import load
from diagnostics.causes.failed import Failed
from diagnostics.causes.teacher import STAGES, prompt
from generation.family import Drawing, draw, families, is_reserved

EXAMPLE = Path(__file__).parents[2] / "examples" / "error-driven"
SUPPORTING = EXAMPLE / "supporting.parquet"
LIMIT = 3 * 2**20


@pytest.fixture
def teacher(tmp_path: Path) -> Callable[[str], Model]:
    def opened(name: str) -> Model:
        checkpoint = str(EXAMPLE / "teacher")
        settings = ModelSettings(backend="python_file", checkpoint=checkpoint, model=name)
        return open_model(settings, ImageStore(tmp_path / "images"))

    return opened


@cache
def cells() -> list[Any]:
    return importlib.import_module("tiny_world.cells").all_cells()


@cache
def solving() -> Any:
    return importlib.import_module("teacher.solving")


def drawings(count: int) -> list[tuple[str, Drawing]]:
    """Fresh pictures of every cell."""
    return [
        (cell.name, draw(families.load(cell.family), f"fresh/{cell.name}/{i}", 48, cell.condition))
        for cell in cells()
        for i in range(count)
    ]


def judged(model: Model, store: Path, drawing: Drawing, said: str) -> str:
    """The teacher's reply to the diagnosis' own prompt about a response."""
    name = ImageStore(store / "images").put(encode(drawing.image))
    sample = Sample(
        id="s",
        benchmark="b",
        question=drawing.question,
        prompt=drawing.question,
        target=drawing.target,
        answer_kind=drawing.answer_kind,
        images=(name,),
    )
    answer = Prediction(
        sample_id="s", repeat=0, completion=Completion(text=said), score=0.0, grader="g"
    )
    cause = Attribution(sample_id="s", stage="unresolved", source="none", confidence=0)
    asked = Request(prompt=prompt(Failed(sample, answer, cause), turned=False), images=(name,))
    (reply,) = asyncio.run(model.generate([asked]))
    assert isinstance(reply, Completion)
    return reply.text


def test_the_config_loads_and_its_parts_are_there() -> None:
    config = load(EXAMPLE / "config.toml")
    assert config.diagnosis.teacher is not None
    assert config.diagnosis.teacher.every
    assert Path(config.diagnosis.teacher.model.checkpoint) == EXAMPLE / "teacher"
    assert config.generation.sources[0].path == SUPPORTING
    assert (config.training.optimiser, config.training.lora.enabled) == ("sft", True)


# The teacher


def test_it_answers_fresh_pictures_of_every_cell() -> None:
    found = [(name, d, solving().solve(d.question, d.image)) for name, d in drawings(8)]
    right = [
        s is not None and grade(s.answer, target=d.target, kind=d.answer_kind).score == 1
        for _, d, s in found
    ]
    assert sum(right) / len(right) >= 0.99
    assert {name: len({s.skill for n, _, s in found if n == name}) for name, *_ in found} == {
        cell.name: 1 for cell in cells()
    }
    assert len({s.skill for *_, s in found}) == len(cells()) == len(solving().SKILLS)


def test_another_picture_changes_its_verdict(teacher, tmp_path: Path) -> None:
    two, five = (
        draw(families.load("counting"), "seed", 48, {"objects": objects})
        for objects in ("few", "many")
    )
    skills = [
        json.loads(judged(teacher("reader"), tmp_path, d, "9"))["missing_skill"]
        for d in (two, five)
    ]
    assert skills == ["counting up to three objects", "counting four or more objects"]


def test_a_step_that_was_misread_is_told_from_one_that_was_miscalculated(
    teacher, tmp_path: Path
) -> None:
    drawing = draw(families.load("arithmetic"), "seed", 48, {"operation": "minus"})
    one, sign, other, _, result = drawing.target.split()
    wrong_sum = f"{one} {sign} {other} = {int(result) + 1}"
    misread = f"{int(one) + 10} {sign} {other} = {int(result) + 10}"
    for said, kind, quote in (
        (wrong_sum, "calculation", str(int(result) + 1)),
        (misread, "reading", str(int(one) + 10)),
    ):
        verdict = json.loads(judged(teacher("reader"), tmp_path, drawing, said))
        assert (verdict["label"], verdict["quote"]) == (kind, quote)
        assert verdict["label"] in STAGES


def test_a_right_response_gets_no_verdict(teacher, tmp_path: Path) -> None:
    drawing = draw(families.load("color"), "seed", 48)
    assert judged(teacher("reader"), tmp_path, drawing, drawing.target) == "I find no error."


def test_it_knows_no_more_than_the_request(teacher, tmp_path: Path) -> None:
    """A wrong target makes it unsure and changes nothing else: its answer is its own."""
    drawing = draw(families.load("chart_extremum"), "seed", 48)
    named = "green" if drawing.target != "green" else "red"
    lied = Drawing(**{**vars(drawing), "target": named})
    replies = [
        json.loads(judged(teacher("reader"), tmp_path, d, "black-ish")) for d in (drawing, lied)
    ]
    assert [r.pop("confidence") for r in replies] == [0.9, 0.3]
    assert replies[0] == replies[1]


def test_without_a_picture_or_a_response_it_refuses(teacher) -> None:
    blind = Request(prompt='Question (JSON text):\n"What word is written?"')
    (outcome,) = asyncio.run(teacher("reader").generate([blind]))
    assert isinstance(outcome, Failure)


@pytest.mark.parametrize(("name", "error"), [("reader", 0.0), ("reader-error-0.3-seed-1", 0.3)])
def test_it_errs_as_often_as_it_says(teacher, tmp_path: Path, name: str, error: float) -> None:
    some = [d for cell, d in drawings(12) if not cell.startswith(("ocr", "clock", "arith"))]
    model, wrong = teacher(name), 0
    for drawing in some:
        said = json.loads(judged(model, tmp_path, drawing, "[9, 9, 9, 9] 99 ?"))
        found = solving().solve(drawing.question, drawing.image)
        wrong += said["missing_skill"] != found.skill
    assert binomtest(wrong, len(some), error or 1e-9).pvalue > 0.001


def test_both_of_its_passes_and_two_openings_say_the_same(teacher, tmp_path: Path) -> None:
    drawing = draw(families.load("shape"), "seed", 48)
    name = "reader-error-0.3"
    replies = {judged(teacher(name), tmp_path, drawing, "wrong") for _ in range(2)}
    assert len(replies) == 1


def test_a_name_that_says_nothing_is_refused(teacher) -> None:
    with pytest.raises(ConfigError, match="reader-error"):
        teacher("gpt")


# The supporting dataset


def test_it_is_small_and_of_no_stated_category() -> None:
    table = pq.read_table(SUPPORTING)
    assert SUPPORTING.stat().st_size <= LIMIT
    assert set(table.column_names) == {"id", "question", "target", "answer_kind", "skill", "image"}
    skills = table["skill"].to_pylist()
    assert set(skills) == set(solving().SKILLS)
    assert len(set(skills[:200])) > 15  # in no order of skills


def test_it_shares_no_picture_with_the_benchmark() -> None:
    benchmark = pq.read_table(EXAMPLE.parent / "tiny" / "benchmark.parquet", columns=["image"])
    known, ours = (
        {hashlib.sha256(row["bytes"]).digest() for row in table["image"].to_pylist()}
        for table in (benchmark, pq.read_table(SUPPORTING))
    )
    assert not known & ours


def test_it_is_built_again_alike(tmp_path: Path) -> None:
    builder = importlib.import_module("build_supporting")
    files = [tmp_path / name for name in ("one.parquet", "two.parquet", "noisy.parquet")]
    for file, error in zip(files, (0.0, 0.0, 0.5), strict=True):
        assert builder.build(file, 2, "supporting", error) == 2 * len(cells())
    one, two, noisy = (file.read_bytes() for file in files)
    assert one == two != noisy
    shipped = {r["id"]: r for r in pq.read_table(SUPPORTING).to_pylist()}
    built = pq.read_table(files[0]).to_pylist()
    assert all(shipped[row["id"]] == row for row in built)


def test_its_contents_are_not_reserved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    builder = importlib.import_module("build_supporting")
    drawn: list[Drawing] = []

    def recorded(*arguments: Any, **options: Any) -> Drawing:
        drawn.append(draw(*arguments, **options))
        return drawn[-1]

    monkeypatch.setattr(builder, "draw", recorded)
    count = builder.build(tmp_path / "some.parquet", 8, "supporting", 0.0)
    assert len(drawn) >= count == 8 * len(cells())
    assert not any(is_reserved(drawing.content) for drawing in drawn)


# The whole


def test_a_small_run_diagnoses_retrieves_and_tunes(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    small = (
        "evaluation.limit=220",
        "diagnosis.budget=12",
        "diagnosis.min_support=4",
        "diagnosis.q=0.5",
        "diagnosis.teacher.failures=24",
        "training.steps=1",
        "training.prompts_per_step=4",
        "training.prompts_per_pass=4",
    )
    config = load(EXAMPLE / "config.toml", small)
    work = begin(config, tmp_path / "run")
    for stage in ("evaluation", "diagnosis", "training_set", "checkpoint"):
        work.advance(stage, 0)
    here = work.folder.round(0)
    told = [a for a in DiagnosisArtifact(here.diagnosis).attributions() if a.skill]
    assert told
    assert {a.skill for a in told} <= set(solving().SKILLS)
    assert {a.source for a in told} - {"teacher"}  # rules named these stages, it the skills
    made = read_split(TrainingSetArtifact(here.training_set), "train")
    known = set(pq.read_table(SUPPORTING, columns=["id"])["id"].to_pylist())
    assert {s.source.removeprefix("retrieve:") for s in made} <= known
    assert (here.checkpoint / "adapter" / "adapter_model.safetensors").is_file()
