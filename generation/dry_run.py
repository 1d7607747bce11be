"""What generating would do and cost at worst, said before anything is spent: no model is asked, no
page of the web is opened, nothing is written.

    train counting/natural_scene   300 slots   pool   planner, writer, solver, validator
    writer   12,000 calls at worst, 300 at best   42 M tokens   18.30

At worst every slot draws `max_attempts` candidates, each passes every gate but the last, every
agent's reply must be repaired, and every reply is as long as it may be. At best the first
candidate of every slot is admitted. Either way a text counts a token for each of its bytes, as
`blindspot.core.purse` reserves it; `generation.typical` says how large calls are taken to be.
"""

from collections.abc import Sequence

from blindspot.core.diagnosis import DiagnosisArtifact
from blindspot.core.errors import UsageError
from blindspot.core.evaluation import Evaluation
from blindspot.core.model import backends
from blindspot.core.purse import PICTURE
from blindspot.core.records import Record
from blindspot.core.training_set import Plan, PlanCell
from generation import typical
from generation.aims import aims
from generation.filled import key_of
from generation.plan import make_plan
from generation.reckoning import EDITOR, PAINTER, Line, capped, lines_of, negatives, total
from generation.settings import GenerationSettings
from generation.source import makes, sources
from generation.spending import check
from generation.stage import GenerationInputs, catalogue


class PlannedCell(Record):
    """One cell of the plan, and who would make it."""

    split: str
    """`train`, `validation` or `canary`."""
    name: str
    """The cell."""
    quota: int
    """Samples wanted."""
    source: str | None
    """The plugin that serves it, with its place in the config; None where nothing makes it."""
    roles: tuple[str, ...]
    """Who is asked for it, by the source and by the gates."""


class RoleLoad(Record):
    """What one model would be asked."""

    role: str
    """The role; of several solvers each by number."""
    model: str
    """Which model that is."""
    calls_least: int
    """Where the first candidate of every slot is admitted."""
    calls_worst: int
    """Where none is, repairs included."""
    tokens_worst: int
    """Of prompts and completions, at worst."""
    cost_least: float | None
    """Of the least calls; None where no price is known."""
    cost_worst: float | None
    """Of the worst; None where no price is known."""


class DryRun(Record):
    """What a training set would be and cost."""

    round: int
    """Turn of the loop."""
    diagnosis: str
    """Digest of the diagnosis that sets the mixture."""
    cells: tuple[PlannedCell, ...]
    """In the plan's order."""
    loads: tuple[RoleLoad, ...]
    """One row per model that would be asked."""
    max_attempts: int
    """Candidates for one slot, at most."""
    budget: float | None
    """Of the whole; None is no limit."""
    cost_least: float | None
    """Of all; None where a price is not known."""
    cost_worst: float | None
    """Of all, budgets left aside; None where a price is not known."""
    at_most: float | None
    """What can be spent: the worst, capped by the budgets; None where neither is known."""
    assumed: str
    """How large calls are taken to be."""


def dry_run(config: GenerationSettings, inputs: GenerationInputs) -> DryRun:
    """The plan and its worst case. Raises what a run would raise before it spends anything: for a
    role that is not filled, a price that a budget needs, a diagnosis that nothing can serve.
    """
    diagnosis = DiagnosisArtifact(inputs.diagnosis)
    known = aims(diagnosis, [Evaluation(path) for path in inputs.evaluations])
    digest = diagnosis.artifact.digest
    plan = make_plan(diagnosis.diagnosis(), digest, catalogue(config), config, known)
    _check(config, inputs)
    serving = _serving(config, plan)
    lines = [
        line
        for cell, source in zip(plan.cells, serving, strict=True)
        if source is not None
        for line in lines_of(config, inputs.policy, cell, config.sources[source])
    ]
    lines += negatives(config, inputs.policy, plan)
    return DryRun(
        round=inputs.round,
        diagnosis=digest,
        cells=tuple(
            _planned(config, c, s, lines) for c, s in zip(plan.cells, serving, strict=True)
        ),
        loads=_loads(lines),
        max_attempts=config.max_attempts,
        budget=config.budget,
        cost_least=total(line.cost(line.least) for line in lines),
        cost_worst=total(line.cost(line.worst) for line in lines),
        at_most=capped(config, lines),
        assumed=assumed(),
    )


def assumed() -> str:
    """How large calls are taken to be, for people."""
    return (
        f"Calls are the agents' own prompts with a question of {typical.QUESTION} characters, four "
        f"options of {typical.OPTION} and one picture of at least {PICTURE:,} tokens; a byte of "
        "text counts as a token, a reply as max_tokens."
    )


def _check(config: GenerationSettings, inputs: GenerationInputs) -> None:
    """What a run finds out before it spends anything."""
    check(config, inputs.folder, inputs.policy)
    if config.difficulty.enabled:
        try:
            backends.load(inputs.policy.backend).check(inputs.policy)
        except UsageError as error:
            raise type(error)(f"model: {error.what}", error.why, error.way_out) from error


def _serving(config: GenerationSettings, plan: Plan) -> list[int | None]:
    """Which of the sources makes each cell: the first that can."""
    catalogues = [sources.load(s.plugin).catalogue(s) for s in config.sources]
    return [
        next((i for i, made in enumerate(catalogues) if makes(made, cell.want)), None)
        for cell in plan.cells
    ]


def _planned(
    config: GenerationSettings, cell: PlanCell, source: int | None, lines: Sequence[Line]
) -> PlannedCell:
    name = None if source is None else f"{config.sources[source].plugin} [{source}]"
    return PlannedCell(
        split=cell.split,
        name=cell.name,
        quota=cell.quota,
        source=name,
        roles=tuple(
            dict.fromkeys(line.role for line in lines if (line.split, line.cell) == key_of(cell))
        ),
    )


def _loads(lines: Sequence[Line]) -> tuple[RoleLoad, ...]:
    found: dict[tuple[str, int, str], list[Line]] = {}
    for line in lines:
        found.setdefault((line.role, line.member, line.model.model_dump_json()), []).append(line)
    return tuple(_load(role, member, own) for (role, member, _), own in sorted(found.items()))


def _titled(role: str, member: int) -> str:
    if role == EDITOR and member == PAINTER:
        return "repaint"
    return f"{role} {member + 1}" if role == "solver" else role


def _load(role: str, member: int, lines: Sequence[Line]) -> RoleLoad:
    model = lines[0].model
    return RoleLoad(
        role=_titled(role, member),
        model=model.model or model.checkpoint or model.backend,
        calls_least=sum(line.least for line in lines),
        calls_worst=sum(line.worst for line in lines),
        tokens_worst=sum(x.worst * (x.prompt_tokens + x.most_tokens) for x in lines),
        cost_least=total(line.cost(line.least) for line in lines),
        cost_worst=total(line.cost(line.worst) for line in lines),
    )
