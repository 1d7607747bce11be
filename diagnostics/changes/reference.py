"""The gap to another model: the same samples answered by both, diagnosis half alone.

    counting/geometric   n 120   this 41.2   reference 68.3   gap −27.1 [−36.0, −18.2]   p 4e-08

Where the reference does no better, a weakness says something about the benchmark: its questions
are hard or wrong for everybody. Where it does much better, the samples can be solved.

Samples are paired by id. Refused are other graders, and a sample that is not the same question
there. The overall row is the mean over benchmarks; rows of categories and of weaknesses have at
least as many pairs as a diagnosis asks of a slice, and are adjusted (Benjamini–Hochberg) each
among their own kind.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from blindspot.core.artifact import first_difference
from blindspot.core.diagnosis import Gap, Reference
from blindspot.core.errors import DataError
from blindspot.core.evaluation import Evaluation
from blindspot.core.records import Prediction, Sample
from blindspot.core.statistics import benjamini_hochberg
from diagnostics.answers import Answers, read, scores_by_sample
from diagnostics.changes.paired import Pair, measured
from diagnostics.settings import DiagnosticsSettings
from diagnostics.slices.candidates import categories

OVERALL: Final = "overall"
FEWEST: Final[int] = DiagnosticsSettings().min_support
_QUESTION: Final = ("benchmark", "question", "target", "options", "answer_kind", "images")


def reference(
    answers: Answers,
    members: Mapping[str, frozenset[str]],
    other: Evaluation,
    seed: int,
    *,
    graders: Mapping[str, str],
    fewest: int = FEWEST,
) -> Reference:
    """The gap to the model of `other`, overall, per category and per weakness (its id and the ids
    of its samples). `graders` says who graded each benchmark here. Raises DataError where the two
    cannot be set against each other, or have no answered sample in common.
    """
    pairs = _pairs(answers, graders, other)
    by_category = {
        piece.category: frozenset(answers.samples[i].id for i in piece.members)
        for piece in categories(answers)
    }
    rows = (
        _gap(OVERALL, list(pairs.values()), seed),
        *_gaps(by_category, pairs, fewest, seed),
        *_gaps(members, pairs, fewest, seed),
    )
    return Reference(model=other.metrics().model, rows=rows)


def _pairs(answers: Answers, graders: Mapping[str, str], other: Evaluation) -> dict[str, Pair]:
    """What both answered, by sample id: the reference before, this model after."""
    samples, predictions = {s.id: s for s in other.samples()}, read(other)
    common = [s for s in answers.samples if s.id in samples]
    for sample in common:
        _refuse_another_question(sample, samples[sample.id], other)
    _refuse_other_graders(common, graders, predictions, other)
    theirs = scores_by_sample(predictions)
    found = {
        s.id: Pair(s, float(np.mean(theirs[s.id])), float(score))
        for s, score in zip(answers.samples, answers.scores.tolist(), strict=True)
        if s.id in samples and s.id in theirs
    }
    if not found:
        raise DataError(
            _title(other),
            "no sample of the diagnosis half was answered by both: the evaluation that is "
            f"diagnosed has {_suite(answers.samples)}, the reference {_suite(samples.values())}",
            "Evaluate the reference model on the same benchmarks",
        )
    return found


def _gaps(
    members: Mapping[str, frozenset[str]], pairs: Mapping[str, Pair], fewest: int, seed: int
) -> list[Gap]:
    """One row per name, in the order given, adjusted among themselves."""
    rows = [
        _gap(name, [pairs[i] for i in own], seed)
        for name, ids in members.items()
        if len(own := sorted(ids & pairs.keys())) >= fewest
    ]
    adjusted = benjamini_hochberg([r.p for r in rows]).tolist()
    return [r.model_copy(update={"p_adjusted": p}) for r, p in zip(rows, adjusted, strict=True)]


def _gap(name: str, rows: Sequence[Pair], seed: int) -> Gap:
    found = measured(rows, seed)
    return Gap(
        name=name,
        n=len(rows),
        rate=found.after,
        reference_rate=found.before,
        gap=found.change,
        interval=found.interval,
        p=found.p,
        p_adjusted=found.p,
    )


def _refuse_another_question(mine: Sample, theirs: Sample, other: Evaluation) -> None:
    for name in _QUESTION:
        here, there = getattr(mine, name), getattr(theirs, name)
        if here != there:
            raise DataError(
                _title(other),
                f"of the sample '{mine.id}', {first_difference({name: here}, {name: there})}",
                "Evaluate both models on one version of the benchmark",
            )


def _refuse_other_graders(
    common: Iterable[Sample],
    graders: Mapping[str, str],
    predictions: Iterable[Prediction],
    other: Evaluation,
) -> None:
    benchmark_of = {s.id: s.benchmark for s in common}
    theirs: defaultdict[str, set[str]] = defaultdict(set)
    for p in predictions:
        if p.score is not None and p.sample_id in benchmark_of:
            theirs[benchmark_of[p.sample_id]].add(p.grader)
    for benchmark, found in sorted(theirs.items()):
        if found != {graders.get(benchmark, "nobody")}:
            raise DataError(
                _title(other),
                f"{benchmark} was graded there by {', '.join(sorted(found))}, "
                f"here by {graders.get(benchmark, 'nobody')}",
                "Grade both by one: blindspot evaluate --regrade",
            )


def _title(other: Evaluation) -> str:
    return f"Comparing with the reference {other.path}"


def _suite(samples: Iterable[Sample]) -> str:
    return ", ".join(sorted({s.benchmark for s in samples})) or "nothing"
