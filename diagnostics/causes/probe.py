"""The contract of probes: one file each under `probes/`, which change one thing about how a failed
sample is asked, to see whether the answer depends on it.

    repair     makes the picture easier, or says what it shows. If the answer turns right, what was
               repaired was broken.
    removal    takes the picture away. If the wrong answer stays the same, it never came from it.
    control    changes nothing that matters. What turns right now would turn right anyhow.
    redraw     the same request, drawn several times: how often it is right by itself.

No probe speaks for `knowledge` or `reasoning`. That an answer stays wrong with a description at
hand could mean that the break lies behind the seeing, but as well that the description lacks what
is asked for, or was not heeded; and of what lies behind the seeing it could not tell which.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from blindspot.core.images import ImageStore
from blindspot.core.model import Request, Sampling
from blindspot.core.records import Failure, Sample
from blindspot.core.registry import Registry
from diagnostics.causes.describing import Describer
from diagnostics.settings import ProbeSettings

Kind = Literal["repair", "removal", "control", "redraw"]


@dataclass(frozen=True)
class Means:
    """What a probe may use."""

    settings: ProbeSettings
    """How many re-samples at which temperature."""
    sampling: Sampling
    """How the evaluation drew its answers."""
    images: ImageStore
    """The run's pictures; those that a probe makes are stored there too."""
    describe: Describer
    """Texts about pictures."""


@dataclass(frozen=True)
class Intervention:
    """How one failed sample is asked again."""

    requests: tuple[Request, ...]
    """One, or the draws of a `redraw`."""
    confidence: float = 0.0
    """Of the probe's stage where the answer shows it, if chance is ruled out."""


class Probe(Protocol):
    """Makes requests; it sees no answer."""

    @property
    def kind(self) -> Kind:
        """What is done to the sample."""
        ...

    def stage(self, sample: Sample) -> str | None:
        """The error stage that it speaks for: of a repair where the answer turns right, of a
        removal where the same wrong answer stays. None if it speaks for none.
        """
        ...

    def interventions(
        self, samples: Sequence[Sample], means: Means
    ) -> Sequence[Intervention | Failure | None]:
        """For each sample how it is asked again, why it cannot be, or None where the probe has
        nothing to say about it. Repairs and removals are given no sample without a picture.
        """
        ...


probes: Final = Registry[Probe]("diagnostics.causes.probes")
