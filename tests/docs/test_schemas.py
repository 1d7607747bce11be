"""The page of schemas is what the models say."""

from typing import Literal

import pytest

from blindspot.core.artifact import published
from blindspot.core.config import Settings
from docs import schemas
from docs.schema_tables import meanings, option_tables, parts_of, typed

pytestmark = pytest.mark.timeout(900)
"""The first test makes the run that all use, on a busy machine in minutes."""


class Inner(Settings):
    """`[inner]`."""

    share: float = 0.5
    """Of it."""


class Outer(Settings):
    """A config."""

    kind: Literal["a", "b"]
    """Which."""
    inner: Inner = Inner()
    """How."""
    several: tuple[Inner, ...] = ()
    """Which ones."""


def test_the_page_is_up_to_date() -> None:
    assert schemas.PAGE.read_text() == schemas.page(), "run: python -m docs.schemas"


def test_options_are_told_once_with_type_default_and_meaning() -> None:
    lines = list(option_tables(Outer))
    assert "| `kind` | `a` \\| `b` | required | Which. |" in lines
    assert "| `inner` | [Inner](#inner) | as below | How. |" in lines
    assert "| `several` | list of [Inner](#inner) | – | Which ones. |" in lines
    assert [line for line in lines if line.startswith("###")] == [
        "### The top of the file",
        "### `[inner]`",
    ]
    assert "| `share` | float | `0.5` | Of it. |" in lines


def test_types_are_said_in_words() -> None:
    assert typed(dict[str, tuple[float, float]]) == "text → (float, float)"
    assert typed(int | None) == "int or nothing"


def test_every_field_has_a_meaning() -> None:
    kinds = [
        k for files in schemas.FILES.values() for k in files.values() if not isinstance(k, str)
    ]
    for kind in parts_of(*kinds):
        assert set(meanings(kind)) >= set(kind.model_fields), kind


def test_the_files_are_those_that_stages_write(trained) -> None:
    """Every file of a real run's artifacts stands on the page, and no other."""
    round_ = trained / "round-0"
    for name in ("evaluation", "diagnosis", "training set", "acceptance"):
        folder = round_ / name.replace(" ", "_")
        assert published(folder)
        told = {f for names in schemas.FILES[f"The {name}"] for f in names.split(", ")}
        made = {_star(p.relative_to(folder).as_posix()) for p in folder.rglob("*") if p.is_file()}
        assert made - told == {"manifest.json"}
        assert told - made <= {"changes.json", "negatives.parquet"}


def _star(file: str) -> str:
    folder, slash, _ = file.rpartition("/")
    return f"{folder}/*.parquet" if slash else file
