"""The plan: which cells, how many slots each, for which split; frozen before anything is drawn.

`train` takes the diagnosis's mixture with its exact quotas, `validation` the same cells at a
share, `canary` the strong categories. A slot's identity is its split, cell and number.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final

from blindspot.core.diagnosis import CategoryRate, Diagnosis
from blindspot.core.errors import StageError
from blindspot.core.records import CellShare, Split
from blindspot.core.training_set import Makeable, Plan, PlanCell
from generation.aims import Aim
from generation.settings import GenerationSettings
from generation.source import makes

UNANSWERABLE: Final = "unanswerable"
"""The capability of questions whose answer is that it cannot be determined."""
_NO_AIMS: Final[Mapping[str, Aim]] = {}


def make_plan(
    diagnosis: Diagnosis,
    digest: str,
    catalogue: Sequence[Makeable],
    settings: GenerationSettings,
    aims: Mapping[str, Aim] = _NO_AIMS,
) -> Plan:
    """The plan for a diagnosis; `aims` by the weakness' id. Cells that no source makes keep their
    quota, to be reported open; StageError if that is all of them.
    """
    train = [row for row in _one_row_per_cell(diagnosis.mixture) if row.quota]
    train = _with_unanswerable(train, catalogue, settings.unanswerable_share)
    made = [row for row in train if makes(catalogue, row)]
    if not made:
        raise _nothing_to_make(train, catalogue)
    cells = [
        *(_aimed("train", row, row.quota, aims) for row in train),
        *_validation(made, settings.validation_share, aims),
        *_canaries(diagnosis.categories, catalogue, settings.canary),
    ]
    return Plan(diagnosis=digest, cells=tuple(cells))


def largest_remainder(total: int, weights: Sequence[float]) -> list[int]:
    """Whole shares of `total` in proportion to the weights, summing to it exactly; ties go to
    the earlier.

        >>> largest_remainder(10, [5, 3, 3])
        [4, 3, 3]
    """
    whole = sum(weights)
    exact = [total * weight / whole if whole else 0.0 for weight in weights]
    shares = [math.floor(x) for x in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: shares[i] - exact[i])
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares


def slot_id(cell: PlanCell, number: int) -> str:
    """`train/counting/geometric objects=many/17`."""
    return f"{cell.split}/{cell.name}/{number}"


def _one_row_per_cell(mixture: Sequence[CellShare]) -> list[CellShare]:
    """Rows of the same name become one; their slots would draw the same candidates."""
    rows: dict[str, CellShare] = {}
    for row in mixture:
        first = rows.get(row.name)
        if first is None:
            rows[row.name] = row
            continue
        share = min(first.share + row.share, 1.0)
        quota = first.quota + row.quota
        rows[row.name] = first.model_copy(update={"share": share, "quota": quota})
    return list(rows.values())


def _with_unanswerable(
    rows: Sequence[CellShare], catalogue: Sequence[Makeable], share: float
) -> list[CellShare]:
    """The rows with at least this part of unanswerable samples, the others giving in proportion;
    the sum stays. As they are where no source makes any.
    """
    total = sum(row.quota for row in rows)
    there = sum(row.quota for row in rows if row.capability == UNANSWERABLE)
    missing = round(share * total) - there
    kinds = [m for m in catalogue if m.capability == UNANSWERABLE]
    if missing <= 0 or not kinds:
        return list(rows)
    others = [row for row in rows if row.capability != UNANSWERABLE]
    left = largest_remainder(total - there - missing, [row.quota for row in others])
    more = largest_remainder(missing, [1.0] * len(kinds))
    own = [
        *(row for row in rows if row.capability == UNANSWERABLE),
        *(_unanswerable(k, n, total) for k, n in zip(kinds, more, strict=True)),
    ]
    kept = [r.model_copy(update={"quota": n}) for r, n in zip(others, left, strict=True) if n]
    return _one_row_per_cell([*kept, *own])


def _unanswerable(kind: Makeable, quota: int, total: int) -> CellShare:
    return CellShare(
        capability=kind.capability,
        image_type=kind.image_type,
        share=quota / total,
        quota=quota,
        why="so that not every question has an answer",
    )


def _validation(made: Sequence[CellShare], share: float, aims: Mapping[str, Aim]) -> list[PlanCell]:
    if not share:
        return []
    quotas = [row.quota for row in made]
    counts = largest_remainder(round(share * sum(quotas)), quotas)
    return [
        _aimed("validation", row, max(1, count), aims)
        for row, count in zip(made, counts, strict=True)
    ]


def _canaries(
    categories: Sequence[CategoryRate], catalogue: Sequence[Makeable], count: int
) -> list[PlanCell]:
    rows = [_canary(c, count) for c in categories if c.verdict == "strong" and count]
    brief = "never trained on, to see what is forgotten"
    return [_cell("canary", row, row.quota, brief) for row in rows if makes(catalogue, row)]


def _canary(category: CategoryRate, count: int) -> CellShare:
    return CellShare(
        capability=category.capability,
        image_type=category.image_type,
        share=0.0,
        quota=count,
        why=f"strong ({category.rate:.0%}): it must stay so",
    )


def _cell(split: Split, want: CellShare, quota: int, brief: str) -> PlanCell:
    return PlanCell(name=want.name, split=split, want=want, quota=quota, brief=brief)


def _aimed(split: Split, row: CellShare, quota: int, aims: Mapping[str, Aim]) -> PlanCell:
    """A cell with what its weakness says."""
    aim = aims.get(row.weakness or "")
    if aim is None:
        return _cell(split, row, quota, row.why)
    missing = f"; missing: {', '.join(aim.skills)}" if aim.skills else ""
    breaks = f"; answers break at: {aim.stage}" if aim.stage else ""
    return PlanCell(
        name=row.name,
        split=split,
        want=row,
        quota=quota,
        brief=f"aims at {aim.name}: {row.why}{breaks}{missing}",
        stage=aim.stage,
        skills=aim.skills,
        examples=aim.examples,
    )


def _nothing_to_make(rows: Sequence[CellShare], catalogue: Sequence[Makeable]) -> StageError:
    wanted = ", ".join(row.name for row in rows[:5]) or "nothing"
    made = ", ".join(f"{m.capability}/{m.image_type}" for m in catalogue[:5]) or "nothing"
    return StageError(
        "Nothing can be generated from this diagnosis",
        f"its mixture asks for {wanted}{' …' if len(rows) > 5 else ''}, and the configured "
        f"sources make {made}{' …' if len(catalogue) > 5 else ''}",
        "Add a source or a family that makes one of these cells",
    )
