"""The command line. Results on stdout, progress and logs on stderr; exit codes: 0 done, 1 a stage
failed, 2 wrong usage or config.

Commands import what they need when they run, so that `--help` answers at once.
"""

import errno
import json
import signal
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from blindspot import evaluating, exporting, generating, tuning
from blindspot.commands import ConfigFile, Json, Redo, RunPath, Sets, advance, command, show
from blindspot.core.errors import BlindspotError

if TYPE_CHECKING:
    from blindspot.comparison import Comparison


class InOrder(TyperGroup):
    """Lists the commands in the order of the loop, a group among them."""

    def list_commands(self, ctx: Any) -> list[str]:
        names = [name for name in self.commands if name != "generate"]
        at = names.index("train")
        return [*names[:at], "generate", *names[at:]]


app = typer.Typer(
    name="blindspot",
    cls=InOrder,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Find what a large multimodal model cannot do, show it, train on it, measure again.",
)

app.add_typer(generating.app)

_INTERRUPTED = 130
"""What the command-line library makes of Ctrl-C."""

_EVALUATED = "A run (its last evaluation), a round of it (RUN/round-0), or an evaluation's folder."

app.command()(evaluating.run)
app.command()(evaluating.evaluate)


@app.command()
def diagnose(
    run: RunPath,
    reference: Annotated[
        Path | None,
        typer.Option(help="Another model's run on the same samples, to measure the gap to it."),
    ] = None,
    human_labels: Annotated[
        Path | None,
        typer.Option(
            help="A copy of the diagnosis' to_label.csv, filled in: corrects the stage shares."
        ),
    ] = None,
    set_: Sets = None,
    redo: Redo = None,
    as_json: Json = False,
) -> None:
    """Test which slices are reliably below the rest, say where answers break, and set the training
    mixture.

    Examples:

    * `blindspot diagnose runs/mine`
    * `blindspot diagnose runs/mine --reference runs/better`
    * `blindspot diagnose runs/mine --redo diagnosis --set diagnosis.probes.failures=100`
    * `blindspot diagnose runs/mine --redo diagnosis --human-labels labelled.csv`
    """
    from blindspot.options import diagnosis as given
    from blindspot.pairing import locate
    from blindspot.rounds import resume

    other = locate(reference) if reference else None
    work = resume(run, command(), (*given(human_labels), *(set_ or ())), other)
    path = advance(work, "diagnosis", redo)
    diagnosis = work.diagnosed(path)
    if as_json:
        typer.echo(diagnosis.model_dump_json(indent=1))
        return
    from blindspot.diagnosis_tables import verdict

    for part in verdict(diagnosis):
        show(part)
    typer.echo(f"{path / 'diagnosis.json'}")


app.command()(tuning.train)
app.command()(exporting.export)


@app.command()
def report(
    run: RunPath,
    images: Annotated[
        Literal["embedded", "linked"] | None,
        typer.Option(help="linked: a folder beside each page also has its pictures in full size."),
    ] = None,
) -> None:
    """Write the pages of all rounds from their artifacts.

    Examples:

    * `blindspot report runs/mine`
    * `blindspot report runs/mine --images linked`
    """
    from blindspot.locking import locked
    from blindspot.rounds import evaluated, resume

    work = resume(run, command(), (f"report.images={images}",) if images else ())
    with locked(run):
        for folder in evaluated(work.folder):
            work.page(folder.number)
            typer.echo(f"round {folder.number}: {folder.report}")
        work.index()
    typer.echo(f"all rounds: {work.folder.index}")


