"""The same question after a neutral sentence: what turns right with no cause repaired.

A greedy answer that was wrong turns right now and then: by a lucky guess, on a server that is not
deterministic, because any other wording shakes it. This is the share by which the other probes'
shares are to be judged; nothing is subtracted from them. A sentence is needed: the request as it
was is answered by the run's ledger, with the very answer that is known to be wrong.

Limits: one draw per sample, so it says more about the share than about a sample. It shakes the
wording as a given text does, and less than another picture does.
"""

from collections.abc import Sequence
from typing import Final

from blindspot.core.model import Request
from blindspot.core.records import Sample
from diagnostics.causes.probe import Intervention, Kind, Means, Probe

SENTENCE: Final = "Here is a question."


class Again:
    """Puts a sentence before the question."""

    kind: Kind = "control"

    def stage(self, sample: Sample) -> None:
        return None

    def interventions(self, samples: Sequence[Sample], means: Means) -> list[Intervention]:
        return [
            Intervention(
                (
                    Request(
                        prompt=f"{SENTENCE}\n\n{s.prompt}", images=s.images, sampling=means.sampling
                    ),
                )
            )
            for s in samples
        ]


PLUGIN: Final[Probe] = Again()
