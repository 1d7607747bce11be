"""The config of a run: one section per stage, each declared by the stage that reads it."""

from pathlib import Path

from pydantic import Field

from blindspot.core import config
from blindspot.core.config import OperationalInt, Settings
from blindspot.core.model import ModelSettings
from diagnostics.settings import DiagnosticsSettings
from generation.settings import GenerationSettings
from harness.settings import EvaluationSettings
from reports.settings import ReportSettings
from training.monitor_settings import MonitorSettings
from training.settings import AcceptanceSettings, TrainingSettings


class Config(Settings):
    """A whole run."""

    name: str
    """Names the run's folder, `runs/<name>`."""
    rounds: OperationalInt = Field(default=2, ge=1)
    """Turns of the loop; each trains once, and one more evaluation measures the last."""
    model: ModelSettings
    """The checkpoint or endpoint to begin with."""
    evaluation: EvaluationSettings
    """The suite, and how it is asked."""
    diagnosis: DiagnosticsSettings = DiagnosticsSettings()
    """How weaknesses are tested and what mixture they ask for."""
    generation: GenerationSettings = GenerationSettings()
    """How training samples are made and admitted."""
    training: TrainingSettings = TrainingSettings()
    """How the model is trained on them."""
    acceptance: AcceptanceSettings = AcceptanceSettings()
    """When a round is rolled back."""
    monitors: MonitorSettings = MonitorSettings()
    """When the loop is warned or ended."""
    report: ReportSettings = ReportSettings()
    """What the pages hold."""


def load(path: Path | None, overrides: tuple[str, ...] = ()) -> Config:
    """Read a config, or make one of overrides alone. Raises ConfigError naming the key, the cause
    and the way out.
    """
    return config.load(path, Config, overrides)
