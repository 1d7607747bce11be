"""What the cells of a plan ask of models, in calls, tokens and money.

counting/photo × writer   300 slots × 40 attempts × 2 calls at worst, 300 × 1 at best
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from blindspot.core.model import ModelSettings
from blindspot.core.purse import PATCH, PICTURE, Prices
from blindspot.core.training_set import PlanCell
from generation import calls, typical
from generation.calls import Calls
from generation.settings import GenerationSettings
from generation.source import SourceSettings
from generation.spending import POLICY, prices

_MILLION: Final = 1e6


@dataclass(frozen=True)
class Line:
    """What one cell asks of one model."""

    cell: PlanCell
    asked: Calls
    model: ModelSettings
    prices: Prices | None
    """Of a million tokens; None where nobody knows."""
    most_tokens: int
    """Of a reply."""
    prompt_tokens: int
    """Of a call, its pictures included."""
    attempts: int
    """Candidates for a slot, at most."""

    @property
    def least(self) -> int:
        """Calls at best."""
        return self.cell.quota * self.asked.least

    @property
    def worst(self) -> int:
        """Calls at worst."""
        return self.cell.quota * self.attempts * self.asked.most

    def cost(self, calls: int) -> float | None:
        """Of so many calls."""
        if self.prices is None:
            return None
        prompt, completion = self.prices
        each = self.prompt_tokens * prompt + self.most_tokens * completion
        return calls * each / _MILLION


def lines_of(
    config: GenerationSettings, policy: ModelSettings, cell: PlanCell, source: SourceSettings
) -> list[Line]:
    """What a cell that this source serves asks."""
    asked = [*calls.of_source(source), *calls.of_gates(config, cell, source)]
    return [_line(config, policy, cell, source, each) for each in asked]


def _line(
    config: GenerationSettings,
    policy: ModelSettings,
    cell: PlanCell,
    source: SourceSettings,
    asked: Calls,
) -> Line:
    model, most = _model(config, policy, asked)
    return Line(
        cell=cell,
        asked=asked,
        model=model,
        prices=_prices(model),
        most_tokens=most,
        prompt_tokens=typical.text_bytes(cell, asked.role)
        + typical.PICTURES[asked.role] * _picture(source),
        attempts=config.max_attempts,
    )


def _model(
    config: GenerationSettings, policy: ModelSettings, asked: Calls
) -> tuple[ModelSettings, int]:
    """Who is asked, and how long a reply may be."""
    if asked.role == POLICY:
        return policy, config.difficulty.max_tokens
    agents = config.agents
    one = agents.solvers[asked.member] if asked.role == "solver" else getattr(agents, asked.role)
    return one.model, one.max_tokens


def _prices(model: ModelSettings) -> Prices | None:
    """None where an endpoint's are not known; what runs on this machine is free."""
    if model.prices is None and model.backend == "openai_api":
        return None
    return prices("", model, needed=False)


def _picture(source: SourceSettings) -> int:
    """Tokens that a picture counts for at worst, where its size is known."""
    side = math.ceil(source.size / PATCH) if calls.is_drawn(source.plugin) else 0
    return max(PICTURE, side * side)


def capped(config: GenerationSettings, lines: Sequence[Line]) -> float | None:
    """The least of what each kind of budget leaves of the worst case."""
    of_role = _within(lines, lambda line: line.asked.role, config.role_budgets.get)
    of_cell = _within(lines, lambda line: line.cell.name, lambda name: config.cell_budget)
    known = [cap for cap in (config.budget, of_role, of_cell) if cap is not None]
    return min(known, default=None)


def _within(
    lines: Sequence[Line], group: Callable[[Line], str], limit: Callable[[str], float | None]
) -> float | None:
    """The worst case with each group cut at its budget; None where an unlimited one is unknown."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(group(line), []).append(line)
    capped: list[float | None] = []
    for name, own in found.items():
        cost, most = total(line.cost(line.worst) for line in own), limit(name)
        known = [each for each in (cost, most) if each is not None]
        capped.append(min(known, default=None))
    return total(capped)


def total(costs: Iterable[float | None]) -> float | None:
    """The sum; None where one is not known."""
    found = list(costs)
    known = [cost for cost in found if cost is not None]
    return sum(known) if len(known) == len(found) else None
