"""The diagnose stage: an evaluation in, a diagnosis out.

    evaluation ─ labels ─ diagnosis half ─ answers ─ causes ─ slices ─ identity ─ mixture
                        └ both halves ─ changes since earlier rounds

Of the changes only the diagnosis half reaches the mixture. `diagnosis.json` is the same to the byte
for the same inputs and settings; its schema is `diagnosis.schema.json`, beside this file.
"""

import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from blindspot.core import taxonomy
from blindspot.core.artifact import Artifact, Draft, write_text
from blindspot.core.config import identity
from blindspot.core.diagnosis import Diagnosis, Ended, Member, Reference
from blindspot.core.evaluation import Evaluation
from blindspot.core.model import Sampling
from blindspot.core.records import Attribution, Label, Record
from blindspot.core.statistics import cluster_bootstrap, wilson
from blindspot.core.tables import write_records
from blindspot.core.taxonomy import Taxonomy
from diagnostics.answers import Answers, answers_of, cluster_of, read
from diagnostics.causes import human
from diagnostics.causes.explaining import Causes, explain
from diagnostics.changes.identity import Found, identified
from diagnostics.changes.paired import Answered
from diagnostics.changes.reference import reference
from diagnostics.checks import check_answered, digests
from diagnostics.history import History, history
from diagnostics.labelling.labelled import Labelled
from diagnostics.labelling.labelling import label
from diagnostics.mixture.cells import Catalogue, mixture
from diagnostics.settings import DiagnosisInputs, DiagnosticsSettings
from diagnostics.slices.finding import Findings, find

__all__ = ["DIGITS", "DiagnosisInputs", "DiagnosticsSettings", "run"]

DIGITS: Final = 6
"""Significant digits of the numbers in `diagnosis.json` and `changes.json`."""


@dataclass(frozen=True)
class Seen:
    """All that a diagnosis is made of."""

    labelled: Labelled
    answers: Answers
    causes: Causes
    findings: Findings
    ended: tuple[Ended, ...]
    history: History


def run(config: DiagnosticsSettings, inputs: DiagnosisInputs, out: Path) -> Artifact:
    """Diagnose an evaluation into the folder `out`. Raises DataError when there is nothing to
    diagnose, or when rounds or models cannot be compared.
    """
    begun = time.monotonic()
    evaluation, terms = Evaluation(inputs.evaluation), taxonomy.load(config.taxonomy)
    settings = {**identity(config), "round": inputs.round}
    draft = Draft(out, "diagnosis", settings, digests(config, inputs))
    seen = see(config, inputs, evaluation, terms)
    diagnosis = conclude(config, inputs, evaluation, terms, seen)
    _write(draft.path, seen, diagnosis, config.seed)
    return draft.publish(
        seeds={"seed": config.seed},
        counts=_counts(diagnosis, seen),
        durations={"diagnose": time.monotonic() - begun},
    )


def see(
    config: DiagnosticsSettings, inputs: DiagnosisInputs, evaluation: Evaluation, terms: Taxonomy
) -> Seen:
    """Everything up to the mixture."""
    samples = evaluation.samples()
    predictions = read(evaluation, {s.id for s in samples if s.half == "diagnosis"})
    check_answered(samples, predictions)
    labelled = label(samples, terms, inputs.folder, config.labeller)
    answers = answers_of(labelled, predictions, "diagnosis")
    sampling = Sampling.model_validate(evaluation.artifact.manifest.config.get("sampling", {}))
    causes = explain(config, inputs, sampling, answers, predictions)
    findings = find(config, answers, causes.stage_of, causes.probed.pass_rates)
    now = Answered(inputs.round, labelled.samples, predictions)
    past = history(inputs, now, config.seed)
    return Seen(labelled, answers, causes, *_identified(config, findings, past, now), past)


