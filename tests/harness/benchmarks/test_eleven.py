"""All benchmarks of the suite on stand-ins of their datasets: lmms-eval's own code agrees, targets
are right answers, every row becomes a whole sample.
"""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench import eleven
from blindspot.core import taxonomy
from harness import lmms_benchmark
from harness.benchmark import Item, Scored, benchmarks, validate
from harness.settings import BenchmarkSettings

Open = Callable[[str], lmms_benchmark.OpenedTask]
NAMES = eleven.names()

TERMS = taxonomy.load(None)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Open:
    """A benchmark opened on its stand-in, once per module."""
    root = tmp_path_factory.mktemp("data")
    kept: dict[str, lmms_benchmark.OpenedTask] = {}

    def get(name: str) -> lmms_benchmark.OpenedTask:
        if name not in kept:
            path = eleven.load(name).write(root)
            benchmark = benchmarks.load(name)
            assert isinstance(benchmark, lmms_benchmark.LmmsBenchmark)
            kept[name] = benchmark.open(BenchmarkSettings(name=name, path=path), root / "lock")
        return kept[name]

    return get


def items(source: lmms_benchmark.OpenedTask) -> list[Item]:
    return list(source.items())


def test_the_suite_is_what_has_a_stand_in() -> None:
    suite = Path(lmms_benchmark.__file__).parent / "suites" / "eleven.toml"
    assert sorted(tomllib.loads(suite.read_text())["benchmarks"]) == NAMES == benchmarks.names()


@pytest.mark.parametrize("name", NAMES)
def test_scores_are_those_of_lmms_eval(name: str, opened: Open) -> None:
    source, fixture = opened(name), eleven.load(name)
    compared = 0
    for item, row in zip(items(source), source.task.rows, strict=True):
        for kind, text in fixture.completions(row).items():
            theirs = fixture.theirs(source.task.inner, item.doc, text)
            ours = source.grade(item.sample, item.doc, text)
            if theirs is not None and ours is not None and not fixture.on_purpose(row, text):
                compared += 1
                assert ours.score == pytest.approx(theirs), (name, item.sample.id, kind, text)
    assert compared > 0 or benchmarks.load(name).facts.judge


@pytest.mark.parametrize("name", ["mathvista", "mmmu"])
def test_what_differs_on_purpose_does_differ(name: str, opened: Open) -> None:
    source, fixture = opened(name), eleven.load(name)
    apart = 0
    for item, row in zip(items(source), source.task.rows, strict=True):
        for text in filter(lambda t: fixture.on_purpose(row, t), fixture.completions(row).values()):
            theirs = fixture.theirs(source.task.inner, item.doc, text)
            ours = source.grade(item.sample, item.doc, text)
            apart += theirs is not None and ours is not None and ours.score != theirs
    assert apart


@pytest.mark.parametrize("name", NAMES)
def test_known_completions_score_as_their_kind_says(name: str, opened: Open) -> None:
    source, fixture = opened(name), eleven.load(name)
    for item, row in zip(items(source), source.task.rows, strict=True):
        said = fixture.completions(row)
        assert {"right", "wrong", "unparsable", "verbose", "boxed", "empty"} <= set(said)
        for kind, wanted in (("right", 1), ("wrong", 0), ("empty", 0)):
            grade = source.grade(item.sample, item.doc, said[kind])
            assert grade is not None, (kind, said[kind])
            assert grade.score == wanted, (item.sample.id, kind, said[kind])


@pytest.mark.parametrize("name", NAMES)
def test_targets_grade_as_right(name: str, opened: Open) -> None:
    source = opened(name)
    assert validate(source, source.items()) == []
    wrong = [replace(i, sample=i.sample.model_copy(update={"target": ""})) for i in items(source)]
    assert len(validate(source, wrong)) == len(wrong)


@pytest.mark.parametrize("name", NAMES)
def test_samples_are_whole(name: str, opened: Open) -> None:
    for item in items(opened(name)):
        assert item.sample.id.startswith(f"{name}/")
        assert item.sample.question
        assert item.sample.capability in TERMS.capabilities
        assert item.sample.image_type in TERMS.image_types
        assert item.sample.prompt.count("<image>") in (0, len(item.pictures))
        assert item.failure is None


@pytest.mark.parametrize("name", NAMES)
def test_the_prompt_is_that_of_the_task(name: str, opened: Open) -> None:
    source = opened(name)
    for item, row in zip(items(source), source.task.rows, strict=True):
        theirs = source.task.inner.doc_to_messages({**row, **_decoded(row)})[0]["content"]
        texts = [part["text"] for part in theirs if part["type"] == "text"]
        assert [t for t in item.sample.prompt.split("<image>") if t.strip()] or not any(texts)
        for text in texts:
            assert text in item.sample.prompt
        assert len(item.pictures) == sum(part["type"] == "image" for part in theirs)


@pytest.mark.parametrize("name", NAMES)
def test_metrics_of_all_right_and_all_wrong(name: str, opened: Open) -> None:
    source = opened(name)
    for score, wanted in ((1.0, 1.0), (0.0, 0.0)):
        answered = [
            Scored(i.sample, i.doc, i.sample.target if score else "", score) for i in items(source)
        ]
        assert next(iter(source.metrics(answered).values())) == wanted


def _decoded(row: dict) -> dict:
    from harness import lmms

    return lmms.with_pictures(row)
