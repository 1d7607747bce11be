"""The round's gate: did the training keep what was strong?

    before, after  the start and the trained checkpoint answer `canary` and `validation`
    canary         of every strong category the lower bound of the paired change > −margin
    validation     the mean does not fall; undecided where no sample has both answers
    → acceptance/  accepted, or rolled back: the next round starts from the old weights again

The change is that of who is right, sample by sample, with Tango's one-sided 95 % bound. As every
category must hold, no correction for their number is needed (an intersection-union test). With
fewer than 52 samples, no category can be shown to have held within 5 points, even where nothing was
lost: such a one is named `too few` and decides nothing. Answers that a model could not give are
left out and counted; where they may still come, the gate does not decide, and is run again.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from blindspot.core.acceptance import KIND, Acceptance, Answered, CategoryChange
from blindspot.core.artifact import Artifact, Draft, open_artifact, write_text
from blindspot.core.asking import ask
from blindspot.core.config import identity
from blindspot.core.errors import StageError
from blindspot.core.grading import is_gradable
from blindspot.core.images import ImageStore
from blindspot.core.model import ModelSettings, Request, Sampling, fingerprint, open_model
from blindspot.core.progress import progress
from blindspot.core.records import Failure, Outcome, Split, TrainingSample
from blindspot.core.run_folder import RunFolder
from blindspot.core.statistics import needed, paired_lower
from blindspot.core.tables import write_records
from blindspot.core.training_set import TrainingSetArtifact, read_pictures, read_split
from training.settings import AcceptanceSettings
from training.validation import category, score

_SPLITS: Final[tuple[Split, ...]] = ("canary", "validation")


@dataclass(frozen=True)
class AcceptanceInputs:
    """What the gate reads."""

    folder: RunFolder
    """The run, for its pictures and its ledger."""
    training_set: Path
    """The training set, for its canary and validation splits."""
    start: ModelSettings
    """The policy before."""
    trained: ModelSettings
    """The policy after."""
    checkpoint: Path
    """Its artifact."""
    sampling: Sampling
    """How both answer: as in an evaluation."""


def run(config: AcceptanceSettings, inputs: AcceptanceInputs, out: Path) -> Artifact:
    """Ask both and publish the verdict at `out`. Raises StageError while answers are missing that
    another attempt may bring.
    """
    begun = time.monotonic()
    training_set = TrainingSetArtifact(inputs.training_set)
    draft = Draft(out, KIND, _config(config, inputs), _digests(inputs, training_set))
    samples = [s for split in _SPLITS for s in _gradable(read_split(training_set, split))]
    asked = _requests(inputs, samples, _stored(training_set, inputs.folder.images))
    before = _scores(inputs.start, samples, asked, inputs.folder, "before")
    after = _scores(inputs.trained, samples, asked, inputs.folder, "after")
    rows = [_answered(s, b, a) for s, b, a in zip(samples, before, after, strict=True)]
    verdict = decide(rows, config.margin)
    write_records(draft.path / "answers.parquet", rows, Answered)
    write_text(draft.path / "acceptance.json", verdict.model_dump_json(indent=1))
    return draft.publish(
        counts={"samples": len(rows), "missing": sum(_missing(row) for row in rows)},
        facts={"accepted": verdict.accepted, "why": verdict.why},
        durations={"acceptance": time.monotonic() - begun},
    )


def decide(rows: Sequence[Answered], margin: float) -> Acceptance:
    """The verdict on what both answered."""
    canary = _by_category([row for row in rows if row.split == "canary"])
    categories = tuple(_change(name, own, margin) for name, own in canary.items())
    held_in = [row for row in rows if row.split == "validation"]
    validation = _change("validation", held_in, margin) if held_in else None
    objections = [_fell(c, margin) for c in categories if c.verdict == "fell"]
    change = _mean_change(validation) if validation else None
    if change is not None and change < 0:
        objections.append(f"validation fell by {-change:.1%}")
    return Acceptance(
        accepted=not objections,
        why="; ".join(objections) or _kept(categories, validation),
        margin=margin,
        categories=categories,
        validation=validation,
    )


def _change(name: str, rows: Sequence[Answered], margin: float) -> CategoryChange:
    pairs = [(r.before, r.after) for r in rows if r.before is not None and r.after is not None]
    lost, won = sum(b > a for b, a in pairs), sum(b < a for b, a in pairs)
    lower = paired_lower(lost, won, len(pairs))
    return CategoryChange(
        name=name,
        n=len(pairs),
        lost=lost,
        won=won,
        before=fmean(b for b, _ in pairs) if pairs else None,
        after=fmean(a for _, a in pairs) if pairs else None,
        lower=lower,
        missing=sum(_missing(row) for row in rows),
        verdict="too few" if len(pairs) < needed(margin) else "held" if lower > -margin else "fell",
    )


def _mean_change(change: CategoryChange) -> float | None:
    """None where no sample has both answers."""
    if change.before is None or change.after is None:
        return None
    return change.after - change.before


def _fell(change: CategoryChange, margin: float) -> str:
    return (
        f"{change.name} may have lost {-change.lower:.1%}, more than {margin:.0%} "
        f"({change.lost} lost, {change.won} won of {change.n})"
    )


def _kept(categories: Sequence[CategoryChange], validation: CategoryChange | None) -> str:
    held = sum(c.verdict == "held" for c in categories)
    few = len(categories) - held
    parts = [f"{held} strong categories held"] if held else []
    parts += [f"{few} have too few canary samples to say"] if few else []
    parts += [_validated(validation)] if validation else []
    return ", ".join(parts) or "the training set has neither canary nor validation samples"


def _validated(validation: CategoryChange) -> str:
    change = _mean_change(validation)
    if change is None:
        return f"validation undecided, none of its {validation.missing} samples has both answers"
    return f"validation {change:+.1%}"


def _by_category(rows: Sequence[Answered]) -> Mapping[str, list[Answered]]:
    found: dict[str, list[Answered]] = {}
    for row in sorted(rows, key=lambda r: (r.category, r.id)):
        found.setdefault(row.category, []).append(row)
    return found


def _missing(row: Answered) -> bool:
    return row.before is None or row.after is None


def _answered(sample: TrainingSample, before: float | None, after: float | None) -> Answered:
    where, split = category(sample), sample.split
    return Answered(id=sample.id, split=split, category=where, before=before, after=after)


def _gradable(samples: Sequence[TrainingSample]) -> list[TrainingSample]:
    return [s for s in samples if is_gradable(s.target, s.answer_kind, s.options)]


def _stored(training_set: TrainingSetArtifact, images: ImageStore) -> dict[str, str]:
    """The splits' pictures as models find them, by the names that samples give them."""
    found: dict[str, str] = {}
    for split in _SPLITS:
        for name, data in read_pictures(training_set, split).items():
            found[name] = images.put(data)
    return found


