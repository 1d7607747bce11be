"""Every command on the pages is given: as it stands on a small run where that takes seconds, and
otherwise as far as this machine goes, for the reason that a table here states.
"""

import contextlib
import importlib
import inspect
import io
import re
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from blindspot import cli, settings
from docs.pages import OTHERS, PROGRAMS, ROOT, Command, commands, fences, page, pages

pytestmark = pytest.mark.timeout(900)
"""The first test makes the run that all use, on a busy machine in minutes."""

HUB = "asks a hub for a checkpoint or benchmarks, or sends it one"
ENDPOINT = "asks an endpoint"
GPU = "takes a GPU"
VLLM = "starts vLLM, which takes an environment of its own"
OWN_PLUGIN = "takes the package of docs/extending.md; test_extending.py trains with it"
MINUTES = "takes minutes; tests/examples runs it smaller"

READ_ONLY: dict[str, str] = {
    "evaluate --model Qwen/Qwen2.5-VL-7B-Instruct": HUB,
    "evaluate --model qwen --base-url": ENDPOINT,
    "evaluate --model trained-elsewhere": HUB,
    "evaluate examples/qwen": VLLM,
    "validate examples/qwen": VLLM,
    "train runs/q --preset one-gpu-lora": GPU,
    "export runs/q --format checkpoint": HUB,
    "run examples/": MINUTES,
    "train runs/q --optimiser sft_adafactor": OWN_PLUGIN,
}
"""By how a command begins, why it is not given: its words and its config are read instead."""

SMALL_TRAINING = ("--set", "training.steps=1", "--set", "training.save_every=1")
MENDED: dict[str, tuple[str, ...]] = {
    "evaluate --model examples/tiny/model": ("--limit", "8"),
    "diagnose runs/q --redo diagnosis --set diagnosis.probes": (
        *("--set", "diagnosis.probes.failures=4"),
        *("--set", "diagnosis.probes.names=['again']"),
    ),
    "train": SMALL_TRAINING,
    "run mine.toml": ("--rounds", "1"),
    "generate runs/q --redo": ("--set", "generation.canary=2"),
}
"""By how a command begins, what makes it small."""

STAGE: dict[str, str] = {
    "diagnose runs/q --redo": "diagnosed",
    "diagnose": "evaluated",
    "generate status": "generated",
    "generate audit": "generated",
    "export": "trained",
    "generate runs/q --redo": "generated",
    "generate": "diagnosed",
    "train runs/q --optimiser": "trained",
    "train": "generated",
    "evaluate --out": "evaluated",
}
"""By how a command begins, how far the run is that it is given for; otherwise to its end."""

OWN = ("docs/tutorial.md",)
"""Pages whose commands are one story, given in order."""
REFUSED = "blindspot diagnose runs/tutorial --set diagnosis.budget=240"
"""The one that the tutorial says is refused."""


def _all(program: str, *, fenced: bool | None = None) -> list[Any]:
    """Every command of a program, once, with the page as its id."""
    found: dict[str, Any] = {}
    for here in pages():
        for command in commands(here):
            told = here.name in OWN and program == "blindspot" and fenced
            if command.words[0] == program and fenced in (None, command.fenced) and not told:
                found.setdefault(str(command), pytest.param(command, id=f"{here.name}: {command}"))
    return list(found.values())


def test_the_tutorial_works_from_its_first_command_to_its_last(tutorial) -> None:
    world, said = tutorial
    assert len(said) > 15
    for line, came in said.items():
        wanted = 2 if line == REFUSED else 0
        assert came.code == wanted, f"{line}\n{came.out}\n{came.err}"
    assert "--redo diagnosis" in said[REFUSED].err
    assert (world.root / "compare.html").is_file()
    assert (world.root / "runs" / "tutorial" / "index.html").is_file()


@pytest.mark.parametrize("command", _all("blindspot", fenced=True))
def test_commands_do_what_they_say(command: Command, world) -> None:
    line = " ".join(command.words[1:])
    if reason := _beginning(line, READ_ONLY, ""):
        _read(command, reason)
        return
    for name in _runs(command):
        world.put(_beginning(line, STAGE, "finished"), name)
    came = world.run(*command.words[1:], *_beginning(line, MENDED, ()))
    assert came.code == 0, f"{command}\n{came.out}\n{came.err}"


@pytest.mark.parametrize("command", _all("blindspot", fenced=False))
def test_commands_in_prose_exist(command: Command) -> None:
    _walk(command.words[1:], whole=False)


