"""The command line. Results on stdout, progress and logs on stderr; exit codes: 0 done, 1 a stage
failed, 2 wrong usage or config.

Commands import what they need when they run, so that `--help` answers at once.
"""

import errno
import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blindspot.core.errors import BlindspotError

if TYPE_CHECKING:
    from rich.table import Table

    from blindspot.rounds import Rounds

app = typer.Typer(
    name="blindspot",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Find what a large multimodal model cannot do, show it, train on it, measure again.",
)

ConfigFile = Annotated[Path, typer.Argument(help="A TOML config, e.g. examples/tiny/config.toml.")]
RunPath = Annotated[
    Path, typer.Argument(metavar="RUN", help="The folder of a run, e.g. runs/tiny.")
]
Out = Annotated[Path | None, typer.Option(help="The run's folder; runs/<name> if not given.")]
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


@app.command()
def run(
    config: ConfigFile,
    rounds: Annotated[int | None, typer.Option(min=1, help="Turns of the loop.")] = None,
    out: Out = None,
    set_: Sets = None,
    redo: Redo = None,
    as_json: Json = False,
) -> None:
    """The whole loop; the same command continues a run that was stopped.

    Example: `blindspot run examples/tiny/config.toml --rounds 2 --out runs/tiny`
    """
    from blindspot.rounds import evaluated, locked

    overrides = [*(set_ or ()), *([f"rounds={rounds}"] if rounds else [])]
    root, work = _begin(config, out, overrides)
    with locked(root):
        if redo:
            work.redo(redo)
        work.run()
    if as_json:
        _print_json(work)
        return
    from blindspot.tables import held_out

    _print(held_out(evaluated(work.folder)))
    for folder in work.folder.rounds():
        typer.echo(f"round {folder.number}: {folder.report}")
    typer.echo(f"all rounds: {work.folder.index}")


@app.command()
def evaluate(
    config: ConfigFile,
    out: Out = None,
    set_: Sets = None,
    redo: Redo = None,
    as_json: Json = False,
) -> None:
    """Ask every sample of the suite and publish the evaluation.

    Example: `blindspot evaluate examples/tiny/config.toml --out runs/mine --set
    evaluation.limit=200`
    """
    from blindspot.rounds import evaluated

    root, work = _begin(config, out, set_ or [])
    _stage(work, "evaluation", redo)
    if as_json:
        _print_json(work)
        return
    from blindspot.tables import held_out

    _print(held_out(evaluated(work.folder)))
    typer.echo(f"run: {root}")


@app.command()
def diagnose(run: RunPath, redo: Redo = None, as_json: Json = False) -> None:
    """Test which slices are reliably below the rest, and set the training mixture.

    Example: `blindspot diagnose runs/mine`
    """
    from blindspot.core.diagnosis import DiagnosisArtifact
    from blindspot.rounds import resume

    work = resume(run, _command())
    path = _stage(work, "diagnosis", redo)
    diagnosis = DiagnosisArtifact(path).diagnosis()
    if as_json:
        typer.echo(diagnosis.model_dump_json(indent=1))
        return
    from blindspot.tables import verdict

    _print(verdict(diagnosis))
    typer.echo(diagnosis.mixture_note)
    typer.echo(f"{path / 'diagnosis.json'}")


@app.command()
def generate(run: RunPath, redo: Redo = None) -> None:
    """Make the training set that the diagnosis asks for.

    Example: `blindspot generate runs/mine`
    """
    from blindspot.core.training_set import TrainingSetArtifact
    from blindspot.rounds import resume

    path = _stage(resume(run, _command()), "training_set", redo)
    cells = TrainingSetArtifact(path).outcomes().cells
    short = [c for c in cells if c.admitted < c.quota]
    typer.echo(
        f"{sum(c.admitted for c in cells)} of {sum(c.quota for c in cells)} samples admitted"
    )
    for cell in short:
        typer.echo(
            f"open: {cell.split} {cell.name}: {cell.admitted}/{cell.quota}, {cell.open_because}"
        )
    typer.echo(f"{path}")


@app.command()
def train(run: RunPath, redo: Redo = None) -> None:
    """Train on the training set and write a checkpoint that any server loads.

    Example: `blindspot train runs/mine`
    """
    from blindspot.rounds import resume

    typer.echo(f"{_stage(resume(run, _command()), 'checkpoint', redo)}")


@app.command()
def report(run: RunPath) -> None:
    """Write the pages of all rounds from their artifacts.

    Example: `blindspot report runs/mine`
    """
    from blindspot.rounds import evaluated, locked, resume

    work = resume(run, _command())
    with locked(run):
        for folder in evaluated(work.folder):
            work.report(folder.number)
            typer.echo(f"round {folder.number}: {folder.report}")
    typer.echo(f"all rounds: {work.folder.index}")


@app.command()
def validate(config: ConfigFile, set_: Sets = None) -> None:
    """Check everything that can be checked before money or GPU time is spent.

    Example: `blindspot validate examples/tiny/config.toml`
    """
    from blindspot.settings import load
    from blindspot.validation import checks

    for line in checks(load(config, tuple(set_ or ()))):
        typer.echo(f"ok  {line}")


@app.command("list")
def list_(
    kind: Annotated[
        str | None, typer.Argument(help="backends, families, sources, gates, …")
    ] = None,
) -> None:
    """What is installed.

    Example: `blindspot list families`
    """
    from blindspot.validation import plugins

    for name, rows in plugins(kind).items():
        typer.echo(name)
        for plugin, line in rows:
            typer.echo(f"  {plugin:<20} {line}")


def main() -> None:
    """Entry point: a user's mistake ends in a sentence and an exit code."""
    try:
        app()
    except BlindspotError as error:
        _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        _fail("Stopped. Run the same command again: it continues.", 130)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        _fail(
            f"No space left on the disk of {error.filename}: "
            "make room and run the same command again, it continues.",
            1,
        )


def _begin(config: Path, out: Path | None, overrides: list[str]) -> "tuple[Path, Rounds]":
    from blindspot.rounds import begin
    from blindspot.settings import load

    settings = load(config, tuple(overrides))
    root = out or Path("runs") / settings.name
    return root, begin(settings, root, _command())


def _stage(work: "Rounds", stage: str, redo: str | None) -> Path:
    from blindspot.rounds import locked

    with locked(work.folder.root):
        if redo:
            work.redo(redo)
        return work.advance(stage, work.next_round(stage)).path


def _print(table: "Table") -> None:
    from rich.console import Console

    Console(width=None if sys.stdout.isatty() else 140).print(table)


def _print_json(work: "Rounds") -> None:
    from blindspot.core.evaluation import Evaluation
    from blindspot.rounds import evaluated

    rounds = [
        {"round": r.number, "metrics": Evaluation(r.evaluation).metrics().model_dump(mode="json")}
        for r in evaluated(work.folder)
    ]
    typer.echo(json.dumps({"run": str(work.folder.root), "rounds": rounds}, indent=1))


def _command() -> str:
    return "blindspot " + shlex.join(sys.argv[1:])


def _fail(sentence: str, code: int) -> None:
    typer.echo(f"error: {sentence}", err=True)
    raise SystemExit(code)


if __name__ == "__main__":
    main()
