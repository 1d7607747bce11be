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
    prompt: str = ""
    """The words of the question."""
    raw: str = ""
    """All that was said, reasoning included."""
    tokens: int = 0
    """Of all that was said."""
    limit: int = 0
    """Tokens at which it would have been cut off; 0 if at none."""


@dataclass(frozen=True)
class Shown:
    """What rewards know of the rollouts as a whole."""

    opening: str = ""
    """The tag with which every prompt opens the model's reasoning, or nothing."""
    limit: int = 0
    """Tokens at which rollouts are cut off."""
    group_size: int = 1
    """Rollouts of one prompt, which come one after the other."""


class Reward(Protocol):
    """Contract of a file under `rewards/`: `PLUGIN: Final[Reward]`."""

    def score(self, rollout: Rollout) -> float | None:
        """In [0, 1]; None when the rollout cannot be judged."""
        ...


rewards: Final = Registry[Reward]("training.rewards")


def trl_function(name: str, shown: Shown | None = None) -> Callable[..., list[float | None]]:
    """The reward as TRL calls it. Logs per category its mean, `<name>/<category>`, and the share of
    groups whose rollouts it finds all alike, `<name>/alike/<category>`.
    """
    reward, shown = rewards.load(name), shown or Shown()

    def function(
        category: list[str],
        log_metric: Callable[[str, float], None] | None = None,
        **columns: Any,
    ) -> list[float | None]:
        rollouts = _rollouts(shown, category=category, **columns)
        scores = [reward.score(rollout) for rollout in rollouts]
        for where, value in logged(category, scores, shown.group_size).items():
            if log_metric:
                log_metric(f"{name}/{where}", value)
        return scores

    function.__name__ = name
    return function


def _rollouts(
    shown: Shown,
    *,
    prompts: list[Any],
    completions: list[Any],
    completion_ids: list[list[int]],
    target: list[str],
    answer_kind: list[AnswerKind],
    options: list[list[str]],
    category: list[str],
    **_: Any,
) -> list[Rollout]:
    """TRL's columns, a rollout each."""
    told = zip(target, answer_kind, options, category, strict=True)
    said = zip(prompts, completions, completion_ids, strict=True)
    rollouts = []
    for (goal, kind, choices, where), (prompt, completion, ids) in zip(told, said, strict=True):
        raw = shown.opening + _text(completion)
        rollout = Rollout(
            split_reasoning(raw)[0],
            target=goal,
            answer_kind=kind,
            options=tuple(choices),
            category=where,
            prompt=_text(prompt),
            raw=raw,
            tokens=len(ids),
            limit=shown.limit,
        )
        rollouts.append(rollout)
    return rollouts


def logged(
    categories: Sequence[str], scores: Sequence[float | None], group_size: int
) -> dict[str, float]:
    """Mean score per category, and under `alike/<category>` the share of groups without variance,
    which teach nothing; of what has no score, nothing.
    """
    alike: dict[str, list[float]] = {}
    for start in range(0, len(scores), group_size) if group_size > 1 else ():
        group = {score for score in scores[start : start + group_size] if score is not None}
        if group:
            alike.setdefault(categories[start], []).append(float(len(group) == 1))
    shares = {f"alike/{where}": sum(v) / len(v) for where, v in sorted(alike.items())}
    return category_means(categories, scores) | shares


def category_means(categories: Sequence[str], scores: Sequence[float | None]) -> dict[str, float]:
    """Mean score per category, by name; what has no score is left out."""
    by_category: dict[str, list[float]] = {}
    for category, score in zip(categories, scores, strict=True):
        if score is not None:
            by_category.setdefault(category, []).append(score)
    return {name: sum(found) / len(found) for name, found in sorted(by_category.items())}


def _text(completion: Any) -> str:
    """The text of a completion or prompt, which TRL gives as a list of messages."""
    content = completion if isinstance(completion, str) else completion[-1]["content"]
    if isinstance(content, str):
        return content
    return "".join(part.get("text") or "" for part in content)
