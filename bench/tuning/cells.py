"""The cells of the tiny world's benchmark, which of them are weak, and what an arm asks of each.

Sample(counting/geometric, objects=many)  →  CellShare(counting/geometric objects=many)
aimed(cells, [1, 1, …], 720, weaknesses)  →  33 samples of each of the 22 cells
"""

from collections.abc import Sequence

from blindspot.core.records import CellShare, Sample, Weakness
from blindspot.core.training_set import Makeable
from generation.plan import largest_remainder


def cell_of(sample: Sample, can_make: Sequence[Makeable]) -> CellShare | None:
    """The cell that a sample belongs to (with no quota), or None if no source makes it."""
    for row in can_make:
        if (row.capability, row.image_type) == (sample.capability, sample.image_type):
            known = row.conditions
            met = {k: v for k, v in sample.attributes.items() if v in known.get(k, ())}
            return CellShare(
                capability=sample.capability,
                image_type=sample.image_type,
                condition=met,
                share=0.0,
                quota=0,
                why="an arm of the bench",
            )
    return None


def weakness_of(cell: CellShare, weaknesses: Sequence[Weakness]) -> str | None:
    """The first weakness that a cell lies inside, by id."""
    for found in weaknesses:
        same = (found.capability, found.image_type) == (cell.capability, cell.image_type)
        if same and found.condition.items() <= cell.condition.items():
            return found.id
    return None


def aimed(
    cells: Sequence[CellShare],
    weights: Sequence[float],
    budget: int,
    weaknesses: Sequence[Weakness],
) -> tuple[CellShare, ...]:
    """The cells with quotas in proportion to the weights. What lies inside a weakness says so in
    every arm, for the difficulty gate guards such cells alone.
    """
    total = sum(weights)
    quotas = largest_remainder(budget, weights)
    return tuple(
        cell.model_copy(
            update={
                "share": weight / total,
                "quota": quota,
                "weakness": weakness_of(cell, weaknesses),
            }
        )
        for cell, weight, quota in zip(cells, weights, quotas, strict=True)
    )


def scaled(mixture: Sequence[CellShare], size: float) -> tuple[CellShare, ...]:
    """A mixture's rows with so many times its samples."""
    quotas = [row.quota for row in mixture]
    resized = largest_remainder(round(size * sum(quotas)), quotas)
    pairs = zip(mixture, resized, strict=True)
    return tuple(row.model_copy(update={"quota": quota}) for row, quota in pairs)
