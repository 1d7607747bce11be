"""A description of the picture before the question, beside the picture.

Turned right: with what is to be seen at hand the model can do the rest, so what was broken is the
seeing (`perception`; `reading` where the question or the picture is text).

Where the description comes from and why it may not hold the answer is told in
`diagnostics.causes.describing`. A description by the benchmark is the best evidence. One by the
teacher may be wrong. One by the model itself shows that it can see what it did not see when it was
asked, and helps as any first step does: the confidence is low.

Limits: still wrong says nothing (the description may lack what is asked for). In what a look
answers, the description may state it outright, and turning right shows only that the model believes
what it reads; that it did not see it is known from its wrong answer.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from blindspot.core.model import Request
from blindspot.core.records import Failure, Sample
from diagnostics.causes.describing import Description, Source, Wanted
from diagnostics.causes.probe import Intervention, Kind, Means, Probe
from diagnostics.causes.seeing import seeing_stage

WANTED: Final = Wanted(
    ("content", "caption", "image_caption", "description", "image_description"),
    "Describe this picture completely: every thing in it with its color, shape, size and place, "
    "every label, number and mark, and how they lie to one another. Say only what is to be seen. "
    "Compute nothing and draw no conclusions.",
)
CONFIDENCE: Final[Mapping[Source, float]] = {"benchmark": 0.85, "teacher": 0.75, "self": 0.5}


class Caption:
    """Puts a description before the question."""

    kind: Kind = "repair"

    def stage(self, sample: Sample) -> str:
        return seeing_stage(sample)

    def interventions(
        self, samples: Sequence[Sample], means: Means
    ) -> list[Intervention | Failure | None]:
        texts = means.describe(samples, WANTED)
        return [_with(s, text, means) for s, text in zip(samples, texts, strict=True)]


def _with(
    sample: Sample, text: Description | Failure | None, means: Means
) -> Intervention | Failure | None:
    if not isinstance(text, Description):
        return text
    prompt = f"The picture shows: {text.text}\n\n{sample.prompt}"
    request = Request(prompt=prompt, images=sample.images, sampling=means.sampling)
    return Intervention((request,), CONFIDENCE[text.source])


PLUGIN: Final[Probe] = Caption()
