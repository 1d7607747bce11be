"""One section at a time: its numbers as plain JSON, and its HTML."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blindspot.core.diagnosis import DiagnosisArtifact
from blindspot.core.evaluation import Evaluation
from blindspot.core.run_folder import RunFolder
from reports import page
from reports.pictures import Gallery
from reports.settings import ReportSettings
from reports.view import Round, View


@pytest.fixture(scope="session")
def shown() -> Callable[..., tuple[str, Any]]:
    """The HTML and the numbers of one section of the page of a round."""

    def _shown(folder: RunFolder, name: str, number: int, **settings: Any) -> tuple[str, Any]:
        rounds = [Round(folder.round(i)) for i in range(number + 1)]
        view = View(ReportSettings(**settings), rounds, Gallery(folder.images))
        built = page.build(view, "t", [name], ())
        html = page.render(built).partition(f'<section id="{name}"')[2].partition("</main>")[0]
        return html, built.numbers["sections"][0]["numbers"]

    return _shown


@pytest.fixture(scope="session")
def enrich(amend: Callable[[Path], None]) -> Callable[..., None]:
    """Replace fields of a round's diagnosis."""

    def _enrich(folder: RunFolder, number: int, **fields: Any) -> None:
        artifact = DiagnosisArtifact(folder.round(number).diagnosis)
        found = artifact.diagnosis().model_copy(update=fields)
        (artifact.path / "diagnosis.json").write_text(found.model_dump_json())
        amend(artifact.path)

    return _enrich


@pytest.fixture(scope="session")
def remeasure(amend: Callable[[Path], None]) -> Callable[..., None]:
    """Replace fields of a round's metrics."""

    def _remeasure(folder: RunFolder, number: int, **fields: Any) -> None:
        evaluation = Evaluation(folder.round(number).evaluation)
        found = evaluation.metrics().model_copy(update=fields)
        (evaluation.path / "metrics.json").write_text(found.model_dump_json())
        amend(evaluation.path)

    return _remeasure


@pytest.fixture(scope="session")
def plain() -> Callable[[Any], Any]:
    """A record as JSON holds it."""
    return lambda record: json.loads(record.model_dump_json())
