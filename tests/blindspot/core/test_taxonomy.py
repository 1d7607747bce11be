"""The taxonomy that comes with blindspot, and users' own."""

from pathlib import Path

import pytest

from blindspot.core import taxonomy
from blindspot.core.errors import ConfigError
from harness.benchmark import benchmarks

SMALLEST = """
name = "mine"
image_types.plot.definition = "plots"
capabilities.reading = { definition = "values", patterns = ['\\bvalue\\b'] }
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "mine.toml"
    file.write_text(text)
    return file


def test_it_has_the_twelve_image_types_and_the_capabilities_with_definitions():
    built_in = taxonomy.load(None)
    assert len(built_in.image_types) == 12
    assert {"geometric", "medical", "map", "mixed"} <= set(built_in.image_types)
    assert {"counting", "ocr", "hallucination_resistance"} <= set(built_in.capabilities)


def test_the_maps_of_the_built_in_taxonomy_are_of_benchmarks_that_exist():
    assert {m.benchmark for m in taxonomy.load(None).maps} <= set(benchmarks.names())


def test_a_users_file_replaces_it_as_a_whole(tmp_path: Path):
    mine = taxonomy.load(write(tmp_path, SMALLEST))
    assert list(mine.image_types) == ["plot"]
    assert list(mine.capabilities) == ["reading"]
    assert mine.maps == ()


def test_the_title_names_it_and_changes_with_its_content_and_order(tmp_path: Path):
    first = taxonomy.load(write(tmp_path, SMALLEST)).title
    again = taxonomy.load(write(tmp_path, SMALLEST + "\n# a remark\n")).title
    other = taxonomy.load(write(tmp_path, SMALLEST.replace("plots", "charts"))).title
    two = "capabilities.{}.definition = 'x'\ncapabilities.{}.definition = 'x'\n"
    head = "name = 'mine'\nimage_types.plot.definition = 'plots'\n"
    one_way = taxonomy.load(write(tmp_path, head + two.format("a", "b"))).title
    other_way = taxonomy.load(write(tmp_path, head + two.format("b", "a"))).title
    assert first.startswith("mine ")
    assert first == again
    assert first != other
    assert one_way != other_way


def test_a_text_in_a_map_stands_for_one_term(tmp_path: Path):
    mapped = """
[[maps]]
benchmark = "b"
attribute = "skills"
capabilities = { one = "reading", two = { reading = 3 } }
"""
    (only,) = taxonomy.load(write(tmp_path, SMALLEST + mapped)).maps
    assert only.capabilities == {"one": {"reading": 1.0}, "two": {"reading": 3.0}}


MAP = '\n[[maps]]\nbenchmark = "b"\nattribute = "a"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = ", ["mine.toml", "TOML"]),
        (SMALLEST + "colours = 3", ["'colours' is no option"]),
        (SMALLEST.replace("patterns", "patern"), ["patern", "Did you mean 'patterns'"]),
        (SMALLEST.replace("value\\b", "(value"), ["capabilities.reading.patterns", "regular"]),
        (SMALLEST.replace('name = "mine"', ""), ["'name'"]),
        (
            SMALLEST.replace("image_types.plot.definition", "capabilities.x.definition"),
            ["image_ty"],
        ),
        ('name = "x"\n[image_types]\n[capabilities]\na.definition = "a"', ["image_types"]),
        (SMALLEST.replace(".plot.", ".'plot/2'."), ["plot/2"]),
        (SMALLEST + MAP + 'capabilities = { x = "reeding" }', ["maps.0", "'x'", "'reading'"]),
        (SMALLEST + MAP + 'image_types = { x = "reading" }', ["maps.0", "'reading'", "plot"]),
        (SMALLEST + MAP + "capabilities = { x = { reading = 0 } }", ["maps.0", "x.reading", "0"]),
        (SMALLEST + MAP + "capabilities = { x = { reading = -1 } }", ["maps.0", "-1"]),
        (SMALLEST + MAP + "capabilities = { x = { reading = nan } }", ["maps.0", "finite"]),
        (SMALLEST + MAP + "capabilities = { x = {} }", ["maps.0", "at least 1"]),
        (SMALLEST + MAP + "capability = 1", ["maps.0.capability", "'capabilities'"]),
    ],
)
def test_what_is_wrong_with_a_users_file_is_said(tmp_path: Path, text: str, says: list[str]):
    with pytest.raises(ConfigError) as error:
        taxonomy.load(write(tmp_path, text))
    message = str(error.value)
    assert message.startswith("The taxonomy ")
    assert "mine.toml" in message
    assert "--set" not in message
    assert all(part in message for part in says), message


def test_a_file_that_is_not_there_is_said(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"The taxonomy .*nowhere\.toml: No such file"):
        taxonomy.load(tmp_path / "nowhere.toml")