@pytest.mark.parametrize("command", _all("accelerate"))
def test_launched_commands_exist(command: Command) -> None:
    words = command.words
    if len(words) < 3:
        return
    file = words[words.index("--config_file") + 1]
    assert (ROOT / file).is_file()
    module = words.index("-m")
    assert words[module + 1] == "blindspot.cli"
    _walk(words[module + 2 :], whole=True)


@pytest.mark.parametrize("command", _all("make"))
def test_make_targets_exist(command: Command) -> None:
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert command.words[1] in targets


@pytest.mark.parametrize("command", _all("python"))
def test_benches_and_scripts_take_their_arguments(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arguments are read in order, so that `--help` behind them answers only if all are known."""
    option, *rest = command.words[1:]
    monkeypatch.setattr(sys, "argv", [option, *(rest[1:] if option == "-m" else rest), "--help"])
    if option == "-m" and rest[0].startswith("docs."):
        assert callable(importlib.import_module(rest[0]).main)
        assert len(rest) == 1
        return
    monkeypatch.syspath_prepend(str((ROOT / option).parent))
    with contextlib.redirect_stdout(io.StringIO()), pytest.raises(SystemExit) as end:
        _begin(option, rest)
    assert end.value.code == 0


def _begin(option: str, rest: list[str]) -> None:
    if option == "-m":
        importlib.import_module(rest[0]).main()
    else:
        runpy.run_path(str(ROOT / option), run_name="__main__")


def test_no_command_is_unknown() -> None:
    """Every line of a fence is a command of a known program, or is no command."""
    drawn = re.compile(r"[→│]|^\s*$|^#|^[\w-]+/$")
    for here in pages():
        lines = [text.replace("\\\n", " ") for language, text in fences(here) if not language]
        for line in "".join(lines).splitlines():
            known = line.split(" ")[0] in (*PROGRAMS, *OTHERS)
            assert known or drawn.search(line), f"{here.name}: {line}"


def test_the_table_of_the_readme_has_every_command() -> None:
    rows = re.findall(r"^\| `blindspot ([\w-]+)", page("README.md").text, re.MULTILINE)
    assert sorted(rows) == sorted(typer.main.get_command(cli.app).commands)  # pyright: ignore


def test_every_exception_is_needed() -> None:
    lines = [" ".join(p.values[0].words[1:]) for p in _all("blindspot", fenced=True)]
    for start in (*READ_ONLY, *MENDED, *STAGE):
        assert any(line.startswith(start) for line in lines), start


def _runs(command: Command) -> list[str]:
    """Names of the runs that must be there."""
    named = [word.split("/")[1] for word in command.words if re.match(r"runs/[\w.-]+", word)]
    made = ["mine"] if "mine.toml" in command.words else []
    return made if "--model" in command.words else [*named, *made]


def _read(command: Command, reason: str) -> None:
    """The words are known, and what they say of the config holds."""
    assert reason
    context, given = _walk(command.words[1:], whole=True)
    if context.info_name == "export":
        return
    sets = tuple(given.get("set_") or ())
    config = given.get("config")
    if context.info_name == "evaluate":
        from blindspot.options import evaluation

        named = {"base_urls": "base_url", "benchmarks": "benchmark"}
        asked = inspect.signature(evaluation).parameters
        sets = (*evaluation(**{name: given[named.get(name, name)] for name in asked}), *sets)
    if context.info_name != "train":
        settings.load(ROOT / config if config else None, sets)


def _walk(words: tuple[str, ...], *, whole: bool) -> tuple[Any, dict[str, Any]]:
    """Find the command, and read its words; of one that stands in prose only that its options
    exist.
    """
    command: Any = typer.main.get_command(cli.app)
    rest, parent = list(words), None
    while hasattr(command, "commands") and rest:
        if rest[0] not in command.commands and command.name == "generate":
            rest = ["make", *rest]
        assert rest[0] in command.commands, words
        command, rest = command.commands[rest[0]], rest[1:]
    if whole:
        context = command.make_context(command.name, rest, parent=parent)
        return context, context.params
    known = {opt for p in command.params for opt in (*p.opts, *p.secondary_opts)} | {"--help"}
    assert {w for w in rest if w.startswith("--")} <= known, words
    return None, {}


def _beginning(line: str, table: dict[str, Any], otherwise: Any) -> Any:
    """What a table says of a command that begins so."""
    return next((found for start, found in table.items() if line.startswith(start)), otherwise)


@pytest.fixture(autouse=True)
def _nothing_exported(request: pytest.FixtureRequest) -> Iterator[None]:
    """Folders that must not exist yet do not."""
    yield
    if "world" in request.fixturenames:
        import shutil

        root: Path = request.getfixturevalue("world").root
        for folder in (*root.glob("exported*"), root / "runs" / "dots"):
            shutil.rmtree(folder, ignore_errors=True)
