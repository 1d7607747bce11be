"""The same prompt without the picture.

The same wrong answer, where only the picture could tell: it did not come from the picture but from
what is usual, which is `hallucination`. Where a question can be answered without the picture
(knowledge, reasoning, a problem whose text is complete) the same answer says only that the picture
was not needed, and the probe abstains.

A right answer speaks for no stage: the picture may have misled, but a blind guess among four
options is right one time in four.

Limits: without a picture the same answer may come by coincidence, more likely the fewer answers
there are; of yes and no it says nothing. Somebody who looks, and sees nothing, may fall back on
what is usual too: where a repair turns the answer right, that decides.
"""

from collections.abc import Sequence
from typing import Final

from blindspot.core.model import Request
from blindspot.core.prompt import IMAGE
from blindspot.core.records import Sample
from diagnostics.causes.probe import Intervention, Kind, Means, Probe
from diagnostics.causes.seeing import is_look

_CONFIDENCE: Final = 0.7


class Blind:
    """Takes the pictures away, and the marks where they stood."""

    kind: Kind = "removal"

    def stage(self, sample: Sample) -> str | None:
        return "hallucination" if is_look(sample) else None

    def interventions(self, samples: Sequence[Sample], means: Means) -> list[Intervention]:
        return [
            Intervention((Request(prompt=_text(s), sampling=means.sampling),), _CONFIDENCE)
            for s in samples
        ]


def _text(sample: Sample) -> str:
    marked = sample.prompt.count(IMAGE) == len(sample.images)
    return sample.prompt.replace(IMAGE, "").strip() if marked else sample.prompt


PLUGIN: Final[Probe] = Blind()
