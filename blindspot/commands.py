"""What commands share: the arguments that several take, and how they print."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from blindspot.rounds import Rounds

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
        "evaluation, diagnosis, training_set or checkpoint."
    ),
]


def advance(work: "Rounds", stage: str, redo: str | None) -> Path:
    """One stage of the next round that lacks it, or what stands there already."""
    from blindspot.rounds import locked

    with locked(work.folder.root):
        if redo:
            work.redo(redo)
        return work.advance(stage, work.next_round(stage)).path


def show(part: "Table | Text") -> None:
    """Print to a terminal, or 140 columns wide to anything else."""
    from rich.console import Console

    Console(width=None if sys.stdout.isatty() else 140).print(part)


def command() -> str:
    """The command as it was given."""
    return "blindspot " + shlex.join(sys.argv[1:])
