"""The command line. Results on stdout, progress and logs on stderr; exit codes: 0 done, 1 a stage
failed, 2 wrong usage or config.

Commands import what they need when they run, so that `--help` answers at once.
"""

import errno
import json
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from blindspot import generating, tuning
from blindspot.commands import Json, Redo, RunPath, Sets, advance, command, show
from blindspot.core.errors import BlindspotError, UsageError

if TYPE_CHECKING:
    from blindspot.comparison import Comparison
    from blindspot.core.evaluation import Metrics
    from blindspot.rounds import Rounds


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

ConfigFile = Annotated[Path, typer.Argument(help="A TOML config, e.g. examples/tiny/config.toml.")]
Out = Annotated[Path | None, typer.Option(help="The run's folder; runs/<name> if not given.")]

_INTERRUPTED = 130
"""What the command-line library makes of Ctrl-C."""

_EVALUATED = "A run (its last evaluation), a round of it (RUN/round-0), or an evaluation's folder."


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

    show(held_out(evaluated(work.folder)))
    for folder in work.folder.rounds():
        typer.echo(f"round {folder.number}: {folder.report}")
    typer.echo(f"all rounds: {work.folder.index}")


@app.command()
def evaluate(
    config: Annotated[Path | None, typer.Argument(help="A TOML config; or use --model.")] = None,
    model: Annotated[
        str | None, typer.Option(help="A Hugging Face folder or hub name, or a server's model id.")
    ] = None,
    backend: Annotated[
        str | None, typer.Option(help="How to ask it: blindspot list backends.")
    ] = None,
    base_url: Annotated[
        list[str] | None, typer.Option(help="An endpoint ending in /v1; may be given repeatedly.")
    ] = None,
    suite: Annotated[str | None, typer.Option(help="eleven, or a TOML file.")] = None,
    benchmark: Annotated[
        list[str] | None,
        typer.Option(help="mmmu, task:ai2d, questions.parquet, mine.py; may be repeated."),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="A folder with one subfolder per benchmark, for offline use."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="A fixed random subset of each benchmark.")
    ] = None,
    repeats: Annotated[int | None, typer.Option(min=1, help="Answers per sample.")] = None,
    min_coverage: Annotated[
        float | None, typer.Option(min=0, max=1, help="Fail with a smaller share answered.")
    ] = None,
    regrade: Annotated[
        bool, typer.Option(help="Grade the stored completions again; no model is asked.")
    ] = False,
    out: Out = None,
    set_: Sets = None,
    redo: Redo = None,
    as_json: Json = False,
) -> None:
    """Ask every sample of the suite and publish the evaluation; the same command continues one that
    was stopped.

    Examples:

    * `blindspot evaluate --model Qwen/Qwen2.5-VL-7B-Instruct --suite eleven --out runs/q`
    * `blindspot evaluate --model qwen --base-url http://localhost:8000/v1 --benchmark pope`
    * `blindspot evaluate examples/tiny/config.toml --set evaluation.sampling.max_tokens=32`
    * `blindspot evaluate --out runs/q --regrade`
    """
    from blindspot.options import evaluation
    from blindspot.rounds import evaluated

    given = evaluation(
        model, backend, base_url, suite, benchmark, data, limit, repeats, min_coverage
    )
    root, work = _begin(config, out, [*given, *(set_ or ())])
    if regrade:
        _regrade(work)
    else:
        advance(work, "evaluation", redo)
    if as_json:
        _print_json(work)
        return
    from blindspot.tables import own_metrics, standing

    metrics = _metrics(evaluated(work.folder)[-1].evaluation)
    show(own_metrics(metrics))
    for line in standing(metrics):
        typer.echo(line)
    typer.echo(f"run: {root}")


@app.command()
def diagnose(
    run: RunPath,
    reference: Annotated[
        Path | None,
        typer.Option(help="Another model's run on the same samples, to measure the gap to it."),
    ] = None,
    human_labels: Annotated[
        Path | None,
        typer.Option(help="The diagnosis' to_label.csv, filled in: corrects the stage shares."),
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
    work.keep()
    diagnosis = work.diagnosed(path)
    if as_json:
        typer.echo(diagnosis.model_dump_json(indent=1))
        return
    from blindspot.diagnosis_tables import verdict

    for part in verdict(diagnosis):
        show(part)
    typer.echo(f"{path / 'diagnosis.json'}")


app.command()(tuning.train)


@app.command()
def report(run: RunPath) -> None:
    """Write the pages of all rounds from their artifacts.

    Example: `blindspot report runs/mine`
    """
    from blindspot.rounds import evaluated, locked, resume

    work = resume(run, command())
    with locked(run):
        for folder in evaluated(work.folder):
            work.report(folder.number)
            typer.echo(f"round {folder.number}: {folder.report}")
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
        Path | None, typer.Option(help="Also write a page, and its numbers beside it as JSON.")
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

    Example: `blindspot validate examples/tiny/config.toml`
    """
    from blindspot.settings import load
    from blindspot.validation import checks

    for line in checks(load(config, tuple(set_ or ()))):
        typer.echo(f"ok  {line}")


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
    signal.signal(signal.SIGTERM, signal.default_int_handler)
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


def _begin(config: Path | None, out: Path | None, overrides: list[str]) -> "tuple[Path, Rounds]":
    """A new run, or the one in `out` where neither a config nor a model is given."""
    from blindspot.rounds import begin
    from blindspot.settings import load

    begun = out / "config.toml" if out else None
    asks_whom = any(override.startswith("model.") for override in overrides)
    if config is None and begun is not None and begun.is_file() and not asks_whom:
        config = begun
    if config is None and not asks_whom:
        raise UsageError(
            "blindspot evaluate",
            "neither a config nor a model was given",
            "Give a config file, or --model MODEL --suite eleven",
        )
    settings = load(config, tuple(overrides))
    root = out or Path("runs") / settings.name
    return root, begin(settings, root, command())


def _write_comparison(found: "Comparison", html: Path) -> None:
    from reports.stage import CompareInputs, ReportSettings, run_compare

    plain = found.model_dump(mode="json")
    inputs = CompareInputs(Path(found.a.path), Path(found.b.path), plain, command())
    run_compare(ReportSettings(), inputs, html)


def _regrade(work: "Rounds") -> None:
    from blindspot.rounds import locked

    with locked(work.folder.root):
        work.regrade()


def _print_json(work: "Rounds") -> None:
    from blindspot.rounds import evaluated

    rounds = [
        {"round": r.number, "metrics": _metrics(r.evaluation).model_dump(mode="json")}
        for r in evaluated(work.folder)
    ]
    typer.echo(json.dumps({"run": str(work.folder.root), "rounds": rounds}, indent=1))


def _metrics(evaluation: Path) -> "Metrics":
    from blindspot.core.evaluation import Evaluation

    return Evaluation(evaluation).metrics()


def _fail(sentence: str, code: int) -> None:
    typer.echo(f"error: {sentence}", err=True)
    raise SystemExit(code)


if __name__ == "__main__":
    main()
