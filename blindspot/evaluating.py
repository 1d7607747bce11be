"""`blindspot run` and `blindspot evaluate`: the whole loop, and its first stage alone. They begin a
run's folder; all other commands take one up.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blindspot.commands import ConfigFile, Json, Redo, Sets, advance, command, show
from blindspot.core.errors import UsageError

if TYPE_CHECKING:
    from blindspot.core.evaluation import Metrics
    from blindspot.rounds import Rounds

_Out = Annotated[Path | None, typer.Option(help="The run's folder; runs/NAME if not given.")]
_Model = Annotated[
    str | None, typer.Option(help="A Hugging Face folder or hub name, or a server's model id.")
]
_Backend = Annotated[str | None, typer.Option(help="How to ask it: blindspot list backends.")]
_BaseUrls = Annotated[
    list[str] | None, typer.Option(help="An endpoint ending in /v1; may be given repeatedly.")
]
_Benchmarks = Annotated[
    list[str] | None,
    typer.Option(help="mmmu, task:ai2d, questions.parquet, mine.py; may be repeated."),
]
_Data = Annotated[
    Path | None, typer.Option(help="A folder with one subfolder per benchmark, for offline use.")
]
_Limit = Annotated[int | None, typer.Option(min=1, help="A fixed random subset of each benchmark.")]
_Executor = Annotated[
    str | None,
    typer.Option(help="local; or ray: a model in this process on all GPUs of a cluster."),
]
_MinCoverage = Annotated[
    float | None, typer.Option(min=0, max=1, help="Fail with a smaller share answered.")
]


def run(
    config: ConfigFile,
    rounds: Annotated[int | None, typer.Option(min=1, help="Turns of the loop.")] = None,
    out: _Out = None,
    set_: Sets = None,
    redo: Redo = None,
    as_json: Json = False,
) -> None:
    """The whole loop; the same command continues a run that was stopped.

    Only this command asks the monitors, after each evaluation; they may end it.

    Example: `blindspot run examples/tiny/config.toml --rounds 2 --out runs/tiny`
    """
    from blindspot.locking import locked
    from blindspot.rounds import evaluated

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


def evaluate(
    config: Annotated[Path | None, typer.Argument(help="A TOML config; or use --model.")] = None,
    model: _Model = None,
    backend: _Backend = None,
    base_url: _BaseUrls = None,
    suite: Annotated[str | None, typer.Option(help="eleven, or a TOML file.")] = None,
    benchmark: _Benchmarks = None,
    data: _Data = None,
    limit: _Limit = None,
    repeats: Annotated[int | None, typer.Option(min=1, help="Answers per sample.")] = None,
    min_coverage: _MinCoverage = None,
    executor: _Executor = None,
    regrade: Annotated[
        bool, typer.Option(help="Grade the stored completions again; no model is asked.")
    ] = False,
    out: _Out = None,
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
        model, backend, base_url, suite, benchmark, data, limit, repeats, min_coverage, executor
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


def _regrade(work: "Rounds") -> None:
    from blindspot.locking import locked

    with locked(work.folder.root):
        work.regrade()
        work.keep()


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
