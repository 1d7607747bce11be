"""A user's own code as a plugin: what is imported, what is said of mistakes, what is left."""

import sys
from pathlib import Path

import pytest

from blindspot.core import own_code
from blindspot.core.errors import ConfigError
from blindspot.core.own_code import Kind, digest, plugin

GAME = Kind(
    name="game",
    called="The game",
    parts="play",
    methods=("play",),
    contract="games/game.py",
    option="Give a .py file",
)
RIGHT = "class Game:\n    def play(self): return 7\n\nPLUGIN = Game()\n"


def left() -> list[str]:
    """Modules of games that are imported, whole or half."""
    return [name for name in sys.modules if name.startswith("blindspot_game_")]


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins without imported games, and leaves none."""
    for name in left():
        monkeypatch.delitem(sys.modules, name)


def test_a_file_is_imported_once_per_content(tmp_path: Path) -> None:
    file = tmp_path / "game.py"
    file.write_text(RIGHT)
    first = plugin(file, GAME)
    assert first.play() == 7
    assert plugin(file, GAME) is first
    before = digest(file)
    file.write_text(RIGHT.replace("7", "8"))
    assert (plugin(file, GAME).play(), digest(file) == before) == (8, False)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", r"no PLUGIN.*End it with PLUGIN = …, an object with play"),
        ("PLUGIN = None", "no PLUGIN"),
        (RIGHT.replace("Game()", "Game"), r"its PLUGIN is a class.*PLUGIN = Game\(\)"),
        (RIGHT.replace("play", "plays"), r"no method 'play'.*games/game\.py"),
        ("\n1 / 0", r"ZeroDivisionError on line 2 when"),
        ("\n\ndef", r"SyntaxError on line 3 when"),
        ("import sys\nsys.exit(0)", r"SystemExit on line 2 when it was imported \(0\)"),
    ],
)
def test_mistakes_are_named_with_their_line(tmp_path: Path, code: str, said: str) -> None:
    file = tmp_path / "game.py"
    file.write_text(code)
    with pytest.raises(ConfigError, match=said):
        plugin(file, GAME)
    assert bool(left()) == ("Error" not in said and "Exit" not in said), "none half imported"


@pytest.mark.parametrize("raised", ["KeyboardInterrupt()", "SystemExit(0)", "ValueError('x')"])
def test_a_folder_that_failed_leaves_none_of_its_modules(tmp_path: Path, raised: str) -> None:
    (tmp_path / "words.py").write_text("WORD = 1\n")
    (tmp_path / "__init__.py").write_text(f"from .words import WORD\nraise {raised}\n")
    wanted = KeyboardInterrupt if "Keyboard" in raised else ConfigError
    with pytest.raises(wanted):
        plugin(tmp_path, GAME)
    assert left() == []


def test_an_error_in_a_folder_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "words.py").write_text("\nWORD = 1 / 0\n")
    (tmp_path / "__init__.py").write_text("from .words import WORD\n" + RIGHT)
    with pytest.raises(ConfigError, match=r"ZeroDivisionError on line 2 of words\.py"):
        plugin(tmp_path, GAME)
    (tmp_path / "words.py").write_text("\n\ndef")
    with pytest.raises(ConfigError, match=r"SyntaxError on line 3 of words\.py"):
        plugin(tmp_path, GAME)


def test_an_error_of_other_code_has_the_line_that_called_it(tmp_path: Path) -> None:
    file = tmp_path / "game.py"
    file.write_text("import json\n\njson.loads('{')\n")
    with pytest.raises(ConfigError, match="JSONDecodeError on line 3 when"):
        plugin(file, GAME)


def test_what_is_no_code_is_refused(tmp_path: Path) -> None:
    (tmp_path / "game.txt").write_text(RIGHT)
    for path, why in (("none.py", "no such file"), ("game.txt", "no Python file"), (".", "folder")):
        with pytest.raises(ConfigError, match=rf"{why}.*Give a \.py file"):
            own_code.plugin(tmp_path / path, GAME)
