"""Which candidates a person audits: a random sample, the same for the same training set.

    drawn(pool, 50, digest)   25 admitted, in proportion to their cells; 25 rejected, of every gate
                              and cell one, then in proportion
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow.parquet as pq

from blindspot.core.records import TrainingSample
from blindspot.core.tables import as_records, scan_records
from blindspot.core.training_set import TrainingSetArtifact
from generation.decided import GateVerdict, Rejected
from generation.gate import ALL_SPLITS
from generation.plan import largest_remainder

_PICTURES: Final = "images.list.element.path"


@dataclass(frozen=True)
class Pool:
    """All that can be drawn from a training set."""

    training_set: TrainingSetArtifact
    admitted: Sequence[TrainingSample]
    rejected: Sequence[Rejected]

    @classmethod
    def of(cls, training_set: TrainingSetArtifact) -> "Pool":
        """Read without the pictures' bytes; only what a gate saw as a whole candidate is drawn
        from, so what a source could not make is not in it.
        """
        rejected = scan_records(training_set.path / "rejected.parquet", Rejected)
        return cls(training_set, _samples(training_set), [r for r in rejected if r.question])

    def verdicts(self, ids: set[str]) -> dict[str, list[GateVerdict]]:
        """Of these candidates, in the order of the gates, by the id of the rejected candidate or of
        the admitted sample.
        """
        found: defaultdict[str, list[GateVerdict]] = defaultdict(list)
        for verdict in scan_records(self.training_set.path / "verdicts.parquet", GateVerdict):
            key = verdict.id if verdict.id in ids else verdict.id.rpartition("/")[0]
            if key in ids:
                found[key].append(verdict)
        return dict(found)


def drawn(pool: Pool, count: int, seed: str) -> list[TrainingSample | Rejected]:
    """Up to `count`, mixed, so that who audits does not know from the order what was decided."""
    half = max(count - len(pool.rejected), (count + 1) // 2)
    admitted = _proportional(pool.admitted, lambda s: (s.split, s.cell), half, seed)
    left = count - len(admitted)
    rejected = _of_each(pool.rejected, lambda r: (r.gate, r.split, r.cell), left, seed)
    chosen: list[TrainingSample | Rejected] = [*admitted, *rejected]
    random.Random(f"{seed}/order").shuffle(chosen)
    return chosen
