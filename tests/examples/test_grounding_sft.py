"""The example's configs, and its loop in the small: the model's boxes, verified by IoU, SFT."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from blindspot.core import config as configs
from blindspot.core.artifact import open_artifact
from blindspot.core.grading import intersection_over_union
from blindspot.core.model import fingerprint
from blindspot.core.records import CellShare
from blindspot.core.run_folder import RunFolder
from blindspot.core.tables import read_records
from blindspot.core.training_set import TrainingSetArtifact, read_split
from blindspot.settings import load
from generation import stage as generation
from generation.decided import Rejected
from generation.gates.verification import VERIFIED
from generation.own_answers import OwnAnswersSettings
from training import stage as training

FOLDER = Path(__file__).parents[2] / "examples" / "grounding-sft"
SMALL = (
    "generation.validation_share=0",
    "generation.canary=0",
    "training.steps=2",
    "training.prompts_per_step=4",
    "training.prompts_per_pass=4",
    "training.validation.every=0",
)
QUOTA = 16
CELL = ("localisation", "geometric")


def test_the_policy_answers_and_boxes_are_verified() -> None:
    config = load(FOLDER / "config.toml")
    told = configs.load(FOLDER / "own_answers.toml", OwnAnswersSettings)
    assert (told.model, told.verifier, config.training.optimiser) == (None, "rule", "sft")
    assert {(r.capability, r.image_type) for r in generation.catalogue(config.generation)} == {CELL}
    training.check(config.training, config.model)


@pytest.mark.filterwarnings("default")
def test_verified_boxes_train_the_model(
    tmp_path: Path, diagnosed: Callable[[Sequence[CellShare]], Path]
) -> None:
    pytest.importorskip("trl")
    config, folder = load(FOLDER / "config.toml", SMALL), RunFolder(tmp_path)
    row = CellShare(capability=CELL[0], image_type=CELL[1], share=1, quota=QUOTA, why="a test")
    inputs = generation.GenerationInputs(folder, diagnosed([row]), (), config.model)
    made = generation.run(config.generation, inputs, tmp_path / "training_set")
    samples = read_split(TrainingSetArtifact(made.path), "train")
    assert len(samples) == QUOTA
    keys = [evidence_on_grid(s.evidence[0]) for s in samples]
    boxes = [json.loads(s.target) for s in samples]
    overlaps = [intersection_over_union(tuple(b), k) for b, k in zip(boxes, keys, strict=True)]
    assert min(overlaps) >= 0.5
    assert min(overlaps) < 1  # the model's own boxes, not the keys
    refused = read_records(made.path / "rejected.parquet", Rejected)
    gates = {r.gate for r in refused}
    assert "verification" in gates
    assert gates <= {"verification", "answer_shape"}
    assert {s.attributes[VERIFIED] for s in samples} == {"yes"}
    autonomy = {"level": "generation", "generated_by": "the model itself", "verified_by": "program"}
    assert made.manifest.facts["autonomy"] == autonomy
    assert made.manifest.inputs["policy"] == fingerprint(config.model)
    trained = training.TrainingInputs(folder, made.path, config.model, round=0)
    done = training.run(config.training, trained, tmp_path / "checkpoint")
    manifest = open_artifact(done.path, "checkpoint").manifest
    assert (manifest.counts["steps"], manifest.facts["autonomy"]) == (2, autonomy)


def evidence_on_grid(box: tuple[float, float, float, float]) -> tuple[float, ...]:
    """The true box in the lines of the grid: 9 intervals over 48 pixels."""
    return tuple(float(round(9 * edge / 48)) for edge in box)
