"""A mistake in a config is answered with the key, the cause and the nearest right one."""

from pathlib import Path
from typing import Annotated

import pytest

from blindspot.core.config import OPERATIONAL, InputPath, Settings, identity, load
from blindspot.core.errors import ConfigError


class Inner(Settings):
    learning_rate: float = 0.1
    workers: Annotated[int, OPERATIONAL] = 1


class Outer(Settings):
    name: str
    inner: Inner = Inner()
    parts: tuple[Inner, ...] = ()
    path: InputPath = Path("x")


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text)
    return path


def test_overrides_are_toml_and_bare_words_are_text(tmp_path: Path) -> None:
    path = write(tmp_path, 'name = "a"')
    settings = load(path, Outer, ("inner.learning_rate=0.5", "name=other name"))
    assert settings.inner.learning_rate == 0.5
    assert settings.name == "other name"


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    assert load(write(tmp_path, 'name = "a"\npath = "b/c"'), Outer).path == tmp_path / "b" / "c"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('nam = "a"\nname = "b"', r"'nam' is no option.*Did you mean 'name'\?"),
        ('name = "a"\n[inner]\nlerning_rate = 1', r"Did you mean 'learning_rate'\?"),
        ('name = "a"\n[[parts]]\nworker = 1', r"'parts.0.worker'.*Did you mean 'workers'\?"),
        ('name = "a"\n[inner]\nlearning_rate = "fast"', r"'inner.learning_rate'.*it is 'fast'"),
        ("", "'name': field required"),
        ("name = ", "not valid TOML"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load(write(tmp_path, text), Outer)


def test_a_missing_file_and_a_bad_override(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        load(tmp_path / "nowhere.toml", Outer)
    with pytest.raises(ConfigError, match="no '='"):
        load(write(tmp_path, 'name = "a"'), Outer, ("inner",))


def test_operational_options_are_no_part_of_the_identity(tmp_path: Path) -> None:
    assert identity(Outer(name="a")) == {"name": "a", "inner": {"learning_rate": 0.1}, "parts": []}
