"""What a user can set about a diagnosis, and what a diagnosis reads."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, model_validator

from blindspot.core.config import OptionalInputPath, Settings
from blindspot.core.model import ModelSettings
from blindspot.core.run_folder import RunFolder
from blindspot.core.training_set import Makeable


class ProbeSettings(Settings):
    """`[diagnosis.probes]`: failed samples asked again under interventions, by the model that is
    diagnosed.
    """

    names: tuple[str, ...] = ("again", "blind", "caption", "enlarged", "ocr", "resampled")
    """Files under `diagnostics/causes/probes/`."""
    failures: int = Field(default=0, ge=0)
    """Failed samples that are probed, drawn over categories and stages; 0 asks nothing."""
    resamples: int = Field(default=4, ge=1)
    """Answers that `resampled` draws per sample."""
    temperature: float = Field(default=1.0, gt=0)
    """At which it draws them."""


class TeacherSettings(Settings):
    """`[diagnosis.teacher]`: an LMM that names the error stage where rules and probes did not."""

    model: ModelSettings
    """Who is asked."""
    failures: int = Field(default=200, ge=1)
    """The budget: failed samples that it is shown, in two calls each."""
    every: bool = False
    """Whether it is also shown failures whose stage a rule or probe named, for the first wrong step
    and the missing skill; the stage stays as it is.
    """
    max_tokens: int = Field(default=1024, ge=1)
    """Tokens of a reply, reasoning included."""


class LabellerSettings(Settings):
    """`[diagnosis.labeller]`: an LMM that sees the picture and names its kind and what is asked,
    where nothing cheaper could.
    """

    model: ModelSettings
    """Who is asked."""
    samples: int = Field(default=2000, ge=1)
    """The budget: samples that it is shown."""
    max_tokens: int = Field(default=512, ge=1)
    """Tokens of a reply, reasoning included."""


class DiagnosticsSettings(Settings):
    """`[diagnosis]`."""

    budget: int = Field(default=2000, ge=1)
    """Samples that the training set should hold."""
    q: float = Field(default=0.10, gt=0, lt=1)
    """False-discovery rate at which weaknesses are reported."""
    target: float = Field(default=0.9, gt=0, le=1)
    """Pass rate that is wanted: a category whose interval lies above it is strong."""
    prior_share: float = Field(default=0.25, ge=0, le=1)
    """Part of the mixture that follows the benchmarks' own mix instead of the weaknesses."""
    floor: float = Field(default=0.02, ge=0, le=1 / 12)
    """Least share of every image type that a source can make."""
    cap: float = Field(default=0.35, gt=0, le=1)
    """Largest share of one cell; with too few cells for it, an even split."""
    min_support: int = Field(default=15, ge=2)
    """Answered samples that a slice needs before anything is said about it."""
    seed: int = 0
    """Of the shuffles, the resamples and the bootstraps."""
    shuffles: int = Field(default=100, ge=1)
    """Shuffled outcomes on which the procedure's own false alarms are counted."""
    resamples: int = Field(default=50, ge=1)
    """Resamples of the evaluation on which the stability of weaknesses is measured."""
    exemplars: int = Field(default=5, ge=0)
    """Failing and passing samples cited per weakness."""
    taxonomy: OptionalInputPath = None
    """A TOML file in place of the taxonomy that comes with blindspot."""
    human_labels: OptionalInputPath = None
    """A CSV file of error stages that people named; each diagnosis writes one to fill in."""
    probes: ProbeSettings = ProbeSettings()
    """Asking failed samples again under interventions."""
    teacher: TeacherSettings | None = None
    """An LMM that names error stages; without it what no rule or probe decides is unresolved."""
    labeller: LabellerSettings | None = None
    """An LMM that names image types and capabilities that nothing else could."""

    @model_validator(mode="after")
    def _cap_above_floor(self) -> "DiagnosticsSettings":
        if self.cap < self.floor:
            raise ValueError("the cap of a cell must not be below the floor of an image type")
        return self


@dataclass(frozen=True)
class DiagnosisInputs:
    """What one diagnosis reads."""

    folder: RunFolder
    """Where pictures and the ledger of model calls lie."""
    evaluation: Path
    """The evaluation artifact to diagnose."""
    round: int
    """Turn of the loop, from 0."""
    model: ModelSettings | None = None
    """The model that was evaluated, for probes; None where it cannot be asked."""
    earlier: tuple[Path, ...] = ()
    """Evaluations of the earlier rounds, oldest first."""
    previous: tuple[Path, ...] = ()
    """Diagnoses of the earlier rounds, in the same order."""
    reference: Path | None = None
    """Another model's evaluation of the same samples, to measure the gap."""
    can_make: tuple[Makeable, ...] = ()
    """What the configured sources can make; empty if that is not known."""
