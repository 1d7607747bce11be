"""A user's own Python file as a benchmark: the documented example runs; every mistake is named."""

import inspect
import sys
import textwrap
from pathlib import Path

import pytest
from PIL import Image

from blindspot.core.errors import ConfigError
from blindspot.core.images import ImageStore, encode
from harness import python_file, suite
from harness.benchmark import Scored
from harness.settings import BenchmarkSettings, EvaluationSettings

EXAMPLE = textwrap.dedent(
    "\n".join(
        line
        for line in inspect.cleandoc(python_file.__doc__ or "").split("\n")
        if not line or line.startswith("    ")
    )
).strip()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The example of the documentation with two pictures."""
    (tmp_path / "dots").mkdir()
    for count, color in ((1, "red"), (2, "blue")):
        (tmp_path / "dots" / f"{count}.png").write_bytes(encode(Image.new("RGB", (4, 4), color)))
    (tmp_path / "mine.py").write_text(EXAMPLE + "\n")
    return tmp_path / "mine.py"


def settings(file: Path) -> BenchmarkSettings:
    return BenchmarkSettings(name="mine", file=file)


def digest(file: Path) -> str:
    return python_file.load(file).digest(settings(file), file.parent / "lock")


def test_the_documented_example_is_a_benchmark(file: Path, tmp_path: Path) -> None:
    config = EvaluationSettings(benchmarks=(settings(file),))
    loaded = suite.load(suite.entries(config), ImageStore(tmp_path / "images"))
    assert [s.id for s in loaded.samples] == ["dots/1", "dots/2"]
    assert {s.benchmark for s in loaded.samples} == {"mine"}, "metrics look samples up by this name"
    opened = loaded.opened["mine"]
    assert opened.grader == "dots-1"
    one, two = loaded.samples
    right, wrong = opened.grade(one, {}, "I see 1"), opened.grade(two, {}, "I see 1")
    assert right is not None
    assert wrong is not None
    assert (right.score, wrong.score) == (1.0, 0.0)
    scored = [Scored(one, {}, "1", 1.0), Scored(two, {}, "1", 0.0)]
    assert opened.metrics(scored) == {"accuracy": 0.5}
    assert len(EXAMPLE.splitlines()) < 50


def test_only_the_wanted_are_loaded(file: Path) -> None:
    opened = python_file.load(file).open(settings(file), file.parent / "lock")
    assert [i.sample.id for i in opened.items({"dots/2"})] == ["dots/2"]
    assert opened.ids() == ["dots/1", "dots/2"]


def test_the_digest_covers_the_file_and_its_data(file: Path) -> None:
    first = digest(file)
    assert digest(file) == first
    (file.parent / "dots" / "2.png").write_bytes(encode(Image.new("RGB", (4, 4), "green")))
    second = digest(file)
    file.write_text(EXAMPLE + "\n# another rule\n")
    assert len({first, second, digest(file)}) == 3


def test_an_edited_file_is_imported_again(file: Path) -> None:
    assert python_file.load(file).facts.title == "Dots"
    file.write_text(EXAMPLE.replace('title="Dots"', 'title="Spots"'))
    assert python_file.load(file).facts.title == "Spots"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("PLUGIN = Dots()", "", "no PLUGIN"),
        ("PLUGIN = Dots()", "PLUGIN = Dots", r"PLUGIN is a class. .*PLUGIN = Dots\(\)"),
        ("def digest(self", "def digests(self", "PLUGIN has no method 'digest'"),
        ("facts = Facts(", "fact = Facts(", "no 'facts'"),
        ("from pathlib", "from pathlip", r"ModuleNotFoundError on line 1 when .*pathlip"),
        ("PLUGIN = Dots()", "PLUGIN = Dots(", r"SyntaxError on line \d+"),
        ("PLUGIN = Dots()", "PLUGIN = 1 / 0", r"ZeroDivisionError on line \d+"),
    ],
)
def test_mistakes_are_named(file: Path, old: str, new: str, said: str) -> None:
    assert old in EXAMPLE
    file.write_text(EXAMPLE.replace(old, new))
    known = set(sys.modules)
    with pytest.raises(ConfigError, match=said):
        python_file.load(file)
    left = {name for name in set(sys.modules) - known if name.startswith("blindspot_benchmark_")}
    assert bool(left) == ("imported" not in said and "Error" not in said), "none half imported"


@pytest.mark.parametrize("lost", ["ids", "items", "grade", "metrics"])
def test_what_it_opens_is_checked(file: Path, lost: str) -> None:
    file.write_text(EXAMPLE.replace(f"def {lost}(", f"def un{lost}("))
    with pytest.raises(ConfigError, match=rf"open\(\) returns has no method '{lost}'"):
        python_file.load(file).open(settings(file), file.parent / "lock")


def test_it_names_its_rule(file: Path) -> None:
    file.write_text(EXAMPLE.replace('grader = "dots-1"', "grader = 1"))
    with pytest.raises(ConfigError, match="no 'grader'"):
        python_file.load(file).open(settings(file), file.parent / "lock")


def test_a_missing_file_and_another_kind_of_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.py: there is no such file"):
        python_file.load(tmp_path / "none.py")
    (tmp_path / "a.txt").write_text("PLUGIN = 1")
    with pytest.raises(ConfigError, match=r"ends with \.py"):
        python_file.load(tmp_path / "a.txt")
