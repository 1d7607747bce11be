"""How often one candidate asks whom, known before anything is made.

    source pool                  planner 1 for eight slots and three attempts, writer 1
    gate agreement, 2 solvers    solver 1: 1, solver 2: 1
    gate difficulty              policy 4 to 16

A source may say so itself, in `calls(settings)`; of one that does not, each of its roles is asked
once. A gate that asks somebody says so; one that needs nobody is `alone`. An agent whose reply
cannot be read is asked once more, which counts in `most`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, runtime_checkable

from blindspot.core.errors import StageError
from blindspot.core.model import ModelSettings
from blindspot.core.records import Split
from blindspot.core.training_set import PlanCell
from generation.briefing import SET, TRIES
from generation.gate import AloneGate, Gate, gates
from generation.settings import GenerationSettings
from generation.source import SourceSettings, sources
from generation.spending import POLICY

DRAWN: Final = ("programmatic",)
"""Sources whose keys are true by construction and whose pictures are their own: no agent is asked
about their candidates, and they need no licence.
"""
_TWICE: Final = {"image_seeker": 2}
"""Roles that a source asks more than once: for queries, then for the best of what was found."""
_BY_LOT: Final = ("image_editor",)
"""Roles that a source asks about some of its pictures only."""


@dataclass(frozen=True)
class Calls:
    """What one candidate asks of one model."""

    role: str
    least: int
    """Calls about a candidate that is admitted."""
    most: int
    """Calls at worst, repairs included."""
    member: int = 0
    """Which of several solvers."""
    slots: int = 1
    """Slots of a cell that share a call."""
    tries: int = 1
    """Attempts of a slot that share a call."""
    split: Split | None = None
    """Whose candidates alone are asked about; None: of all splits."""
    model: ModelSettings | None = None
    """Who is asked in the role of the policy; None: the policy."""
    max_tokens: int | None = None
    """Of one of the policy's answers; None: as the difficulty gate has it."""

    def of_cell(self, quota: int, attempts: int) -> tuple[int, int]:
        """Calls for a whole cell: at best, and at worst with so many attempts for a slot."""
        groups = math.ceil(quota / self.slots)
        return groups * self.least, groups * math.ceil(attempts / self.tries) * self.most


@runtime_checkable
class SourceCalls(Protocol):
    """What a source may say beside its contract."""

    def calls(self, settings: SourceSettings) -> Sequence[Calls]: ...


@runtime_checkable
class GateCalls(Protocol):
    """What a gate may say beside its contract."""

    def calls(self, settings: GenerationSettings) -> Sequence[Calls]: ...


def of_source(settings: SourceSettings) -> list[Calls]:
    """What making one candidate asks."""
    plugin = sources.load(settings.plugin)
    if isinstance(plugin, SourceCalls):
        return list(plugin.calls(settings))
    return [_of_role(role) for role in plugin.roles(settings)]


def of_cell(config: GenerationSettings, cell: PlanCell, source: SourceSettings) -> list[Calls]:
    """What making and judging one candidate of a cell asks. Raises StageError as `of_gates`."""
    asked = [*of_source(source), *of_gates(config, cell, source)]
    return [calls for calls in asked if calls.split in (None, cell.split)]


def of_gates(config: GenerationSettings, cell: PlanCell, source: SourceSettings) -> list[Calls]:
    """What judging one candidate asks, where every gate admits it. Raises StageError for a gate of
    which nobody knows.
    """
    found: list[Calls] = []
    for name in gates.names():
        plugin = gates.load(name)
        if plugin.enabled(config) and plugin.guards(cell):
            asked = _of(name, plugin, config)
            found += [c for c in asked if c.role == POLICY or not is_drawn(source.plugin)]
    return found


def is_drawn(plugin: str) -> bool:
    """Whether a source draws its own pictures with answers true by construction."""
    return plugin in DRAWN


def repaired(role: str, times: int = 1) -> Calls:
    """So many questions to an agent, each once more where the reply cannot be read."""
    return Calls(role, times, 2 * times)


def _of_role(role: str) -> Calls:
    asked = repaired(role, _TWICE.get(role, 1))
    if role in _BY_LOT:
        return replace(asked, least=0)
    return replace(asked, slots=SET, tries=TRIES) if role == "planner" else asked


def _of(name: str, plugin: Gate, config: GenerationSettings) -> Sequence[Calls]:
    if isinstance(plugin, GateCalls):
        return plugin.calls(config)
    if isinstance(plugin, AloneGate) and plugin.alone:
        return ()
    raise StageError(
        f"The calls of the gate '{name}'",
        "it does not say how often it asks whom",
        "Give it calls(settings), as generation/calls.py describes",
    )
