"""What commands share: the arguments that several take, and how they print."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.table import Table
    from rich.text import Text

    from blindspot.core.run_folder import RoundFolder, RunFolder
    from blindspot.rounds import Rounds

ConfigFile = Annotated[Path, typer.Argument(help="A TOML config, e.g. examples/tiny/config.toml.")]
RunPath = Annotated[
    Path, typer.Argument(metavar="RUN", help="The folder of a run, e.g. runs/tiny.")
]
Sets = Annotated[
    list[str] | None, typer.Option("--set", help="Change an option: section.option=value.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Redo = Annotated[
    str | None,
    typer.Option(
        help="Delete what this stage made, and all that came of it, and make it again: "
        "evaluation, diagnosis, training_set, checkpoint or acceptance."
    ),
]


def advance(work: "Rounds", stage: str, redo: str | None) -> Path:
    """One stage of the next round that lacks it, or what stands there already; the config is kept
    once it was found to fit.
    """
    from blindspot.locking import locked

    with locked(work.folder.root):
        if redo:
            work.redo(redo)
        path = work.step(stage, work.next_round(stage)).path
        work.keep()
    return path


def round_of(run: Path, has: "Callable[[RoundFolder], bool]") -> "tuple[RunFolder, int]":
    """The round that a path names (RUN/round-N), or the last one of a run that `has` it; round 0
    where none does.
    """
    from blindspot.core.run_folder import RunFolder

    name = run.resolve().name
    if name.startswith("round-") and name.removeprefix("round-").isdigit():
        return RunFolder(run.resolve().parent), int(name.removeprefix("round-"))
    folder = RunFolder(run)
    return folder, max((r.number for r in folder.rounds() if has(r)), default=0)


def show(part: "Table | Text") -> None:
    """Print to a terminal, or 140 columns wide to anything else."""
    from rich.console import Console

    Console(width=None if sys.stdout.isatty() else 140).print(part)


def command() -> str:
    """The command as it was given."""
    return "blindspot " + shlex.join(sys.argv[1:])
