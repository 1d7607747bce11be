"""The same request, drawn several times at a temperature.

It speaks for no stage. The share of right draws is how far a sample is from being learnt: where all
draws are wrong, GRPO's groups are all wrong too, and it learns nothing from them. And it is how
often the answer turns right by itself, against which a repair of the same sample is judged.

The draws have a seed of their own: drawn as the evaluation drew, the ledger would answer with the
very answers that are known to be wrong.

Limits: a greedy answer that was wrong is not a draw at a temperature; a model that is often right
when drawn may be wrong when greedy, for no cause that a probe could name.
"""

from collections.abc import Sequence
from typing import Final

from blindspot.core.model import Request
from blindspot.core.records import Sample
from diagnostics.causes.probe import Intervention, Kind, Means, Probe

SEED: Final = 1_000_000
"""Added to the evaluation's; no evaluation has as many repeats."""


class Resampled:
    """Draws again."""

    kind: Kind = "redraw"

    def stage(self, sample: Sample) -> None:
        return None

    def interventions(self, samples: Sequence[Sample], means: Means) -> list[Intervention]:
        sampling = means.sampling.model_copy(
            update={
                "temperature": means.settings.temperature,
                "seed": means.sampling.seed + SEED,
            }
        )
        repeats = range(means.settings.resamples)
        return [
            Intervention(
                tuple(
                    Request(prompt=s.prompt, images=s.images, sampling=sampling, repeat=i)
                    for i in repeats
                )
            )
            for s in samples
        ]


PLUGIN: Final[Probe] = Resampled()
