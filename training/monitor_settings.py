"""Options of the monitors over rounds: `[monitors]`.

    [monitors]
    patience = 2          # a plateau may be called after two rounds

None of the papers gives figures for these: where a docstring names a reason, it is arithmetic.
`bench/tuning/monitors.py` measures what the defaults detect.
"""

from pydantic import Field

from blindspot.core.config import Settings


class MonitorSettings(Settings):
    """When the loop over rounds is warned or stopped; `training.monitors` says what is measured."""

    names: tuple[str, ...] = ("capability_floor", "collapse", "hallucination", "plateau")
    """Files under `training/monitors/` (the signatures named by arXiv 2510.02665)."""
    stop: bool = True
    """Whether an alarm that says so ends the loop; else it only stands in the report."""
    alpha: float = Field(default=0.05, gt=0, lt=0.5)
    """Chance that a monitor alarms falsely in the whole of a run, over all rounds and figures (the
    usual 5 %).
    """
    min_yield: float = Field(default=0.1, gt=0, lt=1)
    """Share of candidates that must be admitted; also, share of candidates that must not be too
    hard for the policy. Below it a set costs ten candidates a sample.
    """
    min_pass_rate: float = Field(default=0.02, gt=0, lt=1)
    """Share of rollouts in the first steps of training that must be right. At .02, 85 % of groups
    of eight have no right one (.98^8) and teach nothing.
    """
    max_likeness_rise: float = Field(default=0.1, gt=0, lt=1)
    """By how much two questions, pictures or answers may come to resemble each other (mean over
    pairs, 0 to 1). At .1, as if one in ten pairs had become equal.
    """
    max_yes_rise: float = Field(default=0.05, gt=0, lt=1)
    """By how much the share of "yes", of wrong "yes", or of consistently wrong answers may rise
    over round 0: 5 points, as much as a strong category may lose.
    """
    patience: int = Field(default=3, ge=1)
    """Rounds over which the held-out gain is measured for a plateau."""
    min_gain: float = Field(default=0.02, gt=0, lt=1)
    """Held-out gain over those rounds that is worth going on for. Less needs more held-out samples
    to be told from nothing: about 10 × the share of answers that change / min_gain², 2,500 where
    one in ten changes.
    """
