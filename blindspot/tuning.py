"""`blindspot train`: one training and the round's gate, on one process or several."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blindspot.commands import Json, Redo, RunPath, Sets, command, show

if TYPE_CHECKING:
    from blindspot.core.acceptance import Acceptance
    from blindspot.rounds import Rounds


def train(
    run: RunPath,
    optimiser: Annotated[
        str | None, typer.Option(help="grpo, sft or dpo: blindspot list optimisers.")
    ] = None,
    lora: Annotated[
        bool | None, typer.Option("--lora/--no-lora", help="Train adapters, merged at the end.")
    ] = None,
    preset: Annotated[
        str | None, typer.Option(help="tiny-cpu, one-gpu-lora, eight-gpu-full or multi-node.")
    ] = None,
    set_: Sets = None,
    redo: Redo = None,
    as_json: Json = False,
) -> None:
    """Train on the training set, write a checkpoint that any server loads, and say whether what was
    strong has held; the same command continues a training that was stopped.

    Examples:

    * `blindspot train runs/mine`
    * `blindspot train runs/mine --optimiser sft --lora --redo checkpoint`
    * `blindspot train runs/mine --preset one-gpu-lora --set training.steps=20`
    * `accelerate launch --num_processes 8 -m blindspot.cli train runs/mine --preset eight-gpu-full`
    """
    from blindspot.options import training as given
    from blindspot.rounds import resume

    overrides = (*given(optimiser, lora, preset), *(set_ or ()))
    found = _trained(resume(run, command(), overrides), redo)
    if found is None:
        return
    path, verdict = found
    if as_json:
        typer.echo(verdict.model_dump_json(indent=1))
        return
    from blindspot.tables import acceptance

    show(acceptance(verdict))
    typer.echo(f"{'accepted' if verdict.accepted else 'rolled back'}: {verdict.why}")
    typer.echo(f"{path}")


def _trained(work: "Rounds", redo: str | None) -> "tuple[Path, Acceptance] | None":
    """The checkpoint and the verdict on it; None on the processes that only help to train."""
    from blindspot.core.acceptance import AcceptanceArtifact
    from blindspot.core.artifact import published
    from blindspot.locking import locked
    from training import distributed

    first = distributed.is_main()
    with locked(work.folder.root) if first else nullcontext():
        with distributed.main_first():
            if first and redo:
                work.redo(redo)
            number = work.next_round("checkpoint")
        path = work.step("checkpoint", number).path
        if not first:
            return None
        if not published(work.folder.round(number).acceptance):
            work.keep()  # a checkpoint stands that was made by it, and judging it may be stopped
        verdict = work.advance("acceptance", number).path
        work.keep()
        return path, AcceptanceArtifact(verdict).acceptance()
