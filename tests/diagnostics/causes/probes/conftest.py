"""What probes may use, over a scripted model."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from blindspot.core.model import ModelSettings, Sampling, open_model
from blindspot.core.run_folder import RunFolder
from diagnostics.causes.describing import Describer
from diagnostics.causes.probe import Means
from diagnostics.settings import ProbeSettings


@pytest.fixture
def means(tmp_path: Path) -> Callable[..., Means]:
    """Means over a model that says the given lines; the second are a teacher's."""

    def make(own: list[dict] | None = None, teacher: list[dict] | None = None) -> Means:
        folder = RunFolder(tmp_path)
        opened = open_model(settings("own", own or []), folder.images)
        told = None if teacher is None else settings("teacher", teacher)
        return Means(
            ProbeSettings(resamples=3, temperature=0.7),
            Sampling(max_tokens=77, seed=5),
            folder.images,
            Describer(folder, opened, told),
        )

    def settings(name: str, lines: list[dict]) -> ModelSettings:
        path = tmp_path / f"{name}.jsonl"
        path.write_text("\n".join(map(json.dumps, lines)))
        return ModelSettings(backend="replay", checkpoint=str(path))

    return make
