"""A policy that can be loaded once only."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from training.stage import TrainingInputs


@pytest.fixture
def nameless(inputs: TrainingInputs, tmp_path: Path) -> TrainingInputs:
    """Its config names no architecture."""
    folder = tmp_path / "nameless"
    shutil.copytree(inputs.policy.checkpoint, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"architectures": None}))
    return replace(inputs, policy=inputs.policy.model_copy(update={"checkpoint": str(folder)}))
