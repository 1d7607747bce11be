"""Failed samples asked again under interventions, and what that says about causes.

    failed → those whose cause is open → drawn → all probes' requests, asked at once → graded
           → shares of all failed samples, and a verdict on drawn ones that no rule resolved

Not drawn is what broke in its form (`FORM`: cut off, refused, unreadable, perhaps right): there is
nothing to repair in the picture. Those count as not turned in every share, and so do samples
without a picture in shares of what is done to pictures.

Answers are graded by the core's grader, as a benchmark's own belongs to another stage. So a sample
is drawn only if that grader calls its known answer wrong and its target right; others are left out
and counted, and the drawn ones stand for them.

A share is of failed samples whose answer turns right (`diagnostics.causes.probe_rows`). Nothing is
subtracted: what turns right with nothing repaired stands beside it in the rows of the controls, and
verdicts on single samples take it into account (`diagnostics.causes.probe_verdicts`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from blindspot.core.asking import ask
from blindspot.core.diagnosis import ProbeShare
from blindspot.core.grading import extract, grade, is_gradable, normalise
from blindspot.core.model import Model, ModelSettings, Request, Sampling, open_model
from blindspot.core.outcomes import PASSED
from blindspot.core.progress import progress
from blindspot.core.records import Attribution, Completion, Failure, Outcome, Sample
from blindspot.core.run_folder import RunFolder
from diagnostics.causes.describing import Describer
from diagnostics.causes.drawing import Drawn, draw
from diagnostics.causes.failed import Failed
from diagnostics.causes.probe import Intervention, Means, Probe, probes
from diagnostics.causes.probe_rows import rows
from diagnostics.causes.probe_verdicts import verdicts
from diagnostics.causes.tried import Tried
from diagnostics.settings import ProbeSettings

FORM: Final = frozenset({"truncated", "refusal", "format", "grader_suspect", "instruction"})
"""Stages of answers that broke in their form."""
Planned = Mapping[str, Intervention | Failure]
"""By sample id, how a probe asks it again or why it cannot."""
TriedById = Mapping[str, Tried]


@dataclass(frozen=True)
class Probed:
    """What probes say about the failed samples."""

    shares: tuple[ProbeShare, ...]
    """By probe and stage."""
    verdicts: dict[str, Attribution]
    """By id, of drawn samples that were unresolved."""
    pass_rates: dict[str, tuple[float, int]]
    """By id, of drawn samples: share of right re-samples, and how many."""
    left_out: dict[str, int] = field(default_factory=dict)
    """Failed samples that could not be drawn, by cause."""


def probe(
    settings: ProbeSettings,
    model: ModelSettings,
    folder: RunFolder,
    sampling: Sampling,
    failed: Sequence[Failed],
    seed: int,
    teacher: ModelSettings | None = None,
) -> Probed:
    """Ask a drawn part of the failed samples again under every probe that is set. `sampling` is the
    evaluation's; `teacher` describes pictures if given. Raises StageError when a model answers
    nothing at all.
    """
    eligible, left_out = _eligible(failed)
    drawn = draw(eligible, settings.failures, seed)
    if not drawn:
        return Probed((), {}, {}, left_out)
    own = open_model(model, folder.images)
    means = Means(settings, sampling, folder.images, Describer(folder, own, teacher))
    loaded = {name: probes.load(name) for name in dict.fromkeys(settings.names)}
    tried = _tried(loaded, drawn, means, own, folder)
    in_form = sum(f.stage in FORM for f in failed)
    return Probed(
        shares=rows(drawn, tried, 1 - in_form / len(failed)),
        verdicts=verdicts([d.failed for d in drawn], tried),
        pass_rates=_pass_rates(tried.values()),
        left_out=left_out,
    )


def _eligible(failed: Sequence[Failed]) -> tuple[list[Failed], dict[str, int]]:
    """Failed samples that can be drawn, and how many cannot, by cause."""
    causes = [_cause_to_leave_out(f) for f in failed]
    eligible = [f for f, cause in zip(failed, causes, strict=True) if cause is None]
    return eligible, dict(sorted(Counter(cause for cause in causes if cause).items()))


def _cause_to_leave_out(failed: Failed) -> str | None:
    sample, said = failed.sample, failed.prediction.completion
    if failed.stage in FORM:
        return failed.stage
    if said is None or not is_gradable(sample.target, sample.answer_kind, sample.options):
        return "target not gradable"
    return "graded otherwise" if _score(sample, said.text) >= PASSED else None


def _score(sample: Sample, text: str) -> float:
    read = grade(text, target=sample.target, kind=sample.answer_kind, options=sample.options)
    return read.score


def _tried(
    loaded: Mapping[str, Probe],
    drawn: Sequence[Drawn],
    means: Means,
    model: Model,
    folder: RunFolder,
) -> dict[str, dict[str, Tried]]:
    """By probe and sample id, what came of it."""
    plans = {name: _plan(probe, drawn, means) for name, probe in loaded.items()}
    asked = [r for plan in plans.values() for r in _requests(plan)]
    with progress("Asking failed samples again", len(asked)) as advance:
        outcomes = iter(ask(model, asked, folder.ledger, lambda answers: advance(len(answers))))
    by_id = {d.failed.sample.id: d.failed for d in drawn}
    return {
        name: {
            key: _came(name, loaded[name], by_id[key], each, outcomes) for key, each in plan.items()
        }
        for name, plan in plans.items()
    }


def _plan(probe: Probe, drawn: Sequence[Drawn], means: Means) -> Planned:
    samples = [d.failed.sample for d in drawn if _concerns(probe, d.failed.sample)]
    plans = probe.interventions(samples, means)
    pairs = zip(samples, plans, strict=True)
    return {sample.id: each for sample, each in pairs if each is not None}


def _concerns(probe: Probe, sample: Sample) -> bool:
    """Whether there is anything to repair or remove."""
    return bool(sample.images) or probe.kind in ("control", "redraw")


def _requests(plan: Planned) -> Iterator[Request]:
    for each in plan.values():
        if isinstance(each, Intervention):
            yield from each.requests


def _came(
    name: str,
    probe: Probe,
    failed: Failed,
    plan: Intervention | Failure,
    outcomes: Iterator[Outcome],
) -> Tried:
    """What came of one plan; takes its outcomes."""
    stage = probe.stage(failed.sample)
    if isinstance(plan, Failure):
        return Tried(name, probe.kind, stage, 0.0, (), failures=(plan.kind,))
    found = [next(outcomes) for _ in plan.requests]
    texts = [o.text for o in found if isinstance(o, Completion)]
    return Tried(
        probe=name,
        kind=probe.kind,
        stage=stage,
        confidence=plan.confidence,
        scores=tuple(float(_score(failed.sample, text) >= PASSED) for text in texts),
        same=len(texts) == 1 and _same(failed, texts[0]),
        failures=tuple(o.kind for o in found if isinstance(o, Failure)),
    )


def _same(failed: Failed, text: str) -> bool:
    """Whether a text gives the answer that the failed one gave."""
    said, kind = failed.prediction.completion, failed.sample.answer_kind
    read = [extract(t, kind, failed.sample.options) for t in (said.text if said else "", text)]
    if read[0] is None or read[1] is None:
        return False
    if kind == "number":
        return float(read[0]) == float(read[1])
    return normalise(read[0]) == normalise(read[1])


def _pass_rates(tried: Iterable[TriedById]) -> dict[str, tuple[float, int]]:
    drawn = (pair for by_id in tried for pair in by_id.items())
    rates = {key: (t.rate, len(t.scores)) for key, t in drawn if t.kind == "redraw" and t.scores}
    return dict(sorted(rates.items()))
