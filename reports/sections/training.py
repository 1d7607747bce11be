"""How training went: the curves of its log, and the verdict on the checkpoint."""

from dataclasses import dataclass
from typing import Any, Final, TypedDict

from blindspot.core.acceptance import Acceptance
from reports.charts import Figure, curve
from reports.section import Section
from reports.view import Step, View

CURVES: Final = {
    "reward": "Reward",
    "rewards/accuracy/mean": "Accuracy of the rollouts",
    "validation": "Score on the validation split",
    "reward_std": "Spread of rewards in a group",
    "frac_reward_zero_std": "Groups without spread",
    "loss": "Loss",
    "kl": "KL from the reference",
    "entropy": "Entropy",
    "completions/mean_length": "Mean completion length in tokens",
    "completions/clipped_ratio": "Truncated completions",
    "learning_rate": "Learning rate",
}
"""What is drawn of the log, in this order."""

_SHARES: Final = frozenset(
    {
        "rewards/accuracy/mean",
        "validation",
        "frac_reward_zero_std",
        "completions/clipped_ratio",
    }
)
_TABLE_ROWS: Final = 60


class Curve(TypedDict):
    """One value of the log."""

    key: str
    title: str
    chart: str
    """Name of its chart."""


class TrainingNumbers(TypedDict):
    """The verdict and the log."""

    acceptance: Acceptance | None
    """Of the gate after it; None before it was asked."""
    facts: dict[str, Any]
    counts: dict[str, int]
    curves: list[Curve]
    keys: list[str]
    log: list[Step]
    table: list[int]
    """Positions in the log of the steps that the table shows, evenly spaced."""
    charts: dict[str, Figure]


@dataclass(frozen=True)
class Training:
    """The training of this round."""

    title: str = "Training"
    missing: str = "No checkpoint was published in this round."

    def numbers(self, view: View) -> TrainingNumbers | None:
        checkpoint, log = view.current.checkpoint, view.current.log
        if checkpoint is None:
            return None
        curves = _curves(log)
        return {
            "acceptance": view.current.acceptance,
            "facts": checkpoint.manifest.facts,
            "counts": checkpoint.manifest.counts,
            "curves": curves,
            "keys": [c["key"] for c in curves],
            "log": log,
            "table": list(range(0, len(log), -(-len(log) // _TABLE_ROWS) or 1)),
            "charts": {c["chart"]: _chart(c["key"], log) for c in curves},
        }


def _curves(log: list[Step]) -> list[Curve]:
    logged = {key for entry in log for key in entry}
    known = [(key, title) for key, title in CURVES.items() if key in logged]
    return [
        {"key": key, "title": title, "chart": f"curve-{i}"} for i, (key, title) in enumerate(known)
    ]


def _chart(key: str, log: list[Step]) -> Figure:
    known = [(i, entry) for i, entry in enumerate(log, start=1) if key in entry]
    steps = [entry.get("step", i) for i, entry in known]
    return curve(steps, [entry[key] for _, entry in known], share=key in _SHARES)


PLUGIN: Final[Section] = Training()
