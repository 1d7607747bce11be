"""Trials of the examples of S3 that (a) and (b) share: their configs at the bench's size, their
training sets, and trials that are kept.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Final

from bench.generating.runs import diagnosis
from bench.tuning.self_training import Scored
from blindspot.core.artifact import Draft, open_artifact, published, write_text
from blindspot.core.model import ModelSettings
from blindspot.core.records import CellShare
from blindspot.core.run_folder import RunFolder
from blindspot.core.training_set import TrainingSetArtifact
from blindspot.settings import Config, load
from generation import stage as generation
from generation.plan import largest_remainder
from generation.settings import GenerationSettings

EXAMPLES: Final = Path(__file__).parents[2] / "examples"


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    samples: int
    held_out: int
    """Per cell."""
    steps: int
    seeds: int


def config(example: str, size: Size) -> Config:
    """An example's config, for the bench's size."""
    overrides = (
        "generation.validation_share=0",
        "generation.canary=0",
        "training.validation.every=0",
        "training.threads=1",
        f"training.steps={size.steps}",
        f"training.save_every={size.steps}",
    )
    return load(EXAMPLES / example / "config.toml", overrides)


def generated(
    folder: RunFolder, out: Path, settings: GenerationSettings, policy: ModelSettings, samples: int
) -> TrainingSetArtifact:
    """The training set of equal quotas over what the sources make."""
    if not published(out):
        mixture = _evenly(settings, samples)
        begun = Draft(out.with_name(f"{out.name}-diagnosis"), "diagnosis", {"samples": samples}, {})
        text = diagnosis(mixture).model_dump_json(indent=1)
        write_text(begun.path / "diagnosis.json", text)
        made = begun.out if published(begun.out) else begun.publish().path
        inputs = generation.GenerationInputs(folder, made, (), policy)
        generation.run(settings, inputs, out)
    return TrainingSetArtifact(open_artifact(out, "training_set").path)


def _evenly(settings: GenerationSettings, samples: int) -> list[CellShare]:
    """One row for each cell: a capability on an image type under a combination of conditions."""
    cells = [
        (row, dict(zip(row.conditions, values, strict=True)))
        for row in generation.catalogue(settings)
        for values in product(*row.conditions.values())
    ]
    shares = [1 / len(cells)] * len(cells)
    return [
        CellShare(
            capability=row.capability,
            image_type=row.image_type,
            condition=condition,
            share=share,
            quota=quota,
            why="equal quotas",
        )
        for (row, condition), share, quota in zip(
            cells, shares, largest_remainder(samples, shares), strict=True
        )
    ]


def kept(file: Path, make: Callable[[], Scored]) -> Scored:
    """A trial, read from its file where it is there."""
    if not file.is_file():
        done = make()
        file.parent.mkdir(parents=True, exist_ok=True)
        write_text(file, json.dumps({k: asdict(done)[k] for k in ("before", "after")}))
    return Scored(**json.loads(file.read_text()))
