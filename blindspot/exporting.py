"""`blindspot export`: a training set or a checkpoint as a folder for others, on request sent to a
hub.
"""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from blindspot.commands import Json, round_of

_RUN = Annotated[
    Path, typer.Argument(metavar="RUN", help="A run (its last round that has one) or RUN/round-0.")
]


def export(
    run: _RUN,
    out: Annotated[Path, typer.Option(help="A folder that does not exist yet, or is empty.")],
    format_: Annotated[
        Literal["parquet", "verl", "dpo", "checkpoint"],
        typer.Option(
            "--format",
            help="Of the training set: parquet, a Hugging Face dataset; verl, rows for EasyR1 and "
            "verl; dpo, TRL's preference pairs. checkpoint: the trained weights.",
        ),
    ] = "parquet",
    push_to_hub: Annotated[
        str | None,
        typer.Option(metavar="OWNER/NAME", help="Also send it to the Hugging Face hub."),
    ] = None,
    private: Annotated[bool, typer.Option(help="What is sent is seen by its owner only.")] = False,
    as_json: Json = False,
) -> None:
    """Write a training set or a trained checkpoint for others, with a card. Of a training set, what
    may not be passed on is left out and counted, and whom to name stands beside it.

    Examples:

    * `blindspot export runs/mine --format parquet --out shared/mine`
    * `blindspot export runs/mine --format verl --out shared/mine-verl`
    * `blindspot export runs/mine --format checkpoint --out shared/model --push-to-hub me/model`
    """
    whole = format_ == "checkpoint"
    told = _checkpoint(run, out) if whole else _training_set(run, format_, out)
    if push_to_hub:
        from blindspot.handing_over import push

        told["address"] = push(out, push_to_hub, "model" if whole else "dataset", private)
    if as_json:
        typer.echo(json.dumps(told, indent=1))
        return
    for line in _lines(told):
        typer.echo(line)


def _checkpoint(run: Path, out: Path) -> dict[str, Any]:
    from blindspot.core.artifact import published
    from blindspot.handing_over import export_checkpoint

    folder, number = round_of(run, lambda r: published(r.checkpoint))
    return {"out": str(export_checkpoint(folder, number, out))}


def _training_set(run: Path, format_: str, out: Path) -> dict[str, Any]:
    from blindspot.core.artifact import published
    from blindspot.core.training_set import TrainingSetArtifact
    from generation.exporting import export

    folder, number = round_of(run, lambda r: published(r.training_set))
    found = export(TrainingSetArtifact(folder.round(number).training_set), format_, out)
    return {"out": str(out), "written": found.written, "left_out": found.left_out}


def _lines(told: dict[str, Any]) -> list[str]:
    written = [f"{split}: {count} samples" for split, count in told.get("written", {}).items()]
    left = [f"left out: {count}, {cause}" for cause, count in told.get("left_out", {}).items()]
    return [*written, *left, told["out"], *([told["address"]] if "address" in told else [])]
