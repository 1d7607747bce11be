"""The score of a sample by any task of lmms-eval: which number of what its `process_results`
returns, found on the first row with that row's own target as the completion.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, Final

import numpy as np

from blindspot.core.errors import ConfigError
from blindspot.core.grading import Grade
from harness import lmms
from harness.benchmark import Doc

_KEYS: Final = ("score", "accuracy", "acc", "correct", "is_correct", "exact_match")
_ANSWERS: Final = ("extracted_answer", "parsed_pred", "prediction", "pred")
_SHOWN: Final = 600


@dataclass(frozen=True)
class Rule:
    """A metric of a task, a key in it or none, and the filter that a completion goes through."""

    metric: str
    key: str
    pipeline: str
    others: tuple[str, ...] = ()
    """Metrics in its place for rows that the task gives other ones (MME)."""

    def __str__(self) -> str:
        return f"{self.metric}{'.' if self.key else ''}{self.key},{self.pipeline}"

    def grade(self, task: lmms.Task, doc: Doc, text: str) -> Grade | None:
        """The task's score; None where its code raises. Raises ConfigError for one that is no
        number in [0, 1].
        """
        try:
            said = task.filtered(doc, text, self.pipeline)
            found = task.process(doc, said)
        except (Exception, SystemExit):  # noqa: BLE001  the task's own code may raise anything on a model's words
            return None
        score = self.score(found)
        if score is None:
            raise _unclear(task, self.pipeline, found, f"'{self}' is no number in [0, 1]")
        return Grade(_answer(found.get(self._metric(found)), said), score)

    def score(self, found: Mapping[str, Any]) -> float | None:
        """The number, or None where there is none in [0, 1]."""
        value = found.get(self._metric(found))
        if self.key:
            value = value.get(self.key) if isinstance(value, Mapping) else None
        number = float(value) if isinstance(value, (Real, np.bool_)) else -1.0
        return number if 0 <= number <= 1 else None

    def _metric(self, found: Mapping[str, Any]) -> str:
        return next((m for m in (self.metric, *self.others) if m in found), self.metric)


def rule(task: lmms.Task, doc: Doc, wanted: str) -> Rule:
    """What `wanted` names, `metric`, `metric.key` or `metric.key,filter`; unnamed the first metric
    that is plainly a score. Raises ConfigError showing what the task returned for the row.
    """
    named, _, pipeline = (part.strip() for part in wanted.partition(","))
    if pipeline not in task.pipelines and (pipeline or len(task.pipelines) > 1):
        raise ConfigError(
            f"The score of the lmms-eval task '{task.name}'",
            f"its filters are {', '.join(task.pipelines)}",
            f'Say which one behind a comma: score = "METRIC,{task.pipelines[0]}"',
        )
    pipeline = pipeline or task.pipelines[0]
    found = task.process(doc, task.filtered(doc, task.target(doc), pipeline))
    higher = () if named else _higher(task)
    for metric, key in _named(named) if named else _plain(higher, found):
        tried = Rule(metric, key, pipeline, higher)
        if tried.score(found) is not None:
            return tried
    why = f"'{named}' is no number in [0, 1]" if named else "none is plainly a score"
    raise _unclear(task, pipeline, found, why)


def _named(name: str) -> list[tuple[str, str]]:
    """`average.score` as metric and key; a metric may have dots of its own."""
    cuts = [i for i, char in enumerate(name) if char == "."]
    return [(name, ""), *((name[:i], name[i + 1 :]) for i in cuts)]


def _higher(task: lmms.Task) -> tuple[str, ...]:
    """The task's metrics where higher is better, in order."""
    better = task.inner.higher_is_better()
    return tuple(metric for metric in task.inner.aggregation() if better.get(metric, True))


def _plain(metrics: tuple[str, ...], found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Those that it returned, with known keys where one has several values."""
    return [
        (metric, key)
        for metric in metrics
        if metric in found
        for key in (_KEYS if isinstance(found[metric], Mapping) else ("",))
    ]


def _answer(value: Any, said: Any) -> str | None:
    """What the task says it extracted, or what its filter left."""
    stated = [value.get(key) for key in _ANSWERS] if isinstance(value, Mapping) else []
    texts = [text.strip() for text in (*stated, said) if isinstance(text, str) and text.strip()]
    return texts[0] if texts else None


def _unclear(task: lmms.Task, pipeline: str, found: Mapping[str, Any], why: str) -> ConfigError:
    behind = f' (and behind it ",{pipeline}")' if len(task.pipelines) > 1 else ""
    return ConfigError(
        f"The score of the lmms-eval task '{task.name}'",
        f"{why}; for a row it returned {str(dict(found))[:_SHOWN]}",
        "Name a number in [0, 1] of it in the benchmark: "
        f'score = "METRIC" or score = "METRIC.KEY"{behind}',
    )
