"""What the cells of a plan ask of models, in calls, tokens and money.

counting/photo × writer   300 slots × 40 attempts × 2 calls at worst, 300 × 1 at best
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from blindspot.core.model import ModelSettings
from blindspot.core.purse import PATCH, PICTURE
from blindspot.core.training_set import Plan, PlanCell
from generation import calls, typical
from generation.calls import Calls
from generation.settings import GenerationSettings
from generation.source import SourceSettings
from generation.spending import POLICY, prices

EDITOR: Final = "image_editor"
"""The role whose budget pays for repainted pictures."""
PAINTER: Final = 1
"""Stands beside the image editor, member 0, for the model that repaints."""
_MILLION: Final = 1e6


@dataclass(frozen=True)
class Line:
    """What one cell asks of one model."""

    cell: str
    """Name of the cell."""
    split: str
    """Its split."""
    role: str
    """Who asks."""
    member: int
    """Which of several solvers."""
    model: ModelSettings
    """Who is asked."""
    least: int
    """Calls where the first candidate of every slot is admitted."""
    worst: int
    """Calls where none is, repairs included."""
    prompt_tokens: int
    """Of a call, its pictures included."""
    most_tokens: int
    """Of a reply."""

    def cost(self, calls: int) -> float | None:
        """Of so many calls; None where nobody knows the price."""
        if self.model.prices is None and self.model.backend == "openai_api":
            return None
        prompt, completion = prices("", self.model, needed=False)
        each = self.prompt_tokens * prompt + self.most_tokens * completion
        return calls * each / _MILLION


def lines_of(
    config: GenerationSettings, policy: ModelSettings, cell: PlanCell, source: SourceSettings
) -> list[Line]:
    """What a cell that this source serves asks."""
    asked = calls.of_cell(config, cell, source)
    lines = [_line(config, policy, cell, source, each) for each in asked]
    return [*lines, *_painted(config, cell, source)]


def negatives(config: GenerationSettings, policy: ModelSettings, plan: Plan) -> list[Line]:
    """What is asked about admitted samples, to find wrong answers; no cell pays for it alone."""
    wanted = config.negatives
    train = [cell for cell in plan.cells if cell.split == "train"]
    count = min(wanted.samples, sum(cell.quota for cell in train)) * len(wanted.distortions)
    if not count:
        return []
    prompt = typical.text_bytes(train[0], POLICY) + max(map(_picture, config.sources))
    most = wanted.max_tokens
    return [Line("negatives", "train", POLICY, 0, policy, 0, count, prompt, most)]


def _painted(config: GenerationSettings, cell: PlanCell, source: SourceSettings) -> list[Line]:
    """What a model that repaints is asked: a picture at most for each candidate that the image
    editor may change.
    """
    paint = config.repaint
    if paint is None or not source.edit_share or calls.is_drawn(source.plugin):
        return []
    model = ModelSettings(backend="openai_api", model=paint.model, prices=paint.prices)
    worst = cell.quota * config.max_attempts
    return [Line(cell.name, cell.split, EDITOR, PAINTER, model, 0, worst, 0, 1)]


def _line(
    config: GenerationSettings,
    policy: ModelSettings,
    cell: PlanCell,
    source: SourceSettings,
    asked: Calls,
) -> Line:
    model, most = _model(config, policy, asked)
    pictures = typical.PICTURES[asked.role] * _picture(source)
    least, worst = asked.of_cell(cell.quota, config.max_attempts)
    return Line(
        cell=cell.name,
        split=cell.split,
        role=asked.role,
        member=asked.member,
        model=model,
        least=least,
        worst=worst,
        prompt_tokens=typical.text_bytes(cell, asked.role) + pictures,
        most_tokens=most,
    )


def _model(
    config: GenerationSettings, policy: ModelSettings, asked: Calls
) -> tuple[ModelSettings, int]:
    """Who is asked, and how long a reply may be."""
    if asked.role == POLICY:
        return asked.model or policy, asked.max_tokens or config.difficulty.max_tokens
    agents = config.agents
    one = agents.solvers[asked.member] if asked.role == "solver" else getattr(agents, asked.role)
    return one.model, one.max_tokens


def _picture(source: SourceSettings) -> int:
    """Tokens that a picture counts for at worst, where its size is known."""
    side = math.ceil(source.size / PATCH) if calls.is_drawn(source.plugin) else 0
    return max(PICTURE, side * side)


def capped(config: GenerationSettings, lines: Sequence[Line]) -> float | None:
    """The least of what each kind of budget leaves of the worst case."""
    of_role = _within(lines, lambda line: line.role, config.role_budgets.get)
    of_cell = _within(lines, lambda line: line.cell, lambda name: config.cell_budget)
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
