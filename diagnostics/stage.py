"""The diagnose stage: an evaluation in, a diagnosis out.

    evaluation ─ diagnosis half ─ answers ─ candidates ─ test ─ selection ─ weaknesses ─ mixture
               └ both halves ─ changes since earlier rounds (never read by what is above)

`diagnosis.json` is the same to the byte for the same inputs and settings; its schema is
`diagnosis.schema.json`, beside this file.
"""

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from blindspot.core.artifact import Artifact, Draft, digest_of, open_artifact, write_text
from blindspot.core.config import identity
from blindspot.core.diagnosis import Changes, Diagnosis, DiagnosisArtifact
from blindspot.core.errors import DataError
from blindspot.core.evaluation import Evaluation
from blindspot.core.records import Attribution, CellShare, Prediction, Record, Sample
from blindspot.core.statistics import cluster_bootstrap, wilson
from blindspot.core.tables import write_records
from diagnostics.answers import Answers, answers_of, cluster_of
from diagnostics.causes.attribution import attributions, stage_of_samples
from diagnostics.changes.paired import Answered, changes
from diagnostics.labelling.labelled import as_stated
from diagnostics.mixture.cells import Catalogue, mixture
from diagnostics.settings import DiagnosisInputs, DiagnosticsSettings
from diagnostics.slices.against_rest import Pool
from diagnostics.slices.candidates import candidates
from diagnostics.slices.selection import false_alarms, pool_test, select
from diagnostics.slices.weaknesses import Rates, category_rates, weaknesses

__all__ = ["DIGITS", "DiagnosisInputs", "DiagnosticsSettings", "diagnose", "run"]

DIGITS: Final = 6
"""Significant digits of the numbers in `diagnosis.json` and `changes.json`."""


def run(config: DiagnosticsSettings, inputs: DiagnosisInputs, out: Path) -> Artifact:
    """Diagnose an evaluation into the folder `out`. Raises DataError when there is nothing to
    diagnose, or when rounds cannot be compared.
    """
    begun = time.monotonic()
    evaluation = Evaluation(inputs.evaluation)
    samples, predictions = evaluation.samples(), evaluation.predictions()
    answers = answers_of(as_stated(samples), predictions, "diagnosis")
    _check_answered(answers, samples, predictions)
    draft = Draft(out, "diagnosis", {**identity(config), "round": inputs.round}, _digests(inputs))
    previous = [DiagnosisArtifact(p).diagnosis() for p in inputs.previous]
    found = attributions(answers.samples, predictions)
    diagnosis = diagnose(config, inputs, evaluation, answers, found, previous)
    write_records(draft.path / "attributions.parquet", found, Attribution)
    _write(draft.path / "diagnosis.json", diagnosis)
    if inputs.earlier:
        now = Answered(inputs.round, samples, predictions)
        _write(draft.path / "changes.json", _changes(config, inputs, now, previous))
    return draft.publish(
        seeds={"seed": config.seed},
        counts=_counts(diagnosis, found),
        durations={"diagnose": time.monotonic() - begun},
    )


def diagnose(
    config: DiagnosticsSettings,
    inputs: DiagnosisInputs,
    evaluation: Evaluation,
    answers: Answers,
    found: Sequence[Attribution],
    previous: Sequence[Diagnosis],
) -> Diagnosis:
    """The diagnosis of the answered samples of the diagnosis half."""
    metrics, stage_of = evaluation.metrics(), stage_of_samples(found)
    pool = Pool(answers, candidates(answers, config.min_support))
    tested = pool_test(pool, answers.passed)
    rates = Rates(answers, pool)
    selected = select(pool, answers.passed, tested, q=config.q, min_support=config.min_support)
    aims = weaknesses(answers, rates, pool, tested, selected, stage_of, config.exemplars)
    last: tuple[CellShare, ...] = previous[-1].mixture if previous else ()
    rows, note = mixture(aims, answers.coverage, last, Catalogue(inputs.can_make), config)
    return Diagnosis(
        round=inputs.round,
        model=metrics.model,
        grader=metrics.grader,
        n=len(answers.samples),
        rate=float(answers.scores.mean()),
        interval=_interval(answers, config.seed),
        excluded=answers.excluded,
        categories=category_rates(answers, rates, pool, tested, stage_of, config),
        weaknesses=tuple(aim.weakness for aim in aims),
        candidates=len(pool.slices),
        q=config.q,
        null=false_alarms(
            pool, answers.passed, q=config.q, shuffles=config.shuffles, seed=config.seed
        ),
        mixture=rows,
        mixture_note=note,
    )