def conclude(
    config: DiagnosticsSettings,
    inputs: DiagnosisInputs,
    evaluation: Evaluation,
    terms: Taxonomy,
    seen: Seen,
) -> Diagnosis:
    """The diagnosis, with the mixture that it asks for."""
    answers, causes, findings = seen.answers, seen.causes, seen.findings
    rows, note = mixture(
        findings.aims,
        answers.coverage,
        seen.history.last.mixture if seen.history.last else (),
        Catalogue(inputs.can_make),
        config,
        seen.history.fallen(),
    )
    metrics = evaluation.metrics()
    return Diagnosis(
        round=inputs.round,
        model=metrics.model,
        grader=metrics.grader,
        n=len(answers.samples),
        rate=float(answers.scores.mean()),
        interval=_interval(answers, config.seed),
        excluded=answers.excluded,
        suspect_rate=_suspect_rate(answers, causes),
        taxonomy=terms.title,
        labels=_labels(seen.labelled),
        categories=findings.categories,
        weaknesses=tuple(aim.weakness for aim in findings.aims),
        ended=seen.ended,
        stages=causes.shares,
        excess=findings.excess,
        probes=causes.probed.shares,
        teacher=causes.teacher,
        human=causes.human,
        groups=causes.groups,
        reference=_reference(config, inputs, seen, metrics.graders),
        candidates=sum(findings.pools.values()),
        pools=findings.pools,
        q=config.q,
        null=findings.null,
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


def _identified(
    config: DiagnosticsSettings, findings: Findings, past: History, now: Answered
) -> tuple[Findings, tuple[Ended, ...]]:
    """The weaknesses under the names that earlier rounds gave them."""
    found = [Found(aim.weakness, findings.members[aim.weakness.id]) for aim in findings.aims]
    renamed, ended = identified(found, past.rounds, now, config)
    pairs = list(zip(findings.aims, renamed, strict=True))
    members = {new.id: findings.members[aim.weakness.id] for aim, new in pairs}
    aims = [replace(aim, weakness=new) for aim, new in pairs]
    return replace(findings, aims=aims, members=members), ended


def _write(folder: Path, seen: Seen, diagnosis: Diagnosis, seed: int) -> None:
    members = [
        Member(weakness=name, sample_id=sample)
        for name, ids in sorted(seen.findings.members.items())
        for sample in sorted(ids)
    ]
    write_records(folder / "attributions.parquet", seen.causes.attributions, Attribution)
    write_records(folder / "labels.parquet", seen.labelled.labels, Label)
    write_records(folder / "members.parquet", members, Member)
    human.write_form(folder / "to_label.csv", seen.causes.failed, seed)
    _write_json(folder / "diagnosis.json", diagnosis)
    if seen.history.changes:
        _write_json(folder / "changes.json", seen.history.changes)


def _write_json(path: Path, record: Record) -> None:
    plain = rounded(record.model_dump(mode="json"))
    write_text(path, json.dumps(plain, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def _interval(answers: Answers, seed: int) -> tuple[float, float]:
    """Of the mean score: Wilson where nothing is shared, else over pictures and groups."""
    if answers.clustered:
        return cluster_bootstrap(
            answers.scores, [cluster_of(s) for s in answers.samples], seed=seed
        )
    return wilson(float(answers.scores.sum()), len(answers.scores))


def _reference(
    config: DiagnosticsSettings, inputs: DiagnosisInputs, seen: Seen, graders: Mapping[str, str]
) -> Reference | None:
    if inputs.reference is None:
        return None
    return reference(
        seen.answers,
        seen.findings.members,
        Evaluation(inputs.reference),
        config.seed,
        graders=graders,
        fewest=config.min_support,
    )


def _suspect_rate(answers: Answers, causes: Causes) -> float:
    """The mean score with answers that look wrongly graded counted as right."""
    suspects = {i for i, stage in causes.stage_of.items() if stage == "grader_suspect"}
    scores = [
        1.0 if s.id in suspects else score
        for s, score in zip(answers.samples, answers.scores.tolist(), strict=True)
    ]
    return sum(scores) / len(scores)


def _labels(labelled: Labelled) -> dict[str, dict[str, int]]:
    """Per axis, samples of the diagnosis half by the source of their heaviest label."""
    own = {s.id for s in labelled.samples if s.half == "diagnosis"}
    first = {(x.axis, x.sample_id): x.source for x in reversed(labelled.labels)}
    counts: dict[str, Counter[str]] = {"capability": Counter(), "image_type": Counter()}
    for (axis, sample), source in first.items():
        if sample in own:
            counts[axis][source] += 1
    return {axis: dict(sorted(found.items())) for axis, found in counts.items()}


def _counts(diagnosis: Diagnosis, seen: Seen) -> dict[str, int]:
    return {
        "samples": diagnosis.n,
        "excluded": sum(diagnosis.excluded.values()),
        "candidates": diagnosis.candidates,
        "weaknesses": len(diagnosis.weaknesses),
        "attributions": len(seen.causes.attributions),
        "null runs": diagnosis.null.runs,
        "null runs with a weakness": diagnosis.null.with_weakness,
        **{f"labels.{k}": n for k, n in seen.labelled.failures.items()},
        **{f"not probed.{k}": n for k, n in seen.causes.probed.left_out.items()},
    }
