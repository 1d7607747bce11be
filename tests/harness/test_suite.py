"""Which benchmarks a config names."""

from pathlib import Path

import pytest

from blindspot.core.config import load
from blindspot.core.errors import ConfigError, UnknownNameError
from blindspot.core.images import ImageStore
from harness import own_data, suite
from harness.benchmark import benchmarks
from harness.settings import BenchmarkSettings, EvaluationSettings


def settings(tmp_path: Path, text: str) -> EvaluationSettings:
    (tmp_path / "c.toml").write_text(text)
    return load(tmp_path / "c.toml", EvaluationSettings)


def test_texts_in_a_list_are_benchmarks(tmp_path: Path) -> None:
    config = settings(tmp_path, 'benchmarks = ["mmstar", "task:ai2d", "d/q.parquet", "mine.py"]')
    mmstar, task, own, file = config.benchmarks
    assert mmstar == BenchmarkSettings(name="mmstar")
    assert (task.name, task.task) == ("ai2d", "ai2d")
    assert (own.name, own.path) == ("q", tmp_path / "d" / "q.parquet")
    assert (file.name, file.file) == ("mine", tmp_path / "mine.py")


def test_the_eleven(tmp_path: Path) -> None:
    config = EvaluationSettings(suite="eleven", lock=tmp_path / "lock")
    assert sorted(e.settings.name for e in suite.entries(config)) == benchmarks.names()


def test_a_suite_of_the_users_own_and_a_data_folder(tmp_path: Path) -> None:
    (tmp_path / "mmstar").mkdir()
    (tmp_path / "two.toml").write_text('benchmarks = ["mmstar", "q.parquet"]')
    config = EvaluationSettings(suite=str(tmp_path / "two.toml"), data=tmp_path)
    first, second = suite.entries(config)
    assert first.settings.path == tmp_path / "mmstar"
    assert first.benchmark is benchmarks.load("mmstar")
    assert second.benchmark is own_data.BENCHMARK


@pytest.mark.parametrize(
    ("text", "error", "why"),
    [
        ("", ConfigError, "has no benchmarks"),
        ('suite = "elven"', UnknownNameError, "Did you mean 'eleven'"),
        ('benchmarks = ["mmstr"]', UnknownNameError, "Did you mean 'mmstar'"),
        ('benchmarks = ["mmstar", "mmstar"]', ConfigError, "'mmstar' stands in it twice"),
        ('suite = "nowhere.toml"', UnknownNameError, "no such suite"),
    ],
)
def test_mistakes(tmp_path: Path, text: str, error: type[Exception], why: str) -> None:
    with pytest.raises(error, match=why):
        suite.entries(settings(tmp_path, text))


def test_a_limit_reads_only_the_pictures_that_are_asked(tmp_path: Path) -> None:
    from PIL import Image

    for i in range(9):
        Image.new("RGB", (4, 4), (i, 0, 0)).save(tmp_path / f"{i}.png")
    rows = [
        f'{{"id": "{i}", "question": "q", "target": "t", "image": "{i}.png"}}' for i in range(9)
    ]
    (tmp_path / "q.jsonl").write_text("\n".join(rows))
    benchmark = BenchmarkSettings(name="q", path=tmp_path / "q.jsonl")
    images = ImageStore(tmp_path / "images")
    listed = suite.entries(EvaluationSettings(benchmarks=(benchmark,)))
    loaded = suite.load(listed, images, limit=3)
    assert len(loaded.samples) == len(list(images.root.glob("*.png"))) == 3
