"""From completions to predictions: the benchmark's rule first, then the judge, or nobody."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from blindspot.core.evaluation import Judged
from blindspot.core.grading import Grade
from blindspot.core.records import Completion, Failure, Outcome, Prediction, Sample
from blindspot.core.statistics import wilson
from harness.halves import unit_hash
from harness.judge import Question
from harness.suite import Loaded

Decide = Callable[[Sequence[Question]], Sequence[Grade | Failure]]
"""The judge, or whoever stands in for it."""

NOBODY = Failure(
    kind="unjudged", message="the rule cannot decide and no judge is configured", retryable=False
)
UNREAD = Failure(
    kind="unjudged", message="the benchmark's own scoring could not decide", retryable=False
)
"""Of a benchmark that is not for a judge to decide, such as a task whose scoring broke down."""


@dataclass(frozen=True)
class Asked:
    """One sample asked once, and what came of it."""

    sample: Sample
    repeat: int
    outcome: Outcome


@dataclass
class Rules:
    """The rules' verdicts, each given once, when its answer arrives."""

    loaded: Loaded
    verdicts: dict[tuple[str, int], Grade | None] = field(default_factory=dict)

    def see(self, sample: Sample, repeat: int, completion: Completion) -> Grade | None:
        """The verdict on one completion; None where the rule cannot decide."""
        key = (sample.id, repeat)
        if key not in self.verdicts:
            opened = self.loaded.opened[sample.benchmark]
            doc = self.loaded.docs[sample.id]
            self.verdicts[key] = opened.grade(sample, doc, completion.text)
        return self.verdicts[key]


def predictions(
    asked: Sequence[Asked],
    rules: Rules,
    graders: dict[str, str],
    needs_judge: Sequence[str],
    decide: Decide | None,
) -> list[Prediction]:
    """All predictions, in order. `decide` is None where no judge is configured; it is asked for the
    benchmarks that need it, whose graders name it, and for no other.
    """
    verdicts: list[Grade | Failure | None] = [_by_rule(a, rules) for a in asked]
    for i, verdict in enumerate(verdicts):
        if verdict is None and asked[i].sample.benchmark not in needs_judge:
            verdicts[i] = UNREAD
    open_ = [i for i, verdict in enumerate(verdicts) if verdict is None]
    found = decide([_question(asked[i]) for i in open_]) if decide else [NOBODY] * len(open_)
    for i, verdict in zip(open_, found, strict=True):
        verdicts[i] = verdict
    return [
        _prediction(a, verdict, graders[a.sample.benchmark])
        for a, verdict in zip(asked, verdicts, strict=True)
        if verdict is not None
    ]


def judged(
    asked: Sequence[Asked],
    rules: Rules,
    results: Sequence[Prediction],
    benchmarks: Sequence[str],
    audit: int,
    decide: Decide | None,
) -> tuple[Judged, ...]:
    """Who decided how much of each benchmark, and how far rule and judge agree on at most `audit`
    answers that the rule decided, drawn by the hash of their ids.
    """
    rows = list(zip(asked, results, strict=True))
    return tuple(
        _judged(
            name, [row for row in rows if row[0].sample.benchmark == name], rules, audit, decide
        )
        for name in benchmarks
    )


def graders(loaded: Loaded, needs_judge: Sequence[str], judge: str | None) -> dict[str, str]:
    """Who grades each benchmark: its rule, and the judge where it needs one and has one."""
    return {
        name: f"{opened.grader} {judge}" if judge and name in needs_judge else opened.grader
        for name, opened in loaded.opened.items()
    }


def _judged(
    name: str,
    rows: Sequence[tuple[Asked, Prediction]],
    rules: Rules,
    audit: int,
    decide: Decide | None,
) -> Judged:
    ruled = [(a, p) for a, p in rows if _by_rule(a, rules) is not None and p.score is not None]
    drawn = sorted(ruled, key=lambda row: unit_hash(f"audit {row[0].sample.id}"))[:audit]
    seen = decide([_question(a) for a, _ in drawn]) if decide else []
    both = [(p, g) for (_, p), g in zip(drawn, seen, strict=False) if isinstance(g, Grade)]
    agreed = sum(_right(p.score) == _right(g.score) for p, g in both)
    kinds = Counter("unjudged" if p.failure else "scored" for a, p in rows if _answered(a))
    return Judged(
        benchmark=name,
        by_rule=len(ruled),
        by_judge=kinds["scored"] - len(ruled),
        unjudged=kinds["unjudged"],
        audited=len(both),
        agreed=agreed,
        interval=wilson(agreed, len(both)),
    )


def _right(score: float | None) -> bool:
    return score is not None and score >= 0.5


def _by_rule(asked: Asked, rules: Rules) -> Grade | Failure | None:
    if isinstance(asked.outcome, Failure):
        return asked.outcome
    return rules.see(asked.sample, asked.repeat, asked.outcome)


def _answered(asked: Asked) -> bool:
    return isinstance(asked.outcome, Completion)


def _question(asked: Asked) -> Question:
    assert isinstance(asked.outcome, Completion), "only answers are judged"
    return Question(asked.sample, asked.outcome.text)


def _prediction(asked: Asked, verdict: Grade | Failure, grader: str) -> Prediction:
    failed = isinstance(verdict, Failure)
    return Prediction(
        sample_id=asked.sample.id,
        repeat=asked.repeat,
        completion=asked.outcome if isinstance(asked.outcome, Completion) else None,
        failure=verdict if failed else None,
        answer=None if failed else verdict.answer,
        score=None if failed else verdict.score,
        grader=grader,
    )