def _requests(
    inputs: AcceptanceInputs, samples: Sequence[TrainingSample], stored: Mapping[str, str]
) -> list[Request]:
    return [
        Request(
            prompt=sample.prompt,
            images=tuple(stored[name] for name in sample.images),
            sampling=inputs.sampling,
        )
        for sample in samples
    ]


def _scores(
    policy: ModelSettings,
    samples: Sequence[TrainingSample],
    requests: Sequence[Request],
    folder: RunFolder,
    when: str,
) -> list[float | None]:
    if not requests:
        return []
    model = open_model(policy, folder.images)
    with progress(f"Canaries {when}", len(requests)) as advance:
        outcomes = ask(model, requests, folder.ledger, lambda answers: advance(len(answers)))
    _refuse_gaps(outcomes, when)
    return [score(s, o) for s, o in zip(samples, outcomes, strict=True)]


def _refuse_gaps(outcomes: Sequence[Outcome], when: str) -> None:
    failures = [o for o in outcomes if isinstance(o, Failure) and o.retryable]
    if failures:
        raise StageError(
            f"The round cannot be judged: {len(failures)} of {len(outcomes)} answers {when} "
            "training are missing",
            failures[0].message,
            "Run the same command again; it asks for those alone",
        )


def _config(config: AcceptanceSettings, inputs: AcceptanceInputs) -> dict[str, Any]:
    return {**identity(config), "sampling": inputs.sampling.model_dump(mode="json")}


def _digests(inputs: AcceptanceInputs, training_set: TrainingSetArtifact) -> dict[str, str]:
    return {
        "training_set": training_set.artifact.digest,
        "checkpoint": open_artifact(inputs.checkpoint, "checkpoint").digest,
        "model": fingerprint(inputs.start),
    }
