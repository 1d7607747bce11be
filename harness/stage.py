"""The evaluation: load, split into halves, ask, grade, measure, publish.

Departs from other harnesses in what happens to a call that fails: it is a row with a cause, outside
every rate, and asked again by the next run of the same command.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from blindspot.core.artifact import Artifact, Draft, write_text
from blindspot.core.asking import ask
from blindspot.core.config import identity
from blindspot.core.errors import DataError, StageError
from blindspot.core.grading import GRADER, grade
from blindspot.core.model import ModelSettings, Request, fingerprint, open_model
from blindspot.core.progress import progress
from blindspot.core.records import Completion, Failure, Outcome, Prediction, Sample
from blindspot.core.run_folder import RunFolder
from blindspot.core.tables import write_records
from harness import own_data
from harness.halves import components, half, unit_hash
from harness.rates import metrics
from harness.settings import EvaluationSettings


@dataclass(frozen=True)
class EvaluationInputs:
    """What an evaluation needs beside its settings."""

    folder: RunFolder
    """Where pictures and answers are kept."""
    model: ModelSettings
    """Who is asked."""


def run(config: EvaluationSettings, inputs: EvaluationInputs, out: Path) -> Artifact:
    """Evaluate and publish. Raises DataError for a benchmark that cannot be used, StageError when
    too few calls were answered.
    """
    begun = time.monotonic()
    model_digest = fingerprint(inputs.model)
    sources = {f"benchmark:{b.name}": own_data.digest(b) for b in config.benchmarks}
    draft = Draft(out, "evaluation", identity(config), {"model": model_digest, **sources})
    samples, clusters, broken = _load(config, inputs.folder)
    outcomes = _outcomes(config, inputs, samples, broken)
    predictions = [_prediction(s, i, o) for (s, i), o in outcomes]
    result = metrics(samples, clusters, predictions, model_digest, GRADER)
    _require_coverage(result.coverage, result.failures, config)
    write_records(draft.path / "samples.parquet", samples, Sample)
    write_records(draft.path / "predictions.parquet", predictions, Prediction)
    write_text(draft.path / "metrics.json", result.model_dump_json(indent=1))
    counts = {f"failures.{kind}": n for kind, n in result.failures.items()}
    counts |= {"samples": len(samples), "predictions": len(predictions)}
    counts["failures"] = sum(result.failures.values())
    facts = {"model": {"backend": inputs.model.backend, "model": inputs.model.model}}
    return draft.publish(
        counts=counts, facts=facts, durations={"evaluate": time.monotonic() - begun}
    )


def _load(
    config: EvaluationSettings, folder: RunFolder
) -> tuple[list[Sample], list[str], dict[str, Failure]]:
    """Samples with their halves, their clusters, and the failures of unreadable pictures."""
    samples: list[Sample] = []
    broken: dict[str, Failure] = {}
    for settings in config.benchmarks:
        loaded = own_data.load(settings, folder.images)
        samples += _subset(loaded.samples, config.limit)
        broken |= loaded.broken
    _refuse_shared_ids(samples)
    clusters = components(samples, folder.images)
    halves = [half(c, config.diagnosis_share) for c in clusters]
    split = [s.model_copy(update={"half": h}) for s, h in zip(samples, halves, strict=True)]
    return split, clusters, broken


def _subset(samples: list[Sample], limit: int | None) -> list[Sample]:
    """A fixed random subset that depends on the ids alone, in the benchmark's order."""
    if limit is None or len(samples) <= limit:
        return samples
    kept = {s.id for s in sorted(samples, key=lambda s: unit_hash(s.id))[:limit]}
    return [s for s in samples if s.id in kept]


def _refuse_shared_ids(samples: Sequence[Sample]) -> None:
    twice = [i for i, n in Counter(s.id for s in samples).items() if n > 1]
    if twice:
        why = f"the id '{twice[0]}' stands in more than one of them"
        raise DataError("The suite's benchmarks", why, "Give every sample an id of its own")


def _outcomes(
    config: EvaluationSettings,
    inputs: EvaluationInputs,
    samples: Sequence[Sample],
    broken: dict[str, Failure],
) -> list[tuple[tuple[Sample, int], Outcome]]:
    """Every sample and repeat with its completion or failure, in order."""
    wanted = [(s, i) for s in samples for i in range(config.repeats)]
    asked = [(s, i) for s, i in wanted if s.id not in broken]
    requests = [
        Request(prompt=s.prompt, images=s.images, sampling=config.sampling, repeat=i)
        for s, i in asked
    ]
    model = open_model(inputs.model, inputs.folder.images)
    with progress("evaluate", len(requests)) as advance:
        answers = ask(model, requests, inputs.folder.ledger, advance)
    by_key = {(s.id, i): a for (s, i), a in zip(asked, answers, strict=True)}
    return [((s, i), broken.get(s.id) or by_key[s.id, i]) for s, i in wanted]


def _prediction(sample: Sample, repeat: int, outcome: Outcome) -> Prediction:
    if isinstance(outcome, Failure):
        return Prediction(sample_id=sample.id, repeat=repeat, failure=outcome, grader=GRADER)
    return _graded(sample, repeat, outcome)


def _graded(sample: Sample, repeat: int, completion: Completion) -> Prediction:
    result = grade(
        completion.text, target=sample.target, kind=sample.answer_kind, options=sample.options
    )
    return Prediction(
        sample_id=sample.id,
        repeat=repeat,
        completion=completion,
        answer=result.answer,
        score=result.score,
        grader=GRADER,
    )


def _require_coverage(
    coverage: float, failures: dict[str, int], config: EvaluationSettings
) -> None:
    if coverage >= config.min_coverage:
        return
    kinds = ", ".join(f"{kind} {n}" for kind, n in failures.items())
    raise StageError(
        "The evaluation",
        f"only {coverage:.1%} of the calls were answered, fewer than {config.min_coverage:.1%} "
        f"(failures: {kinds})",
        "Run the same command again: it keeps the answers and asks the rest. "
        "Or accept less with --set evaluation.min_coverage=…",
    )