def rounded(value: Any) -> Any:
    """A JSON value with all its floats at `DIGITS` significant digits."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, Mapping):
        return {k: rounded(v) for k, v in value.items()}
    return [rounded(v) for v in value] if isinstance(value, list | tuple) else value


def _write(path: Path, record: Record) -> None:
    plain = rounded(record.model_dump(mode="json"))
    write_text(path, json.dumps(plain, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def _interval(answers: Answers, seed: int) -> tuple[float, float]:
    """Of the mean score: Wilson where every picture appears once, else over pictures."""
    if answers.clustered:
        return cluster_bootstrap(
            answers.scores, [cluster_of(s) for s in answers.samples], seed=seed
        )
    return wilson(float(answers.scores.sum()), len(answers.scores))


def _changes(
    config: DiagnosticsSettings,
    inputs: DiagnosisInputs,
    now: Answered,
    previous: Sequence[Diagnosis],
) -> Changes:
    """Against the rounds that are given."""
    first = inputs.round - len(inputs.earlier)
    numbers = [d.round for d in previous] or range(first, inputs.round)
    needed = {0: inputs.earlier[0], len(inputs.earlier) - 1: inputs.earlier[-1]}
    earlier = [
        Answered(numbers[i], evaluation.samples(), evaluation.predictions())
        for i, evaluation in ((i, Evaluation(path)) for i, path in sorted(needed.items()))
    ]
    strong = {c.name for d in previous[:1] for c in d.categories if c.verdict == "strong"}
    return changes(now, earlier, strong, config.seed)


def _digests(inputs: DiagnosisInputs) -> dict[str, str]:
    """Of everything that was read."""
    found = {"evaluation": open_artifact(inputs.evaluation, "evaluation").digest}
    if inputs.previous and inputs.earlier and len(inputs.previous) != len(inputs.earlier):
        raise DataError(
            "The earlier rounds",
            f"{len(inputs.earlier)} evaluations and {len(inputs.previous)} diagnoses were given",
            "Give one diagnosis for every earlier evaluation, in the same order",
        )
    for i, path in enumerate(inputs.earlier):
        found[f"earlier evaluation {i}"] = open_artifact(path, "evaluation").digest
    for i, path in enumerate(inputs.previous):
        found[f"earlier diagnosis {i}"] = open_artifact(path, "diagnosis").digest
    if inputs.can_make:
        found["can_make"] = digest_of([m.model_dump(mode="json") for m in inputs.can_make])
    return found


def _check_answered(
    answers: Answers, samples: Sequence[Sample], predictions: Sequence[Prediction]
) -> None:
    """Raise DataError, with the cause, when the diagnosis half has no answer at all."""
    if answers.samples:
        return
    own = {s.id for s in samples if s.half == "diagnosis"}
    kinds = Counter(p.failure.kind for p in predictions if p.sample_id in own and p.failure)
    causes = ", ".join(f"{count} × {kind}" for kind, count in sorted(kinds.items()))
    if not own:
        why = "none of its samples is in the diagnosis half"
    elif causes:
        why = f"no request of the diagnosis half was answered ({causes})"
    else:
        why = "no sample of the diagnosis half was asked"
    raise DataError(
        "The evaluation",
        why,
        "Mend the cause and run the evaluation again; it asks what is missing",
    )


def _counts(diagnosis: Diagnosis, found: Sequence[Attribution]) -> dict[str, int]:
    return {
        "samples": diagnosis.n,
        "excluded": sum(diagnosis.excluded.values()),
        "candidates": diagnosis.candidates,
        "weaknesses": len(diagnosis.weaknesses),
        "attributions": len(found),
        "null runs": diagnosis.null.runs,
        "null runs with a weakness": diagnosis.null.with_weakness,
    }
