"""The evaluation: load, split into halves, ask, grade, measure, publish.

Departs from other harnesses in what happens to a call that fails: it is a row with a cause, outside
every rate, and asked again by the next run of the same command.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from blindspot.core.artifact import Artifact, Draft, write_text
from blindspot.core.asking import tell
from blindspot.core.config import identity
from blindspot.core.errors import StageError
from blindspot.core.evaluation import Evaluation, Metrics
from blindspot.core.model import Model, ModelSettings, fingerprint, open_model
from blindspot.core.progress import progress
from blindspot.core.records import Failure, Prediction, Sample
from blindspot.core.run_folder import RunFolder
from blindspot.core.spread import spread
from blindspot.core.tables import write_records
from harness import judge, scoring, suite
from harness.answers import Answers, Questions
from harness.own_metrics import own_metrics
from harness.rates import metrics
from harness.running import Running
from harness.settings import EvaluationSettings
from harness.splitting import split
from harness.suite import Loaded

_BLOCK: Final = 500
"""Answers that are recalled at once."""


@dataclass(frozen=True)
class EvaluationInputs:
    """What an evaluation needs beside its settings."""

    folder: RunFolder
    """Where pictures and answers are kept."""
    model: ModelSettings
    """Who is asked."""
    earlier: Evaluation | None = None
    """Grade this one again: the model is asked nothing; what the ledger does not hold stays the
    failure that it was there, and what was known of the server stays known.
    """


def run(config: EvaluationSettings, inputs: EvaluationInputs, out: Path) -> Artifact:
    """Evaluate and publish. Raises DataError for a benchmark that cannot be used, StageError when
    too few calls were answered.
    """
    begun = time.monotonic()
    model = fingerprint(inputs.model)
    listed = suite.entries(config)
    sources = {f"benchmark:{name}": digest for name, digest in suite.digests(listed).items()}
    draft = Draft(out, "evaluation", identity(config), {"model": model, **sources})
    loaded = suite.load(listed, inputs.folder.images, config.limit)
    loaded.samples = samples = split(
        listed, config.diagnosis_share, loaded.samples, inputs.folder.images
    )
    answers = Answers(loaded, config.repeats)
    described = _ask(config, inputs, model, Questions(loaded, config), answers)
    needy = [e.settings.name for e in listed if e.benchmark.facts.judge]
    graders = _graders(config, loaded, needy)
    decide = partial(_judge, config, inputs.folder) if config.judge else None
    predictions = scoring.predictions(answers, graders, needy, decide)
    judged = scoring.judged(answers, predictions, needy, config.judge_audit, decide)
    own = own_metrics(loaded, predictions)
    result = metrics(samples, predictions, model, graders, own, judged)
    _write(draft.path, samples, predictions, result)
    _require_coverage(predictions, result, config, draft.path)
    return draft.publish(
        counts=_counts(samples, predictions, result),
        facts={"model": described},
        durations={"evaluate": time.monotonic() - begun},
    )


def _ask(
    config: EvaluationSettings,
    inputs: EvaluationInputs,
    model: str,
    questions: Questions,
    answers: Answers,
) -> dict[str, Any]:
    """Fill in what comes of every question; what is known of the model."""
    if inputs.earlier is not None:
        _recall(inputs.folder, inputs.earlier, model, questions, answers)
        return inputs.earlier.artifact.manifest.facts["model"]
    with _opened(config, inputs) as opened:
        with progress("evaluate", len(questions)) as bar:
            running = Running(answers, questions.places, bar)
            tell(opened, questions, inputs.folder.ledger, running)
        return _described(inputs.model, asyncio.run(_abilities(opened)))


def _opened(config: EvaluationSettings, inputs: EvaluationInputs) -> AbstractContextManager[Model]:
    if config.executor == "ray":
        return spread(inputs.model, inputs.folder.images, config.ray_address)
    return nullcontext(open_model(inputs.model, inputs.folder.images))


def _recall(
    folder: RunFolder, earlier: Evaluation, model: str, questions: Questions, answers: Answers
) -> None:
    """The ledger's answers; for what it does not hold, the failure of the earlier grading."""
    failed = {
        (p.sample_id, p.repeat): p.failure for p in earlier.scan_predictions() if not p.completion
    }
    never = Failure(kind="request", message="it was not asked", retryable=True)
    for start in range(0, len(questions), _BLOCK):
        keys = [request.key(model) for request in questions[start : start + _BLOCK]]
        known = folder.ledger.lookup(keys)
        for place, key in zip(questions.places[start : start + _BLOCK], keys, strict=True):
            sample, repeat = answers.asked_of(place)
            answers.take(place, known.get(key) or failed.get((sample.id, repeat)) or never)


async def _abilities(model: Model) -> dict[str, Any]:
    try:
        return await model.abilities()
    finally:
        await model.rest()


def _judge(
    config: EvaluationSettings, folder: RunFolder, questions: Sequence[judge.Question]
) -> list[Any]:
    assert config.judge is not None, "called only with a judge"
    return judge.decide(config.judge, questions, folder)


def _graders(config: EvaluationSettings, loaded: Loaded, needy: Sequence[str]) -> dict[str, str]:
    named = judge.version(config.judge) if config.judge else None
    return scoring.graders(loaded, needy, named)


def _write(
    folder: Path, samples: Sequence[Sample], predictions: Sequence[Prediction], result: Metrics
) -> None:
    write_records(folder / "samples.parquet", samples, Sample)
    write_records(folder / "predictions.parquet", predictions, Prediction)
    write_text(folder / "metrics.json", result.model_dump_json(indent=1))


def _counts(
    samples: Sequence[Sample], predictions: Sequence[Prediction], result: Metrics
) -> dict[str, int]:
    counts = {f"failures.{kind}": n for kind, n in result.failures.items()}
    counts |= {"samples": len(samples), "predictions": len(predictions)}
    return counts | {"failures": sum(result.failures.values())}


def _described(settings: ModelSettings, abilities: dict[str, Any]) -> dict[str, Any]:
    named = {"backend": settings.backend, "model": settings.model}
    return named | ({"abilities": abilities} if abilities else {})


def _require_coverage(
    predictions: Sequence[Prediction], result: Metrics, config: EvaluationSettings, draft: Path
) -> None:
    """What nobody could judge was answered, and running again would not change it."""
    answered = sum(p.completion is not None for p in predictions) / max(1, len(predictions))
    if answered >= config.min_coverage:
        return
    kinds = ", ".join(f"{kind} {n}" for kind, n in result.failures.items())
    raise StageError(
        "The evaluation",
        f"only {answered:.1%} of the calls were answered, fewer than {config.min_coverage:.1%} "
        f"(failures: {kinds})",
        "Run the same command again: it keeps the answers and asks the rest. Or accept less with "
        f"--set evaluation.min_coverage=… (what there is so far lies in {draft})",
    )
