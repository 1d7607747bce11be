"""`blindspot generate`: make a training set, see what it would cost and how far it is, audit it,
give it to others.

    blindspot generate RUN --budget 20      the same as  blindspot generate make RUN --budget 20
    blindspot generate status RUN

Where the first word is no sub-command it is the run; a run in a folder named `status` is
`./status`.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperGroup

from blindspot.commands import Json, Redo, RunPath, Sets, command, round_of, show
from blindspot.core.errors import UsageError

if TYPE_CHECKING:
    from blindspot.core.run_folder import RunFolder
    from blindspot.core.training_set import TrainingSetArtifact
    from blindspot.rounds import Rounds

_MADE = Annotated[
    Path,
    typer.Argument(metavar="RUN", help="A run (its last training set) or a round: RUN/round-0."),
]
DEFAULT: Final = "make"


class Defaulting(TyperGroup):
    """A group whose sub-command `make` need not be named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        known = {*self.commands, *ctx.help_option_names}
        if args and args[0] not in known:
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    name="generate",
    cls=Defaulting,
    no_args_is_help=True,
    subcommand_metavar="RUN | COMMAND [ARGS]...",
    rich_markup_mode="markdown",
    help="""Make the training set that the diagnosis asks for, and look at it.

    Examples:

    * `blindspot generate runs/mine --dry-run` — what it would make and cost; nothing is spent
    * `blindspot generate runs/mine --budget 20` — make it; the same command continues it
    * `blindspot generate status runs/mine`
    * `blindspot generate audit runs/mine --sample 50`

    `blindspot generate make --help` lists the options of making.""",
)


@app.command(DEFAULT)
def make(
    run: RunPath,
    budget: Annotated[
        float | None,
        typer.Option(
            min=0, help="What it may cost at most, in the currency of the models' prices."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be made and asked, and its cost.")
    ] = False,
    set_: Sets = None,
    redo: Redo = None,
    as_json: Json = False,
) -> None:
    """Make the training set that the diagnosis asks for; the same command continues one that was
    stopped. The word `make` may be left out.

    Examples:

    * `blindspot generate runs/mine`
    * `blindspot generate runs/mine --budget 20 --dry-run`
    * `blindspot generate runs/mine --redo training_set --set generation.max_attempts=20`
    """
    from blindspot.options import generation as given
    from blindspot.rounds import resume

    work = resume(run, command(), (*given(budget), *(set_ or ())))
    if dry_run:
        _foresee(work, redo, as_json)
        return
    path = _made(work, given(budget), redo)
    work.keep()
    _tell(path, as_json)


@app.command()
def status(run: _MADE, as_json: Json = False) -> None:
    """How far a training set is: admitted and rejected per cell, and what was spent. It only reads,
    also while another process generates.

    Example: `blindspot generate status runs/mine`
    """
    from blindspot.generation_tables import standing
    from blindspot.rounds import resume
    from generation.status import begun, status

    folder, number = round_of(run, lambda r: begun(r.training_set))
    config = resume(folder.root).config.generation
    found = status(folder, number, config.budget)
    if as_json:
        typer.echo(found.model_dump_json(indent=1))
        return
    for part in standing(found):
        show(part)


@app.command()
def audit(
    run: _MADE,
    sample: Annotated[int, typer.Option(min=1, help="Candidates on the page.")] = 50,
    out: Annotated[
        Path | None, typer.Option(help="The page; beside the training set if not given.")
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(help="The page's labels.csv, filled in: print what it says; no page."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a page on which a person judges a random sample of candidates, admitted and rejected;
    then say what the labels show.

    Examples:

    * `blindspot generate audit runs/mine --sample 50`
    * `blindspot generate audit runs/mine --labels labels.csv`
    """
    from generation.auditing import audit
    from generation.labels import audited
    from generation.status import begun

    folder, number = round_of(run, lambda r: begun(r.training_set))
    made = _training_set(folder, number)
    if labels is None:
        page = out or made.path.with_name(f"audit-{number}.html")
        count = audit(folder, made, page, sample)
        plain = json.dumps({"page": str(page), "candidates": count})
        typer.echo(plain if as_json else f"{count} candidates: {page}")
        return
    found = audited(made, labels)
    if as_json:
        typer.echo(found.model_dump_json(indent=1))
        return
    from blindspot.generation_tables import judged

    show(judged(found))


def _made(work: "Rounds", budget: list[str], redo: str | None) -> Path:
    """Make or continue it. The budget is kept before anything is spent, so that it holds for
    whoever continues.
    """
    from blindspot.locking import locked
    from blindspot.rounds import resume

    with locked(work.folder.root):
        if budget:
            resume(work.folder.root, command(), tuple(budget)).keep()
        if redo:
            work.redo(redo)
        return work.step("training_set", work.next_round("training_set")).path


def _foresee(work: "Rounds", redo: str | None, as_json: bool) -> None:
    from blindspot.generation_tables import foreseen
    from generation.dry_run import dry_run
    from generation.stage import GenerationInputs

    if redo:
        raise UsageError("--dry-run", "it changes nothing, and --redo deletes", "Give one of them")
    number = work.next_round("training_set")
    here = work.folder.round(number)
    inputs = GenerationInputs(
        folder=work.folder,
        diagnosis=here.diagnosis,
        evaluations=(here.evaluation,),
        policy=work.model(number),
        round=number,
    )
    found = dry_run(work.config.generation, inputs)
    if as_json:
        typer.echo(found.model_dump_json(indent=1))
        return
    for part in foreseen(found):
        show(part)


def _tell(path: Path, as_json: bool) -> None:
    from blindspot.core.training_set import TrainingSetArtifact
    from blindspot.generation_tables import outcome

    made = TrainingSetArtifact(path)
    if as_json:
        typer.echo(made.outcomes().model_dump_json(indent=1))
        return
    for line in outcome(made):
        typer.echo(line)
    typer.echo(f"{path}")


def _training_set(folder: "RunFolder", number: int) -> "TrainingSetArtifact":
    from blindspot.core.training_set import TrainingSetArtifact

    return TrainingSetArtifact(folder.round(number).training_set)
