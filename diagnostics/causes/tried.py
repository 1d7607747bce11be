"""What came of probes on one failed sample, and what they say of it together.

    four options; wrong in 5 controls and draws; a caption and a transcription turn it right, the
    enlarged picture does not
    luck = (0 + 1/4) / (5 + 1) = .042      two of three by luck: P(B(3, .042) ≥ 2) = .005
    the transcription decides: reading, .85 · (1 − .005)

An answer that is wrong once is right now and then by itself, so a sample is judged against its own
`luck`: the share of right answers among its controls and redraws and one more draw, a guess. There
is no verdict on a sample that is lucky, nor where as many of its repairs may well have turned by
luck: without any control a yes or no is never decided.

Where repairs that turned speak for different stages, the one that gives least decides: a
transcription (text alone), an enlarged picture (nothing that was not there, of text or things), a
description (everything). Where none turned, the same wrong answer without the picture speaks, if a
guess would not coincide as easily. What takes a cause away is better evidence than what leaves
everything as it was, so a repair comes first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scipy.stats import binom

from blindspot.core.records import Attribution, Sample
from diagnostics.causes.failed import Failed
from diagnostics.causes.probe import Kind

ORDER: Final = ("ocr", "enlarged", "caption")
"""Repairs, the one that gives least first; those of other packages come last, by name."""
LUCKY: Final = 0.25
"""Probability of chance above which nothing is decided."""
_GUESSED: Final = {"yes_no": 0.5, "number": 0.2}
_OPEN: Final = 0.1
"""Share of guesses that hit: small numbers are guessed more easily than words. Rough, and soon
outweighed by controls.
"""


@dataclass(frozen=True)
class Tried:
    """What came of one probe on one sample."""

    probe: str
    kind: Kind
    stage: str | None
    """It speaks for this where it shows what it looks for."""
    confidence: float
    scores: tuple[float, ...]
    """Of the answers, each 0 or 1; empty where none came."""
    same: bool = False
    """Whether the one answer is the wrong one that is known."""
    failures: tuple[str, ...] = ()
    """Kinds of those that did not come."""

    @property
    def rate(self) -> float:
        """Share of right answers."""
        return sum(self.scores) / len(self.scores)

    @property
    def turned(self) -> bool:
        """Whether the sample passes now."""
        return bool(self.scores) and self.rate >= 0.5


def guess_rate(sample: Sample) -> float:
    """Probability that a guess hits one answer."""
    if sample.answer_kind == "choice":
        return 1 / max(len(sample.options), 2)
    return _GUESSED.get(sample.answer_kind, _OPEN)


def luck(sample: Sample, tried: Sequence[Tried]) -> float:
    """Probability that the sample turns right with nothing repaired."""
    scores = [x for t in tried if t.kind in ("control", "redraw") for x in t.scores]
    return (sum(scores) + guess_rate(sample)) / (len(scores) + 1)


def verdict(failed: Failed, tried: Sequence[Tried]) -> Attribution | None:
    """What the probes say broke it, or None where they abstain."""
    by_itself = luck(failed.sample, tried)
    if by_itself > LUCKY:
        return None
    repairs = [t for t in tried if t.kind == "repair" and t.scores]
    turned = sorted((t for t in repairs if t.turned and t.stage), key=_rank)
    if turned:
        chance = float(binom.sf(len(turned) - 1, len(repairs), by_itself))
        return _attribution(failed, turned[0], chance)
    unmoved = [t for t in tried if t.kind == "removal" and t.same and t.stage]
    if unmoved:
        return _attribution(failed, unmoved[0], guess_rate(failed.sample))
    return None


def _attribution(failed: Failed, shown: Tried, chance: float) -> Attribution | None:
    if chance > LUCKY or shown.stage is None:
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
