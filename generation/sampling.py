"""Which candidates a person audits: a random sample, the same for the same training set.

drawn(pool, 50, digest)   25 admitted, in proportion to their cells; 25 rejected, of every gate
                          and cell one, then in proportion
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from blindspot.core.records import TrainingSample
from blindspot.core.tables import as_records, read_table, scan_records
from blindspot.core.training_set import TrainingSetArtifact
from generation.decided import GateVerdict, Rejected
from generation.gate import ALL_SPLITS
from generation.plan import largest_remainder

T = TypeVar("T", TrainingSample, Rejected)

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
        the admitted sample. Of a slot's candidates the admitted one is whom no gate rejected.
        """
        table = read_table(self.training_set.path / "verdicts.parquet")
        known = enumerate(table["id"].to_pylist())
        places = [place for place, id_ in known if id_ in ids or _slot(id_) in ids]
        rows = table.take(pa.array(places, pa.int64())).to_pylist()
        found: defaultdict[str, list[GateVerdict]] = defaultdict(list)
        for verdict in as_records(rows, GateVerdict):
            found[verdict.id].append(verdict)
        whole = {_slot(id_): own for id_, own in found.items() if all(v.admitted for v in own)}
        return {**whole, **{id_: own for id_, own in found.items() if id_ in ids}}


def drawn(pool: Pool, count: int, seed: str) -> list[TrainingSample | Rejected]:
    """Up to `count`, mixed, so that who audits does not know from the order what was decided."""
    half = max(count - len(pool.rejected), (count + 1) // 2)
    cells = _strata(pool.admitted, lambda s: (s.split, s.cell), seed)
    admitted = _proportional(cells, half)
    gates = _strata(pool.rejected, lambda r: (r.gate, r.split, r.cell), seed)
    rejected = _of_each(gates, count - len(admitted))
    chosen: list[TrainingSample | Rejected] = [*admitted, *rejected]
    random.Random(f"{seed}/order").shuffle(chosen)
    return chosen


def _strata(found: Iterable[T], key: Callable[[T], tuple[str, ...]], seed: str) -> list[list[T]]:
    """Each in an order of its own that nothing but the seed and the ids decides."""
    strata: defaultdict[tuple[str, ...], list[T]] = defaultdict(list)
    for each in sorted(found, key=lambda one: one.id):
        strata[key(each)].append(each)
    for name, own in sorted(strata.items()):
        random.Random("/".join([seed, *name])).shuffle(own)
    return [strata[name] for name in sorted(strata)]


def _proportional(strata: Sequence[Sequence[T]], count: int) -> list[T]:
    sizes = [len(own) for own in strata]
    shares = largest_remainder(min(count, sum(sizes)), sizes)
    return [each for own, share in zip(strata, shares, strict=True) for each in own[:share]]


def _of_each(strata: Sequence[Sequence[T]], count: int) -> list[T]:
    """One of each, the largest first where there are too many; the rest in proportion."""
    largest = sorted(strata, key=len, reverse=True)[: max(count, 0)]
    first = [own[0] for own in largest]
    return [*first, *_proportional([own[1:] for own in largest], count - len(first))]


def _slot(id_: str) -> str:
    return id_.rpartition("/")[0]


def _samples(training_set: TrainingSetArtifact) -> list[TrainingSample]:
    found: list[TrainingSample] = []
    for path in (shard for split in ALL_SPLITS for shard in training_set.shards(split)):
        with pq.ParquetFile(path) as file:
            plain = [n for n in TrainingSample.model_fields if n != "images"]
            rows = file.read(columns=[*plain, _PICTURES]).to_pylist()
        for row in rows:
            row["images"] = [picture["path"] for picture in row["images"]]
        found += as_records(rows, TrainingSample)
    return found
