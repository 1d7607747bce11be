"""A transcription of the text in the picture before the question, beside the picture.

Turned right: the model can do the rest once it is told what is written, so what was broken is the
reading, whatever is asked (`reading`). It gives less than a description does, so where both turn an
answer right, the text was what was missing.

Sources, leaks and confidence are as of a description (`diagnostics.causes.describing`). Where the
picture holds no text, as the transcriber says itself, the sample is not asked.

Limits: still wrong says nothing. A transcription loses where text stands, so tables and charts may
stay unreadable by it.
"""

import re
from collections.abc import Sequence
from typing import Final

from blindspot.core.model import Request
from blindspot.core.records import Failure, Sample
from diagnostics.causes.describing import Description, Wanted
from diagnostics.causes.probe import Intervention, Kind, Means, Probe
from diagnostics.causes.probes.caption import CONFIDENCE

WANTED: Final = Wanted(
    ("ocr", "ocr_text", "transcription", "transcript", "image_text"),
    "Transcribe all text in this picture, line by line, exactly as it is written, formulas and "
    "numbers included. Add nothing, and compute nothing. If there is no text, reply: no text",
)
_NOTHING: Final = re.compile(
    r"\W*(?:there is |there's )?no (?:visible |readable )?text\b.{0,40}", re.I | re.S
)


class Ocr:
    """Puts a transcription before the question."""

    kind: Kind = "repair"

    def stage(self, sample: Sample) -> str:
        return "reading"

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
    if _NOTHING.fullmatch(text.text):
        return None
    prompt = f"Text in the picture: {text.text}\n\n{sample.prompt}"
    request = Request(prompt=prompt, images=sample.images, sampling=means.sampling)
    return Intervention((request,), CONFIDENCE[text.source])


PLUGIN: Final[Probe] = Ocr()