@app.command()
def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help=_EVALUATED)],
    b: Annotated[Path, typer.Argument(metavar="B", help="The same; differences are B − A.")],
    half: Annotated[
        Literal["held_out", "diagnosis", "both"] | None,
        typer.Option(
            help="Which samples. Training aims at what the diagnosis half showed, so gains are "
            "claimed on held_out: the default where a round after the first takes part. "
            "Otherwise both."
        ),
    ] = None,
    flips: Annotated[
        int, typer.Option(min=0, help="List so many samples each way; --json lists all.")
    ] = 10,
    html: Annotated[
        Path | None,
        typer.Option(
            help="Also write a page, and its numbers beside it as JSON, by the [report] settings "
            "of B's run where B lies in one."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Set two evaluations against each other, sample by sample.

    Examples:

    * `blindspot compare runs/mine/round-0 runs/mine` — what the last round gained
    * `blindspot compare runs/qwen2.5 runs/qwen3 --flips 20` — one model against another
    * `blindspot compare runs/qwen2.5 runs/qwen3 --html compare.html` — with a page to send
    """
    from blindspot.comparison import compare, default_scope
    from blindspot.pairing import locate, read

    first, second = read(locate(a)), read(locate(b))
    found = compare(first, second, half or default_scope(first.side, second.side))
    if html:
        _write_comparison(found, html)
    if as_json:
        typer.echo(found.model_dump_json(indent=1))
        return
    from blindspot import tables

    typer.echo(f"A: {found.a.path}, model {found.a.model[:12]}")
    typer.echo(f"B: {found.b.path}, model {found.b.model[:12]}")
    show(tables.differences(found))
    for line in tables.remarks(found):
        typer.echo(line)
    if flips and (found.lost or found.won):
        show(tables.flips(found, flips))
    if html:
        typer.echo(f"page: {html}")


@app.command()
def validate(config: ConfigFile, set_: Sets = None) -> None:
    """Check everything that can be checked before money or GPU time is spent.

    A line with `ok` is a check that passed, one with `note` is something to know.

    Example: `blindspot validate examples/tiny/config.toml`
    """
    from blindspot.core.advice import Note
    from blindspot.settings import load
    from blindspot.validation import checks

    for line in checks(load(config, tuple(set_ or ()))):
        typer.echo(f"{'note' if isinstance(line, Note) else 'ok'}  {line}")


@app.command()
def doctor(as_json: Json = False) -> None:
    """What this machine can run, and what is missing.

    Example: `blindspot doctor`
    """
    from blindspot.doctor import examine, lines

    found = examine(Path.cwd())
    if as_json:
        typer.echo(json.dumps(found.plain(), indent=1))
        return
    for line in lines(found):
        typer.echo(line)


@app.command("list")
def list_(
    kind: Annotated[
        str | None, typer.Argument(help="benchmarks, backends, families, sources, gates, …")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Where benchmarks lie, one subfolder each.")
    ] = None,
) -> None:
    """What is installed; of benchmarks also their size, licence, judge, and whether their data is
    here.

    Example: `blindspot list benchmarks --data /data/benchmarks`
    """
    from blindspot.validation import benchmark_table, plugins

    if kind == "benchmarks":
        from blindspot.tables import benchmarks

        show(benchmarks(benchmark_table(data)))
        return
    for name, rows in plugins(kind).items():
        typer.echo(name)
        for plugin, line in rows:
            typer.echo(f"  {plugin:<20} {line}")


def main() -> None:
    """Entry point: a user's mistake ends in a sentence and an exit code. A polite kill ends as
    Ctrl-C does, so that servers that were started are stopped.
    """
    _heed_kills()
    try:
        app()
    except BlindspotError as error:
        _fail(str(error), error.exit_code)
    except SystemExit as end:
        if end.code == _INTERRUPTED:
            typer.echo("Stopped. Run the same command again: it continues.", err=True)
        raise
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        _fail(
            f"No space left on the disk of {error.filename}: "
            "make room and run the same command again, it continues.",
            1,
        )


def _write_comparison(found: "Comparison", html: Path) -> None:
    from blindspot.core.run_folder import RunFolder
    from blindspot.settings import load
    from reports.stage import CompareInputs, ReportSettings, run_compare

    plain = found.model_dump(mode="json")
    inputs = CompareInputs(Path(found.a.path), Path(found.b.path), plain, command())
    config = RunFolder(inputs.b.parent.parent).config
    settings = load(config).report if config.is_file() else ReportSettings()
    run_compare(settings, inputs, html)


def _heed_kills() -> None:
    """A polite kill does what Ctrl-C does at that moment: while calls run, asyncio's own handler
    cancels them, where an exception would break into whatever coroutine it hits. Who ignores Ctrl-C
    (a script's background job) goes on ignoring it: blocked, since asyncio takes over no other
    handler than the default.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _interrupted)


def _interrupted(number: int, frame: FrameType | None) -> None:
    handler = signal.getsignal(signal.SIGINT)
    (handler if callable(handler) else signal.default_int_handler)(signal.SIGINT, frame)


def _fail(sentence: str, code: int) -> None:
    typer.echo(f"error: {sentence}", err=True)
    raise SystemExit(code)


if __name__ == "__main__":
    main()
