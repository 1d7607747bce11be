"""A model's code in a file or folder of the user's: what is loaded, digested and refused."""

import asyncio
from pathlib import Path

import pytest

from blindspot.core.errors import ConfigError
from blindspot.core.images import ImageStore
from blindspot.core.model import ModelSettings, Request, fingerprint, open_model
from blindspot.core.records import Completion

ECHO = """
from {where} import SUFFIX
from blindspot.core.records import Completion

class Echo:
    fingerprint, chunk, concurrency = "echo", 4, 1

    async def generate(self, requests):
        return [Completion(text=request.prompt + SUFFIX) for request in requests]

    async def abilities(self):
        return {{}}

    async def rest(self):
        pass

class Plugin:
    def check(self, settings):
        pass

    def fingerprint(self, settings):
        return settings.model

    def open(self, settings, images):
        return Echo()

PLUGIN = Plugin()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "echo"
    made.mkdir()
    (made / "__init__.py").write_text(ECHO.format(where=".words"))
    (made / "words.py").write_text('SUFFIX = "!"\n')
    return made


def settings(path: Path, model: str = "one") -> ModelSettings:
    return ModelSettings(backend="python_file", checkpoint=str(path), model=model)


def test_a_folder_answers_with_a_module_of_its_own(folder: Path, tmp_path: Path) -> None:
    model = open_model(settings(folder), ImageStore(tmp_path))
    assert asyncio.run(model.generate([Request(prompt="so")])) == [Completion(text="so!")]
    assert model.fingerprint == fingerprint(settings(folder))
    assert (model.chunk, model.concurrency) == (4, 1)
    assert asyncio.run(model.abilities()) == {}


def test_a_change_of_any_file_or_of_the_name_is_another_model(folder: Path, tmp_path: Path) -> None:
    before = fingerprint(settings(folder))
    assert before == fingerprint(settings(folder))
    assert before != fingerprint(settings(folder, "two"))
    (folder / "words.py").write_text('SUFFIX = "?"\n')
    assert before != fingerprint(settings(folder))
    model = open_model(settings(folder), ImageStore(tmp_path))
    assert asyncio.run(model.generate([Request(prompt="so")])) == [Completion(text="so?")]


def test_a_copy_elsewhere_is_the_same_model(folder: Path, tmp_path: Path) -> None:
    before = fingerprint(settings(folder))
    assert fingerprint(settings(folder.rename(tmp_path / "elsewhere"))) == before


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", "it has no PLUGIN"),
        ("class PLUGIN: pass", "its PLUGIN is a class"),
        ("PLUGIN = object()", "no method 'check'"),
        ("class PLUGIN: check = fingerprint = open = print", "its PLUGIN is a class"),
        ("raise SystemExit(0)", "SystemExit on line 1"),
        ("1 / 0", "ZeroDivisionError"),
        ("def", "SyntaxError"),
    ],
)
def test_what_is_no_model_is_refused(code: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(code)
    with pytest.raises(ConfigError, match=said):
        fingerprint(settings(file))


def test_a_path_without_code_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no code")
    for path in (tmp_path / "missing.py", tmp_path / "notes.txt", tmp_path):
        with pytest.raises(ConfigError, match=r"Give a \.py file"):
            fingerprint(settings(path))
