"""From completions to predictions: the benchmark's rule first, then the judge, or nobody."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from heapq import nsmallest

from blindspot.core.evaluation import Judged
from blindspot.core.grading import Grade
from blindspot.core.records import Completion, Failure, Prediction
from blindspot.core.spool import Spool
from blindspot.core.statistics import wilson
from harness.answers import Answers, Asked
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


def predictions(
    answers: Answers, graders: dict[str, str], needs_judge: Collection[str], decide: Decide | None
) -> Sequence[Prediction]:
    """All predictions, in order, on disk. `decide` is None where no judge is configured; it is
    asked for the benchmarks that need it, whose graders name it, and for no other.
    """
    verdicts = _decided(answers, needs_judge, decide)
    found: Spool[Prediction] = Spool(Prediction)
    for place, asked in enumerate(answers):
        verdict = verdicts.get(place) or _by_rule(asked) or UNREAD
        found.append(_prediction(asked, verdict, graders[asked.sample.benchmark]))
    return found


def _decided(
    answers: Answers, needs_judge: Collection[str], decide: Decide | None
) -> dict[int, Grade | Failure]:
    """By place, what the judge says where the rule could not decide and the benchmark needs one."""
    places = [p for p in sorted(answers.undecided) if _benchmark(answers, p) in needs_judge]
    found = decide([_question(answers[p]) for p in places]) if decide else [NOBODY] * len(places)
    return dict(zip(places, found, strict=True))


def judged(
    answers: Answers,
    results: Sequence[Prediction],
    benchmarks: Sequence[str],
    audit: int,
    decide: Decide | None,
) -> tuple[Judged, ...]:
    """Who decided how much of each benchmark, and how far rule and judge agree on at most `audit`
    answers that the rule decided, drawn by the hash of their ids.
    """
    return tuple(_judged(name, answers, results, audit, decide) for name in benchmarks)


def graders(loaded: Loaded, needs_judge: Sequence[str], judge: str | None) -> dict[str, str]:
    """Who grades each benchmark: its rule, and the judge where it needs one and has one."""
    return {
        name: f"{opened.grader} {judge}" if judge and name in needs_judge else opened.grader
        for name, opened in loaded.opened.items()
    }


def _judged(
    name: str, answers: Answers, results: Sequence[Prediction], audit: int, decide: Decide | None
) -> Judged:
    kinds: Counter[str] = Counter()
    ruled: list[tuple[float, int]] = []
    for place in range(len(answers)):
        if _benchmark(answers, place) != name:
            continue
        asked = answers[place]
        if isinstance(asked.outcome, Completion):
            kinds["unjudged" if results[place].failure else "scored"] += 1
            if asked.verdict is not None:
                ruled.append((unit_hash(f"audit {asked.sample.id}"), place))
    drawn = [place for _, place in nsmallest(audit, ruled)]
    seen = decide([_question(answers[place]) for place in drawn]) if decide else []
    both = [(results[p], g) for p, g in zip(drawn, seen, strict=False) if isinstance(g, Grade)]
    agreed = sum(_right(p.score) == _right(g.score) for p, g in both)
    return Judged(
        benchmark=name,
        by_rule=len(ruled),
        by_judge=kinds["scored"] - len(ruled),
        unjudged=kinds["unjudged"],
        audited=len(both),
        agreed=agreed,
        interval=wilson(agreed, len(both)),
    )


def _benchmark(answers: Answers, place: int) -> str:
    return answers.asked_of(place)[0].benchmark


def _right(score: float | None) -> bool:
    return score is not None and score >= 0.5


def _by_rule(asked: Asked) -> Grade | Failure | None:
    return asked.outcome if isinstance(asked.outcome, Failure) else asked.verdict


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
