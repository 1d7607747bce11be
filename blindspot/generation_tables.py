"""Training sets on the terminal: what one would be and cost, how far it is, what an audit says.

All names come from data and are printed as plain text.
"""

from collections.abc import Iterator

from rich import box
from rich.table import Table
from rich.text import Text

from blindspot.core.training_set import TrainingSetArtifact
from blindspot.printing import printable, with_interval
from generation.dry_run import DryRun, RoleLoad
from generation.filled import NOBODY
from generation.labels import Audited, Judged
from generation.status import CellStatus, Status

Part = Table | Text


def foreseen(found: DryRun) -> Iterator[Part]:
    """What a training set would be and cost, in the order in which to read it."""
    plan = _table(f"Plan of round {found.round}", "split", "cell", "source", "asks", "samples")
    for cell in found.cells:
        source = Text(cell.source) if cell.source else Text(NOBODY, "bold red")
        plan.add_row(
            cell.split, _plain(cell.name), source, ", ".join(cell.roles) or "–", f"{cell.quota:,}"
        )
    yield plan
    if found.loads:
        yield _loads(found)
        yield _line(found.assumed)
    yield _line(_cost(found))
    lost = [cell for cell in found.cells if cell.source is None]
    if lost:
        quota = sum(cell.quota for cell in lost)
        yield _line(f"{len(lost)} cells with {quota:,} samples stay open: {NOBODY}.")
    yield _line("Nothing was asked, spent or written.")


def standing(found: Status) -> Iterator[Part]:
    """How far a training set is."""
    title = f"Training set of round {found.round}, {found.state}"
    table = _table(title, "split", "cell", "rejected most by", "admitted", "wanted", "candidates")
    for cell in found.cells:
        numbers = [f"{n:,}" for n in (cell.admitted, cell.quota, cell.candidates)]
        table.add_row(cell.split, _plain(cell.name), _plain(_cause(cell)), *numbers)
    table.add_section()
    totals = [
        sum(getattr(cell, name) for cell in found.cells)
        for name in ("admitted", "quota", "candidates")
    ]
    table.add_row("all", "", "", *(f"{n:,}" for n in totals))
    yield table
    yield _line(_spent(found))
    if found.state == "in the making":
        yield _line(f"{found.windows:,} windows decided; wave {found.wave}.")


def outcome(made: TrainingSetArtifact) -> Iterator[str]:
    """What came of generating, a line each."""
    cells = made.outcomes().cells
    admitted, quota = sum(c.admitted for c in cells), sum(c.quota for c in cells)
    yield f"{admitted} of {quota} samples admitted"
    for c in cells:
        if c.admitted < c.quota:
            why = printable(c.open_because or "")
            yield f"open: {c.split} {printable(c.name)}: {c.admitted}/{c.quota}, {why}"
    spent = made.artifact.manifest.facts.get("spent")
    if spent:
        yield f"spent: {spent:.4g}"


def judged(found: Audited) -> Table:
    """What people said of a sample."""
    table = _table("Audited", "part", "right", "wrong", "unsure", "right, % [95 %]")
    table.add_row("admitted: precision", *_judged(found.admitted))
    for gate, each in found.rejected.items():
        table.add_row(_plain(f"rejected by {gate}"), *_judged(each))
    if found.unknown:
        table.caption = Text(f"{found.unknown} labels are about other candidates than these.")
    return table


def _loads(found: DryRun) -> Table:
    table = _table(
        f"Calls, at most {found.max_attempts} candidates a slot",
        "who",
        "model",
        "calls at best",
        "at worst",
        "tokens at worst",
        "cost at best",
        "at worst",
    )
    for each in found.loads:
        table.add_row(each.role, _plain(each.model), *_load(each))
    return table


def _load(each: RoleLoad) -> list[str]:
    counts = each.calls_least, each.calls_worst, each.tokens_worst
    return [f"{n:,}" for n in counts] + [_money(each.cost_least), _money(each.cost_worst)]


def _cost(found: DryRun) -> str:
    if not found.loads:
        return "No model is asked: it costs nothing."
    if found.cost_worst is None:
        unknown = ", ".join(x.role for x in found.loads if x.cost_worst is None)
        cap = "" if found.at_most is None else f"; budgets keep it to {_money(found.at_most)}"
        return (
            f"What it costs is not known: the models of {unknown} have no prices{cap}. "
            "Set them beside the model, e.g. prices = [0.4, 1.6] for a million tokens."
        )
    if not found.cost_worst:
        return "It costs nothing: what is asked is free or runs here."
    span = f"It costs {_money(found.cost_least)} at best and {_money(found.cost_worst)} at worst"
    if found.at_most is None or found.at_most >= found.cost_worst:
        return f"{span}; no budget is below that."
    return f"{span}; budgets keep it to {_money(found.at_most)}, and what that leaves stays open."


def _cause(cell: CellStatus) -> str:
    return f"{cell.cause}: {cell.rejected:,}" if cell.cause else "–"


def _spent(found: Status) -> str:
    """`Spent 6.21 of 20: writer 2.80, solver 3.41.`"""
    limit = "" if found.budget is None else f" of {_money(found.budget)}"
    roles = ", ".join(f"{role} {_money(cost)}" for role, cost in found.spent.items() if cost)
    return f"Spent {_money(found.total)}{limit}{f': {roles}' if roles else ''}."


def _judged(each: Judged) -> list[str]:
    rate = "–" if each.rate is None else with_interval(each.rate, each.interval)
    return [str(each.right), str(each.wrong), str(each.unsure), rate]


def _money(cost: float | None) -> str:
    if cost is None:
        return "unknown"
    return f"{cost:,.2f}" if cost >= 0.01 or not cost else f"{cost:.2g}"


def _table(title: str, *columns: str) -> Table:
    words = {"split", "cell", "source", "asks", "rejected most by", "part", "who", "model"}
    table = Table(
        title=Text(f"\n{title}"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1),
    )
    for name in columns:
        left = name in words
        table.add_column(
            name, justify="left" if left else "right", overflow="fold", no_wrap=not left
        )
    return table


def _plain(text: str) -> Text:
    return Text(printable(text))


def _line(text: str) -> Text:
    return Text(printable(text))
