"""Writes `docs/schemas.md`: every option, record and file, from the models that declare them.

    $ python -m docs.schemas

    | `steps` | int, ≥ 1 | `10` | Optimiser steps (DPE: 10). |      a row of an option

A field's meaning is the sentence under it in the source; nothing is written here a second time but
which file holds which record.
"""

from pathlib import Path
from typing import Final

from blindspot.core.acceptance import Acceptance, Answered
from blindspot.core.artifact import SCHEMA_VERSION, Manifest
from blindspot.core.diagnosis import Changes, Diagnosis, Member
from blindspot.core.evaluation import Metrics
from blindspot.core.monitors import Watched
from blindspot.core.records import (
    Attribution,
    Label,
    NegativePair,
    Prediction,
    Record,
    Sample,
    TrainingSample,
)
from blindspot.core.training_set import Outcomes, Plan
from blindspot.settings import Config
from docs.schema_tables import fields_table, option_tables, parts_of
from generation.decided import GateVerdict, Rejected

PAGE: Final = Path(__file__).with_suffix(".md")

_INTRO: Final = f"""\
# Schemas

Written by `python -m docs.schemas` from the models in the code; a test holds this page to them.
Schema version of all artifacts: {SCHEMA_VERSION}; an artifact of another version is refused with a
sentence. A folder without `manifest.json` does not exist.

Parquet files have one column per field; nested values are JSON text in them. Field names and
meanings are the same in JSON and parquet.
"""

FILES: Final[dict[str, dict[str, type[Record] | str]]] = {
    "The evaluation": {
        "samples.parquet": Sample,
        "predictions.parquet": Prediction,
        "metrics.json": Metrics,
    },
    "The diagnosis": {
        "diagnosis.json": Diagnosis,
        "changes.json": Changes,
        "attributions.parquet": Attribution,
        "labels.parquet": Label,
        "members.parquet": Member,
        "to_label.csv": "A form for people: a simple random sample of failed answers to name the "
        "error stage of.",
    },
    "The training set": {
        "train/*.parquet, validation/*.parquet, canary/*.parquet": TrainingSample,
        "negatives.parquet": NegativePair,
        "plan.json": Plan,
        "outcomes.json": Outcomes,
        "rejected.parquet": Rejected,
        "verdicts.parquet": GateVerdict,
        "README.md": "The card of the set.",
    },
    "The checkpoint": {
        "metrics.jsonl": "A line per step: what the trainer logged.",
        "arguments.json": "The resolved arguments of the trainer.",
        "adapter/": "The adapter by itself, where one was trained.",
        "config.json, *.safetensors, …": "A Hugging Face folder; any server loads it.",
    },
    "The acceptance": {"acceptance.json": Acceptance, "answers.parquet": Answered},
    "The monitors": {"monitors.json": Watched},
}
"""Artifact → file → the record it holds, or what it is; each has a `manifest.json` too."""


def main() -> None:
    PAGE.write_text(page())
    print(PAGE)


def page() -> str:
    """The whole page."""
    manifest = "\n".join(["## The manifest", *_described(Manifest)])
    return "\n".join([_INTRO, _options(), manifest, *map(_artifact, FILES)]).rstrip() + "\n"


def _options() -> str:
    """All options of a config, a table for every section."""
    intro = (
        "Options marked *operational* are no part of a result's identity: they may change when a "
        "run is resumed."
    )
    return "\n".join(["## Options", "", intro, "", *option_tables(Config)])


def _artifact(name: str) -> str:
    """What lies in an artifact's folder, then the records in its files with their parts."""
    lines = [f"## {name}", "", "| file | holds |", "|---|---|"]
    kinds = {file: kind for file, kind in FILES[name].items() if not isinstance(kind, str)}
    for file, kind in FILES[name].items():
        lines.append(f"| `{file}` | {kind if isinstance(kind, str) else f'`{kind.__name__}`'} |")
    lines.append("")
    for kind in parts_of(*kinds.values()):
        lines += [f"### {kind.__name__}", *_described(kind)]
    return "\n".join(lines)


def _described(kind: type) -> list[str]:
    about = " ".join((kind.__doc__ or "").partition("\n\n")[0].split())
    return ["", about, "", *fields_table(kind), ""]


if __name__ == "__main__":
    main()
