"""Contract of a reward: how good one rollout is, in [0, 1], or None.

    >>> reward = rewards.load("accuracy")
    >>> reward.score(Rollout("5", target="5", answer_kind="number"))
    1.0

None means that no reward can be given (the target itself would not be graded right). TRL leaves
such a rollout out of its group's mean and gives it no gradient; a 0 would teach the model that
whatever it said was wrong.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from blindspot.core.model import split_reasoning
from blindspot.core.records import AnswerKind
from blindspot.core.registry import Registry


@dataclass(frozen=True)
class Rollout:
    """One completion of a training sample, and what is known about the sample."""

    text: str
    """The answer without its reasoning, as the harness would see it."""
    target: str
    answer_kind: AnswerKind
    options: tuple[str, ...] = ()
    category: str = ""


class Reward(Protocol):
    """Contract of a file under `rewards/`: `PLUGIN: Final[Reward]`."""

    def score(self, rollout: Rollout) -> float | None:
        """In [0, 1]; None when the rollout cannot be judged."""
        ...


rewards: Final = Registry[Reward]("training.rewards")


def trl_function(name: str) -> Callable[..., list[float | None]]:
    """The reward as TRL calls it; also logs its mean per category as `<name>/<category>`."""
    reward = rewards.load(name)

    def function(
        completions: list[Any],
        target: list[str],
        answer_kind: list[AnswerKind],
        options: list[list[str]],
        category: list[str],
        log_metric: Callable[[str, float], None] | None = None,
        **_: Any,
    ) -> list[float | None]:
        columns = zip(completions, target, answer_kind, options, category, strict=True)
        rollouts = [
            Rollout(split_reasoning(_text(completion))[0], goal, kind, tuple(choices), where)
            for completion, goal, kind, choices, where in columns
        ]
        scores = [reward.score(rollout) for rollout in rollouts]
        for where, mean in category_means(category, scores).items():
            if log_metric:
                log_metric(f"{name}/{where}", mean)
        return scores

    function.__name__ = name
    return function


def category_means(categories: Sequence[str], scores: Sequence[float | None]) -> dict[str, float]:
    """Mean score per category, by name; what has no score is left out."""
    by_category: dict[str, list[float]] = {}
    for category, score in zip(categories, scores, strict=True):
        if score is not None:
            by_category.setdefault(category, []).append(score)
    return {name: sum(found) / len(found) for name, found in sorted(by_category.items())}


def _text(completion: Any) -> str:
    """The text of a completion, which TRL gives as a list of messages."""
    content = completion if isinstance(completion, str) else completion[-1]["content"]
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)
