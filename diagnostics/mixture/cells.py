"""From weaknesses, the benchmarks' mix and the sources' catalogue to the rows of the mixture.

A weakness that no source can make gets no share. Its condition is kept as far as a source knows
the attribute and the value, otherwise dropped, and then it shares the cell of its category.
Without a catalogue everything counts as makeable. Which samples the benchmarks hold out plays no
part in any of this.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from blindspot.core.records import CellShare, Weakness
from diagnostics.labelling.labelled import UNMAPPED, Category
from diagnostics.mixture.catalogue import Catalogue
from diagnostics.mixture.shares import Cell, quotas, shares
from diagnostics.settings import DiagnosticsSettings


@dataclass(frozen=True)
class Aim:
    """A supported weakness as the mixture sees it."""

    weakness: Weakness
    upper90: float
    """Its rate is below this with 90 % probability."""
    own_answers: tuple[str, ...] = ()
    """Its targets, where its condition decides which are possible: none of them is right elsewhere
    in its category. Empty where it does not.
    """
    decided_by: tuple[str, ...] = ()
    """The attributes of the condition that decide them; empty for all together."""

    def weight(self, target: float) -> float:
        """coverage · max(0, target − upper90) · learnability."""
        worst_gap = max(0.0, target - self.upper90)
        return self.weakness.coverage * worst_gap * self.weakness.learnability


@dataclass
class Row:
    """One cell in the making."""

    capability: str
    image_type: str
    condition: dict[str, str]
    weight: float = 0.0
    prior: float = 0.0
    before: float = 0.0
    floor: float = 0.0
    weakness: str | None = None
    why: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return cell_name(self.capability, self.image_type, self.condition)


def mixture(
    aims: Sequence[Aim],
    coverage: Mapping[Category, float],
    previous: Iterable[CellShare],
    catalogue: Catalogue,
    settings: DiagnosticsSettings,
    fallen: Collection[Category] = (),
) -> tuple[tuple[CellShare, ...], str]:
    """The rows of the mixture, largest first, and one sentence about it. `fallen` categories were
    strong and are not shown to have stayed so, on the diagnosis half (never on the held-out one):
    their cells get twice the floor.
    """
    rows: dict[str, Row] = {}
    aimed = [a for a in aims if a.weight(settings.target) > 0]
    for aim in aimed:
        _add_weakness(rows, aim, catalogue, settings.target)
    _add_prior(rows, coverage, catalogue)
    _add_never_sampled(rows, coverage, catalogue, settings.floor)
    _add_previous(rows, previous, catalogue)
    _add_fallen(rows, fallen, catalogue, min(2 * settings.floor, settings.cap))
    shared = _shared(rows, settings)
    return shared, _note(aims, aimed, catalogue, rows, shared)


def cell_name(capability: str, image_type: str, condition: Mapping[str, str]) -> str:
    """As `CellShare.name`."""
    return f"{capability}/{image_type}" + "".join(f" {k}={v}" for k, v in sorted(condition.items()))


def _row(rows: dict[str, Row], category: Category, condition: dict[str, str]) -> Row:
    row = Row(*category, condition)
    return rows.setdefault(row.name, row)


def _add_weakness(rows: dict[str, Row], aim: Aim, catalogue: Catalogue, target: float) -> None:
    found = aim.weakness
    category = found.capability, found.image_type
    if not catalogue.makes(category):
        return
    condition = catalogue.known(category, found.condition)
    others = _opposites(aim, category, condition, catalogue)
    for other in others:
        _add_counterweight(_row(rows, category, other), aim, aim.weight(target) / 2 / len(others))
    row = _row(rows, category, condition)
    row.weight += aim.weight(target) / (2 if others else 1)
    row.weakness = row.weakness or found.id
    row.why.append(
        f"{found.name}: rate {found.rate:.2f} and below {aim.upper90:.2f} with 90 % probability "
        f"against a target of {target:.2f}, coverage {found.coverage:.1%}, "
        f"learnability {found.learnability:.2f}"
    )


def _opposites(
    aim: Aim, category: Category, condition: Mapping[str, str], catalogue: Catalogue
) -> list[dict[str, str]]:
    """The conditions that balance it: the other values of the attributes that decide its answers,
    one at a time, which a source can make together with the rest of the condition.

    Where a condition decides which answers are possible, training under it alone teaches to say
    those answers: one round of GRPO on absent objects alone took "is there …?" from always yes to
    always no, and training on four to six objects unlearnt counting one to three (T1).
    """
    if not aim.own_answers:
        return []
    turned = [
        {**condition, name: other}
        for name in aim.decided_by or sorted(condition)
        if name in condition
        for other in catalogue.values(category, name)
        if other != condition[name]
    ]
    return [other for other in turned if catalogue.known(category, other) == other]


def _add_counterweight(row: Row, aim: Aim, weight: float) -> None:
    row.weight += weight
    answers = " or ".join(f"“{a}”" for a in aim.own_answers)
    row.why.append(f"balances {aim.weakness.name}, where only {answers} can be right")


def _add_prior(
    rows: dict[str, Row], coverage: Mapping[Category, float], catalogue: Catalogue
) -> None:
    wanted = {c: v for c, v in coverage.items() if catalogue.makes(c)}
    mapped = {c: v for c, v in wanted.items() if c[0] != UNMAPPED}
    for category, share in sorted((mapped or wanted).items()):
        row = _row(rows, category, {})
        row.prior = share
        row.why.append(f"{share:.1%} of the benchmarks' samples")


def _add_never_sampled(
    rows: dict[str, Row], coverage: Mapping[Category, float], catalogue: Catalogue, floor: float
) -> None:
    """Cells for image types that a source can make and that have none so far."""
    seen = {row.image_type for row in rows.values()}
    sampled = {image_type for _, image_type in coverage}
    for category in catalogue.categories():
        if category[1] not in seen:
            why = "sampled for other capabilities" if category[1] in sampled else "never sampled"
            row = _row(rows, category, {})
            row.why.append(f"the floor of {floor:.0%} for {category[1]} images, {why}")


def _add_previous(
    rows: dict[str, Row], previous: Iterable[CellShare], catalogue: Catalogue
) -> None:
    for cell in previous:
        category = cell.capability, cell.image_type
        if cell.share > 0 and catalogue.makes(category):
            row = _row(rows, category, catalogue.known(category, cell.condition))
            row.before += cell.share
            row.why.append(f"{cell.share:.1%} in the previous round")


def _add_fallen(
    rows: dict[str, Row], fallen: Collection[Category], catalogue: Catalogue, floor: float
) -> None:
    for category in sorted(set(fallen)):
        if catalogue.makes(category):
            row = _row(rows, category, {})
            row.floor = floor
            row.why.append(
                f"the floor doubled to {floor:.0%}, it was strong and may have lost that"
            )


def _shared(rows: Mapping[str, Row], settings: DiagnosticsSettings) -> tuple[CellShare, ...]:
    cells = [Cell(k, r.image_type, r.weight, r.prior, r.before, r.floor) for k, r in rows.items()]
    type_of = {c.name: c.image_type for c in cells}
    share = shares(cells, prior_share=settings.prior_share, floor=settings.floor, cap=settings.cap)
    quota = quotas(share, type_of, settings.budget)
    order = sorted(rows, key=lambda k: (-quota[k], k))
    return tuple(_cell_share(rows[k], share[k], quota[k]) for k in order)


def _cell_share(row: Row, share: float, quota: int) -> CellShare:
    why = "; ".join(row.why)
    return CellShare(
        capability=row.capability,
        image_type=row.image_type,
        condition=row.condition,
        share=share,
        quota=quota,
        weakness=row.weakness,
        why=f"{why[0].upper()}{why[1:]}.",
    )


def _standing(rows: Mapping[str, Row], shared: Iterable[CellShare], made: Sequence[Aim]) -> str:
    """How much of it all aims at weaknesses, and what the rest follows."""
    aimed = sum(cell.share for cell in shared if rows[cell.name].weight > 0)
    inert = " and the previous round" if any(row.before for row in rows.values()) else ""
    return f"{aimed:.0%} aims at {_names(made)}, the rest follows the benchmarks' own mix{inert}"


def _note(
    aims: Sequence[Aim],
    aimed: Sequence[Aim],
    catalogue: Catalogue,
    rows: Mapping[str, Row],
    shared: Iterable[CellShare],
) -> str:
    """What the mixture aims at, or why it is the prior; and which weaknesses got nothing."""
    made = [a for a in aimed if catalogue.makes((a.weakness.capability, a.weakness.image_type))]
    idle = [a for a in aims if a not in aimed]
    lost = [a for a in aimed if a not in made]
    if made:
        first = _standing(rows, shared, made)
    elif aims:
        first = "No weakness can be aimed at, so it follows the benchmarks' own mix"
    else:
        first = "No slice is reliably below the rest, so it follows the benchmarks' own mix"
    parts = [first]
    if lost:
        parts.append(f"no source can make {_names(lost)}")
    if idle:
        parts.append(f"{_names(idle)}: not surely below the target, or nothing to learn from")
    return "; ".join(parts) + "."


def _names(aims: Sequence[Aim]) -> str:
    return ", ".join(f"“{a.weakness.name}”" for a in aims)
