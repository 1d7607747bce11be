"""A factory of small, realistic run folders made of the real artifact files."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.reporting.small.evaluation import World
from bench.reporting.small.run import write_run
from blindspot.core.artifact import folder_digests
from blindspot.core.run_folder import RunFolder


@pytest.fixture(scope="session")
def make_run(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., RunFolder]:
    """Writes a run into a folder of its own; keywords are fields of `World`."""
    return lambda **fields: write_run(tmp_path_factory.mktemp("run") / "tiny", World(**fields))


@pytest.fixture(scope="session")
def amend() -> Callable[[Path], None]:
    """Lets the manifest of an artifact say what its files are now, as if published so."""

    def _amend(artifact: Path) -> None:
        file = artifact / "manifest.json"
        changed = json.loads(file.read_text()) | {"files": folder_digests(artifact), "seal": ""}
        file.write_text(json.dumps(changed))

    return _amend


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A finished run of two rounds, shared and not to be written to."""
    return write_run(tmp_path_factory.mktemp("runs") / "tiny", World())
