"""What probes say of single samples together, with chance told apart from cause.

    200 samples, each with a caption and 5 controls or redraws
    right with the caption, wrong in all 5        40    verdicts that the caption may give
    right in one of the 5, wrong with the caption 10    10/5 = 2 of the 40 are expected by chance
    false rate (2 + 1/5) / 40 = .055              perception, .85 · (1 − .055)

An answer that is wrong once is right now and then by itself. A sample is decided only if it is
steady: wrong in every control and redraw, of which there is at least one. How many steady samples
turn right by chance is known without a model of chance: were a repair no better than a control, the
one right answer among n + 1 would as likely be any of them, however often each sample is right by
itself. So a sample that is right in one control of n and not repaired stands for 1/n that is
repaired by chance. One more is added, as it is in knockoffs (Barber & Candès 2015); a repair of
which more than `FALSE` would be false gives no verdict at all.

Where repairs that turned speak for different stages, the one that gives least decides: a
transcription (text alone), an enlarged picture (nothing that was not there, of text or things), a
description (everything). Where none turned, the same wrong answer without the picture speaks, if a
guess would not coincide as easily. What takes a cause away is better evidence than what leaves
everything as it was, so a repair comes first.

Limits: draws at a temperature are not quite the equals of a greedy answer, nor one wording of
another; the rate is of all samples of a probe, not of each kind of answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from blindspot.core.records import Attribution, Sample
from diagnostics.causes.attributor import UNRESOLVED
from diagnostics.causes.failed import Failed
from diagnostics.causes.tried import Tried

ORDER: Final = ("ocr", "enlarged", "caption")
"""Repairs, the one that gives least first; those of other packages come last, by name."""
FALSE: Final = 0.2
"""Share of a repair's verdicts that may be due to chance."""
COINCIDENCE: Final = 0.25
"""Likeliest guess at an answer that is still not taken for coincidence."""
_GUESSED: Final = {"yes_no": 0.5, "number": 0.2}
_OPEN: Final = 0.1
"""How likely a guess gives the same answer: the same small number sooner than the same words."""

TriedById = Mapping[str, Tried]


def verdicts(failed: Iterable[Failed], tried: Mapping[str, TriedById]) -> dict[str, Attribution]:
    """By sample id, what the probes say of unresolved samples. `tried` holds by probe and sample id
    what came of it, of resolved samples too: chance is estimated from all.
    """
    all_failed = sorted(failed, key=lambda f: f.sample.id)
    of_sample = {f.sample.id: _of_sample(f.sample.id, tried) for f in all_failed}
    false = {name: false_rate(name, of_sample.values()) for name in tried}
    found = {
        f.sample.id: _verdict(f, of_sample[f.sample.id], false)
        for f in all_failed
        if f.stage == UNRESOLVED
    }
    return {key: said for key, said in found.items() if said is not None}


def false_rate(repair: str, samples: Iterable[Sequence[Tried]]) -> float:
    """Share of the samples that only this repair turned right that would be right by chance; 1
    where none is or no controls are there.
    """
    repaired, by_chance, controls = 0, 0.0, []
    for tried in samples:
        scores = _by_itself(tried)
        turned = [t.turned for t in tried if t.probe == repair and t.scores]
        if not scores or not turned:
            continue
        controls.append(len(scores))
        repaired += turned[0] and sum(scores) == 0
        by_chance += (not turned[0] and sum(scores) == 1) / len(scores)
    if not repaired:
        return 1.0
    return min(1.0, (by_chance + len(controls) / sum(controls)) / repaired)


def coincidence(sample: Sample) -> float:
    """Probability that a guess gives a certain answer. Rough."""
    if sample.answer_kind == "choice":
        return 1 / max(len(sample.options), 2)
    return _GUESSED.get(sample.answer_kind, _OPEN)


def _of_sample(sample: str, tried: Mapping[str, TriedById]) -> list[Tried]:
    return [by_id[sample] for by_id in tried.values() if sample in by_id]


def _by_itself(tried: Sequence[Tried]) -> list[float]:
    """Scores of the answers given with nothing repaired."""
    return [x for t in tried if t.kind in ("control", "redraw") for x in t.scores]


def _verdict(
    failed: Failed, tried: Sequence[Tried], false: Mapping[str, float]
) -> Attribution | None:
    scores = _by_itself(tried)
    if not scores or any(scores):
        return None
    turned = [t for t in tried if t.kind == "repair" and t.turned]
    if turned:
        sure = sorted((t for t in turned if false[t.probe] <= FALSE), key=_rank)
        return _attribution(failed, sure[0], false[sure[0].probe]) if sure else None
    chance = coincidence(failed.sample)
    unmoved = [t for t in tried if t.kind == "removal" and t.same and t.stage]
    if unmoved and chance <= COINCIDENCE:
        return _attribution(failed, unmoved[0], chance)
    return None


def _attribution(failed: Failed, shown: Tried, chance: float) -> Attribution | None:
    if shown.stage is None:
        return None
    return Attribution(
        sample_id=failed.sample.id,
        repeat=failed.prediction.repeat,
        stage=shown.stage,
        source=shown.probe,
        confidence=shown.confidence * (1 - chance),
    )


def _rank(tried: Tried) -> tuple[int, str]:
    place = ORDER.index(tried.probe) if tried.probe in ORDER else len(ORDER)
    return place, tried.probe
