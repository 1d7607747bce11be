"""What stands between a candidate and the training set: the contract of the files under `gates/`.

A gate judges a wave of proposals at once, in slot order, and sees only those that every cheaper
gate admitted. Each verdict carries its evidence. Gates are opened once per run, with all that
they compare against; what was admitted so far stands in `Surroundings.admitted`. Beside that and
the other proposals of its wave, a verdict depends on nothing, so that a killed run decides the same
again. A wave is a window of slots; of gates that ask a served model and need nothing that was
admitted (`AskingGate`), a few dozen neighbours, and many waves are judged at once
(`generation.judging`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, runtime_checkable

from blindspot.core.images import ImageStore
from blindspot.core.model import Request
from blindspot.core.records import Outcome, Sample, Split, TrainingSample
from blindspot.core.registry import Registry
from blindspot.core.training_set import PlanCell
from generation.likeness import Limits, Look
from generation.means import Consults
from generation.settings import GenerationSettings
from generation.source import Candidate


class Ask(Protocol):
    """Asks the policy."""

    def __call__(self, requests: Sequence[Request], cells: Sequence[str] = ()) -> Sequence[Outcome]:
        """One outcome per request, in order; `cells`: which cell each is for."""
        ...


@dataclass(frozen=True)
class Verdict:
    """What a gate decided, and on what evidence."""

    admitted: bool
    evidence: str
    cause: str = ""
    """Of a rejection, where the gate tells several causes apart."""
    pass_rate: float | None = None
    """Of the policy, where it was asked."""
    rollouts: int = 0
    """Answers behind the pass rate."""


@dataclass(frozen=True)
class Proposal:
    """A candidate for one slot."""

    id: str
    """`<slot>/<attempt>`."""
    cell: PlanCell
    candidate: Candidate
    prompt: str
    """The text that a model is sent."""
    looks: tuple[Look, ...]
    """Of its pictures, in order."""
    judged: Mapping[str, Verdict] = field(default_factory=dict)
    """What gates that need nobody said of it, by name, up to the first rejection."""


@dataclass(frozen=True)
class Shown:
    """A benchmark's or an earlier round's sample, as far as a candidate is compared with it."""

    id: str
    question: str
    looks: tuple[Look, ...]
    target: str = ""
    options: tuple[str, ...] = ()
    content: str = ""


@dataclass(frozen=True)
class Surroundings:
    """All that gates compare against."""

    settings: GenerationSettings
    benchmark: Sequence[Shown]
    """Every sample of both halves."""
    earlier: Sequence[Shown]
    """Every sample of the training sets of earlier rounds."""
    images: ImageStore
    """Where pictures must lie before a model is asked about them."""
    ask: Ask | None
    """The policy; None where the difficulty gate is off."""
    staff: Consults
    """The agents."""
    admitted: list[Shown]
    """What passed all gates in earlier waves of this run; it grows."""
    served: frozenset[str] = frozenset()
    """The roles whose models may be asked by several waves at once."""

    @property
    def limits(self) -> Limits:
        return Limits(self.settings.near_hash, self.settings.near_color)


class OpenGate(Protocol):
    """A gate at work."""

    def judge(self, proposals: Sequence[Proposal]) -> list[Verdict]:
        """One verdict per proposal, in order."""
        ...


class Gate(Protocol):
    """Contract of a file under `gates/`: `PLUGIN: Final[Gate]`."""

    @property
    def cost(self) -> int:
        """Its place in the order: cheaper gates judge first."""
        ...

    def guards(self, cell: PlanCell) -> bool:
        """Whether it judges the candidates of a cell."""
        ...

    def enabled(self, settings: GenerationSettings) -> bool:
        """Whether it judges under these settings."""
        ...

    def open(self, surroundings: Surroundings) -> OpenGate:
        """Prepare what it compares against."""
        ...


@runtime_checkable
class AloneGate(Gate, Protocol):
    """What a gate may say beside its contract: that its verdict on a proposal needs nobody, neither
    a model nor the other proposals nor what was admitted. Then an executor may judge elsewhere;
    what `open` returns can be pickled.
    """

    @property
    def alone(self) -> bool: ...


@runtime_checkable
class AskingGate(Gate, Protocol):
    """What a gate may say beside its contract: the role of the model that it asks, where a verdict
    needs nothing else but the proposals of its wave. Then `judge` is called from several threads.
    """

    @property
    def asks(self) -> str: ...


gates: Final = Registry[Gate]("generation.gates")

ALL_SPLITS: Final[tuple[Split, ...]] = ("train", "validation", "canary")


@dataclass(frozen=True)
class Guard:
    """An open gate under its name."""

    name: str
    guards: Callable[[PlanCell], bool]
    gate: OpenGate
    alone: bool = False
    """Whether it judged where the candidates were made."""
    at_once: bool = False
    """Whether it judges several waves at once."""

    def verdicts(self, proposals: Sequence[Proposal]) -> list[Verdict]:
        """On each proposal, in order."""
        if self.alone:
            return [proposal.judged[self.name] for proposal in proposals]
        return self.gate.judge(proposals)


def enabled(settings: GenerationSettings) -> list[tuple[str, Gate]]:
    """All gates that the settings enable by name, cheapest first."""
    plugins = [(name, gates.load(name)) for name in gates.names()]
    ordered = sorted(plugins, key=lambda pair: (pair[1].cost, pair[0]))
    return [(name, plugin) for name, plugin in ordered if plugin.enabled(settings)]


def open_gates(surroundings: Surroundings) -> list[Guard]:
    """The gates at work, cheapest first."""
    return [
        Guard(
            name,
            plugin.guards,
            plugin.open(surroundings),
            alone=isinstance(plugin, AloneGate) and plugin.alone,
            at_once=isinstance(plugin, AskingGate) and plugin.asks in surroundings.served,
        )
        for name, plugin in enabled(surroundings.settings)
    ]


def shown(sample: Sample | TrainingSample, looks: tuple[Look, ...]) -> Shown:
    """A sample as candidates are compared with it; its content is what a benchmark's own attribute
    `content` says.
    """
    content = sample.attributes.get("content", "")
    return Shown(sample.id, sample.question, looks, sample.target, sample.options, content)
