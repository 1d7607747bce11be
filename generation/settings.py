"""The options of the stage, each declared once."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from blindspot.core.config import OPERATIONAL, Settings
from generation.agent import AgentsSettings
from generation.repaint import RepaintSettings
from generation.source import SourceSettings

Distortion = Literal["mask", "blur", "noise", "swap", "attention"]
"""How a picture is withheld from the policy."""


class DifficultySettings(Settings):
    """How hard a training sample must be for the policy that is to learn from it."""

    enabled: bool = True
    """Off: the policy is not asked, and samples of any difficulty are admitted."""
    low: float = Field(default=0.2, ge=0, le=1)
    """Least pass rate; below it the policy hardly ever finds what it should be rewarded for."""
    high: float = Field(default=0.9, ge=0, le=1)
    """Greatest pass rate; above it there is nothing left to learn."""
    rollouts: int = Field(default=16, ge=1)
    """Answers drawn per candidate, at most: four at first, four more while it is undecided."""
    certainty: float = Field(default=0.93, gt=0.5, lt=1)
    """How likely the pass rate must lie between `low` and `high` for a candidate to be admitted.
    Less admits more candidates after fewer rollouts, and more of them lie outside.
    """
    temperature: float = Field(default=1.0, gt=0)
    """Of the rollouts; as in training."""
    max_tokens: int = Field(default=1024, ge=1)
    """Of one rollout, reasoning included."""

    @model_validator(mode="after")
    def _ordered(self) -> "DifficultySettings":
        if self.low > self.high:
            raise ValueError(f"low ({self.low}) is above high ({self.high})")
        return self


class NegativeSettings(Settings):
    """Wrong answers of the policy about training samples, to be rejected where the key is chosen
    (DPO).
    """

    samples: int = Field(default=0, ge=0)
    """Training samples whose negatives are looked for, drawn over the cells; 0: none."""
    distortions: tuple[Distortion, ...] = ("mask", "blur", "noise", "swap")
    """What the policy is shown instead of the picture; `attention` shows the picture and masks
    attention to it, which needs transformers_local.
    """
    rollouts: bool = True
    """Whether wrong rollouts of the difficulty gate are negatives too; they cost nothing more."""
    max_tokens: int = Field(default=1024, ge=1)
    """Of one answer, reasoning included."""


class GenerationSettings(Settings):
    """Options of the `generation` stage."""

    sources: tuple[SourceSettings, ...] = Field(default=(SourceSettings(),), min_length=1)
    """Where samples come from; a cell is served by the first source that can make it."""
    seed: int = 0
    """Of all drawing and of the rollouts."""
    max_attempts: int = Field(default=40, ge=1)
    """Candidates drawn for one slot before it is left open."""
    patience: int = Field(default=64, ge=1)
    """Candidates of one cell without a single admission after which the whole cell is left open."""
    validation_share: float = Field(default=0.1, ge=0, le=1)
    """Validation samples as a share of the training samples, at least one per cell; 0: none."""
    canary: int = Field(default=200, ge=0)
    """Samples per strong category that are never trained on and show forgetting; 0: none."""
    near_hash: int = Field(default=32, ge=0, le=256)
    """Two pictures can be near only if at most this many of their 256 perceptual bits differ."""
    near_color: int = Field(default=100, ge=0, le=1000)
    """… and if no colour of a 16×16 reduction at equal brightness differs by more (255 is the
    range of a channel). Both limits were measured; see `generation/likeness/gallery.py`.
    """
    unanswerable_share: float = Field(default=0.06, ge=0, le=1)
    """Part of the training samples whose right answer is that it cannot be determined, where a
    source makes such; without them a model learns that every question has an answer.
    """
    negatives: NegativeSettings = NegativeSettings()
    """Wrong answers for DPO."""
    difficulty: DifficultySettings = DifficultySettings()
    """The last gate."""
    budget: Annotated[float | None, OPERATIONAL] = Field(default=None, ge=0)
    """What one training set may cost, in the currency of the models' `prices`; the calls of agents
    and the policy's rollouts count, also what was spent before a --redo. A call that might overrun
    it is not made. None: no limit.
    """
    role_budgets: Annotated[dict[str, float], OPERATIONAL] = Field(default_factory=dict)
    """The same for what a role's calls may cost: `{writer = 5.0, policy = 2.0}`."""
    cell_budget: Annotated[float | None, OPERATIONAL] = Field(default=None, ge=0)
    """The same for every single cell of the plan."""
    executor: Annotated[str, OPERATIONAL] = "local"
    """Where candidates are drawn and looked at, a file under `generation/executors/`: `local`, or
    `ray` for all processors of a machine or cluster. The training set is the same.
    """
    ray_address: Annotated[str, OPERATIONAL] = ""
    """ray: the cluster's address; empty: RAY_ADDRESS where it is set, else this machine."""
    repaint: RepaintSettings | None = None
    """A model that edits pictures by a prompt, for the image editor to choose."""
    agents: AgentsSettings = AgentsSettings()
    """Who plans, seeks, edits, writes, solves and validates; `programmatic` needs nobody."""
