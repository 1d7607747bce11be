"""The example's config, and its loop in the small: distorted pictures, pairs, DPO."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from blindspot.core.artifact import open_artifact
from blindspot.core.grading import grade
from blindspot.core.records import CellShare, NegativePair
from blindspot.core.run_folder import RunFolder
from blindspot.core.tables import read_records
from blindspot.core.training_set import TrainingSetArtifact, read_split
from blindspot.settings import load
from generation import stage as generation
from training import stage as training

CONFIG = Path(__file__).parents[2] / "examples" / "hallucination-dpo" / "config.toml"
SMALL = (
    "generation.validation_share=0",
    "generation.canary=0",
    "generation.negatives.samples=12",
    "training.steps=2",
    "training.prompts_per_step=4",
    "training.prompts_per_pass=4",
    "training.validation.every=0",
)


def test_the_config_says_what_it_shows() -> None:
    config = load(CONFIG)
    assert config.training.optimiser == "dpo"
    assert config.generation.negatives.samples
    assert "attention" in config.generation.negatives.distortions
    assert Path(config.model.checkpoint).is_dir()
    made = {(row.capability, row.image_type) for row in generation.catalogue(config.generation)}
    assert ("presence", "geometric") in made
    training.check(config.training, config.model)


@pytest.mark.filterwarnings("default")
def test_pairs_of_distorted_pictures_train_the_model(
    tmp_path: Path, diagnosed: Callable[[Sequence[CellShare]], Path]
) -> None:
    pytest.importorskip("trl")
    config, folder = load(CONFIG, SMALL), RunFolder(tmp_path)
    wanted = [
        CellShare(capability=c, image_type="geometric", share=0.5, quota=6, why="a test")
        for c in ("presence", "counting")
    ]
    inputs = generation.GenerationInputs(folder, diagnosed(wanted), (), config.model)
    made = generation.run(config.generation, inputs, tmp_path / "training_set")
    artifact = TrainingSetArtifact(made.path)
    samples = {s.id: s for s in read_split(artifact, "train")}
    pairs = read_records(made.path / "negatives.parquet", NegativePair)
    assert len(pairs) >= 4
    for pair in pairs:
        sample = samples[pair.sample_id]
        assert pair.chosen == sample.target
        said = grade(pair.rejected, target=sample.target, kind=sample.answer_kind)
        assert said.score == 0
        assert (pair.seen_images == ()) == (pair.how == "masked attention")
    assert made.manifest.facts["autonomy"]["level"] == "generation"
    trained = training.TrainingInputs(folder, made.path, config.model, round=0)
    done = training.run(config.training, trained, tmp_path / "checkpoint")
    assert open_artifact(done.path, "checkpoint").manifest.counts["steps"] == 2
