"""Whether an artifact that is there already is the one that a run wants: made by the same settings,
from the same inputs.
"""

from typing import Final

from blindspot.core.artifact import Artifact, changed, open_artifact
from blindspot.core.config import Settings, identity
from blindspot.core.errors import ConfigError
from blindspot.core.model import ModelSettings, fingerprint
from blindspot.core.run_folder import RoundFolder
from blindspot.settings import Config

STAGES: Final = ("evaluation", "diagnosis", "training_set", "checkpoint", "acceptance")
"""In the order of the loop; also the names of their folders."""

_SECTIONS: Final = ("evaluation", "diagnosis", "generation", "training", "acceptance")


def checked(config: Config, folder: RoundFolder, policy: ModelSettings, stage: str) -> Artifact:
    """The artifact of a stage; `policy` is who is evaluated in its round. Raises ConfigError when
    it was made with other settings or inputs.
    """
    artifact = fitting(config, folder, stage)
    read = set(artifact.manifest.inputs.values())
    wanted = _inputs(config, folder, policy, stage)
    if missing := sorted(name for name, digest in wanted.items() if digest not in read):
        raise ConfigError(
            f"The {stage} at {artifact.path} was made from other inputs",
            f"{' and '.join(missing)}: not what it read",
            f"Use a new folder (--out), or make it again with --redo {stage}",
        )
    return artifact


def fitting(config: Config, folder: RoundFolder, stage: str) -> Artifact:
    """The artifact of a stage, whose inputs need not be here. Raises ConfigError when it was made
    with other settings.
    """
    artifact = open_artifact(getattr(folder, stage), stage)
    now = identity(_settings(config, stage))
    then = {k: v for k, v in artifact.manifest.config.items() if k in now}
    if then != now:
        raise changed(stage, artifact.path, then, now)
    return artifact


def _settings(config: Config, stage: str) -> Settings:
    return getattr(config, _SECTIONS[STAGES.index(stage)])


def _inputs(
    config: Config, folder: RoundFolder, policy: ModelSettings, stage: str
) -> dict[str, str]:
    """Digests that must stand among the artifact's inputs, by what they are of."""
    if stage == STAGES[0]:
        from harness import suite

        benchmarks = suite.digests(suite.entries(config.evaluation))
        return {"the model": fingerprint(policy), **benchmarks}
    before = STAGES[STAGES.index(stage) - 1]
    found = open_artifact(getattr(folder, before), before).digest
    return {f"the {before.replace('_', ' ')}": found, **_files(config, stage)}


def _files(config: Config, stage: str) -> dict[str, str]:
    """Digests of the files that the stage's settings name."""
    from diagnostics import checks
    from generation import inputs

    if stage == "diagnosis":
        return checks.files(config.diagnosis)
    return inputs.files(config.generation) if stage == "training_set" else {}
