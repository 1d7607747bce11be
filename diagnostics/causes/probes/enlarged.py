"""The same prompt with the pictures twice as wide and high (Lanczos).

Turned right: it adds nothing that was not there, so what was broken is making out what is small
(`perception`; `reading` where the question or the picture is text).

A sample of whose pictures one would have more than 4 million pixels is not asked: it is large
already, and processors reduce what is larger.

Limits: still wrong says nothing. Where the processor brings every picture to one size, or
`max_pixels` caps it, the model sees the same as before and nothing turns. Another grid of patches
shakes an answer as well: compare with the control.
"""

from collections.abc import Sequence
from typing import Final

from PIL import Image

from blindspot.core.images import ImageStore, encode
from blindspot.core.model import Request
from blindspot.core.progress import progress
from blindspot.core.records import Failure, Sample
from diagnostics.causes.probe import Intervention, Kind, Means, Probe
from diagnostics.causes.seeing import seeing_stage

FACTOR: Final = 2
LARGEST: Final = 4_000_000
"""Pixels of an enlarged picture."""
_CONFIDENCE: Final = 0.75


class Enlarged:
    """Enlarges every picture of a sample."""

    kind: Kind = "repair"

    def stage(self, sample: Sample) -> str:
        return seeing_stage(sample)

    def interventions(
        self, samples: Sequence[Sample], means: Means
    ) -> list[Intervention | Failure | None]:
        found: list[Intervention | Failure | None] = []
        made: dict[str, str | Failure | None] = {}
        with progress("Enlarging pictures", len(samples)) as advance:
            for sample in samples:
                for name in set(sample.images) - set(made):
                    made[name] = enlarged(name, means.images)
                found.append(_with(sample, [made[name] for name in sample.images], means))
                advance()
        return found


def enlarged(name: str, images: ImageStore) -> str | Failure | None:
    """Name of the enlarged picture; None where it is large already, a failure where the picture
    cannot be read.
    """
    try:
        picture = images.open(name)
    except OSError:
        return Failure(kind="image", message=f"{name} cannot be read", retryable=False)
    size = picture.width * FACTOR, picture.height * FACTOR
    if size[0] * size[1] > LARGEST:
        return None
    return images.put(encode(picture.resize(size, Image.Resampling.LANCZOS)))


def _with(
    sample: Sample, names: Sequence[str | Failure | None], means: Means
) -> Intervention | Failure | None:
    for name in names:
        if not isinstance(name, str):
            return name
    images = tuple(name for name in names if isinstance(name, str))
    request = Request(prompt=sample.prompt, images=images, sampling=means.sampling)
    return Intervention((request,), _CONFIDENCE)


PLUGIN: Final[Probe] = Enlarged()
