"""Plugins are found by file, loaded one at a time, and unknown names are answered helpfully."""

import sys
from pathlib import Path

import pytest

from blindspot.core.errors import ConfigError, UnknownNameError
from blindspot.core.registry import Registry


@pytest.fixture
def plants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry[str]:
    folder = tmp_path / "plants_for_test"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "oak.py").write_text('"""A tree.\n\nMore."""\nPLUGIN = "oak"\n')
    (folder / "fern.py").write_text('"""Needs water."""\nimport water_for_test\nPLUGIN = "fern"\n')
    monkeypatch.syspath_prepend(str(tmp_path))
    return Registry[str]("plants_for_test")


def test_listing_imports_nothing(plants: Registry[str]) -> None:
    assert plants.names() == ["fern", "oak"]
    assert plants.summary("oak") == "A tree."
    assert "plants_for_test.oak" not in sys.modules


def test_a_missing_extra_breaks_only_its_plugin(plants: Registry[str]) -> None:
    assert plants.load("oak") == "oak"
    with pytest.raises(ConfigError, match="needs the package 'water_for_test'"):
        plants.load("fern")


def test_unknown_names_get_the_nearest_and_the_list(plants: Registry[str]) -> None:
    with pytest.raises(UnknownNameError, match=r"Did you mean 'oak'\? Known: fern, oak"):
        plants.load("oka")
