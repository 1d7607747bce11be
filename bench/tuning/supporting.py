"""Supporting data for T9: tiny-world samples that say which type of picture they show, no more.

    id, image, question, target, answer_kind, image_type, licence

Every cell of the benchmark has the same number of rows. Which capability a row asks for, and under
which conditions, is left out: it is what retrieval has to find.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from blindspot.core.errors import StageError
from blindspot.core.records import CellShare
from blindspot.core.run_folder import RunFolder
from blindspot.core.training_set import PlanCell
from generation.means import Means
from generation.settings import GenerationSettings
from generation.source import Candidate, OpenSource, Want, sources
from generation.staff import Staff

LICENCE: Final = "CC0-1.0"


def write(
    file: Path, cells: Sequence[CellShare], per_cell: int, settings: GenerationSettings
) -> None:
    """Draw the rows by the config's first source, with seeds of their own."""
    folder = RunFolder(file.parent)
    own, means = settings.sources[0], Means(folder, Staff(settings.agents, folder))
    source = sources.load(own.plugin).open(own, means)
    rows = [row for cell in cells for row in _rows(source, cell, per_cell)]
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), file)


def _rows(source: OpenSource, cell: CellShare, count: int) -> Iterator[dict[str, Any]]:
    plan = PlanCell(name=cell.name, split="train", want=cell, quota=count, brief=cell.why)
    names = [f"support/{cell.name}/{number}" for number in range(count)]
    made = source.candidates([Want(plan, name) for name in names])
    for name, candidate in zip(names, made, strict=True):
        if not isinstance(candidate, Candidate):
            raise StageError(f"The row '{name}'", candidate.message, "Correct the source")
        yield {
            "id": name,
            "image": {"bytes": candidate.images[0], "path": None},
            "question": candidate.question,
            "target": candidate.target,
            "answer_kind": candidate.answer_kind,
            "image_type": cell.image_type,
            "licence": LICENCE,
        }
