"""A finished artifact is kept only where it was made from the same settings and inputs."""

import pytest

from blindspot.core.artifact import Draft
from blindspot.core.config import identity
from blindspot.core.errors import ConfigError
from blindspot.core.model import ModelSettings
from blindspot.core.run_folder import RunFolder
from blindspot.matching import checked
from blindspot.settings import Config
from generation import inputs

POLICY = ModelSettings(backend="replay")


def test_a_training_set_whose_sources_file_has_changed_is_not_taken_for_done(tmp_path):
    told = tmp_path / "own_answers.toml"
    told.write_text('verifier = "rule"\n')
    sources = [{"plugin": "own_answers", "path": told}]
    given = {"name": "n", "model": POLICY, "evaluation": {"suite": "eleven"}}
    config = Config.model_validate({**given, "generation": {"sources": sources}})
    here = RunFolder(tmp_path / "run").round(0)
    diagnosis = Draft(here.diagnosis, "diagnosis", {}, {}).publish()
    read = {"diagnosis": diagnosis.digest, **inputs.files(config.generation)}
    Draft(here.training_set, "training_set", identity(config.generation), read).publish()
    assert checked(config, here, POLICY, "training_set").path == here.training_set
    told.write_text('verifier = "unverified"\n')
    with pytest.raises(ConfigError, match=r"other inputs.*source-0"):
        checked(config, here, POLICY, "training_set")
