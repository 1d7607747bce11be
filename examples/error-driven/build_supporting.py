"""Draws the supporting dataset: 150 questions of every skill of the tiny world, in no order of
skills, on contents that its benchmark never shows.

    python examples/error-driven/build_supporting.py --out examples/error-driven/supporting.parquet

A row: id, image (PNG), question, target, answer_kind and `skill`, which the teacher names that
looks at it, in its own words; with `--error 0.3` three skills in ten are another one. No row says
of which capability or kind of image it is, as datasets collected elsewhere do not. Same seed, same
file.
"""

import argparse
import hashlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

HERE: Final = Path(__file__).parent
sys.path.append(str(HERE.parent / "tiny"))  # where the tiny world's own scripts find theirs

from build_benchmark import png  # noqa: E402  # pyright: ignore[reportMissingImports]
from teacher import Slips, skill_of  # noqa: E402

from generation.family import draw, families  # noqa: E402
from tiny_world.architecture import IMAGE_SIZE  # noqa: E402  # pyright: ignore[reportMissingImports]
from tiny_world.cells import Cell, all_cells  # noqa: E402  # pyright: ignore[reportMissingImports]

_PICTURE: Final = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
Label = Callable[[str, bytes], str | None]
"""Names the skill that a question about a picture asks for."""
_TEXTS: Final = ("id", "question", "target", "answer_kind", "skill")
_SCHEMA: Final = pa.schema([*((name, pa.string()) for name in _TEXTS), ("image", _PICTURE)])


def build(out: Path, per_cell: int, seed: str, error: float) -> int:
    """Write the dataset; the number of its rows."""
    slips = Slips(error, int(hashlib.sha256(seed.encode()).hexdigest()[:8], 16))

    def skill(question: str, picture: bytes) -> str | None:
        return skill_of(question, picture, slips)

    found = {r["id"]: r for cell in all_cells() for r in rows_of(cell, per_cell, seed, skill)}
    rows = [found[name] for name in sorted(found)]
    pq.write_table(pa.Table.from_pylist(rows, schema=_SCHEMA), out, compression="zstd")
    return len(rows)


def rows_of(cell: Cell, count: int, seed: str, skill: Label) -> Iterator[dict[str, Any]]:
    """The questions of one cell, no two of which show and ask the same."""
    seen: set[str] = set()
    attempt = 0
    while len(seen) < count:
        row = _row(cell, f"{seed}/{cell.name}/{attempt}", skill)
        attempt += 1
        if row["id"] not in seen:
            seen.add(row["id"])
            yield row


def _row(cell: Cell, seed: str, skill: Label) -> dict[str, Any]:
    drawing = draw(families.load(cell.family), seed, IMAGE_SIZE, cell.condition)
    picture = png(drawing.image)
    digest = hashlib.sha256(picture + drawing.question.encode()).hexdigest()
    return {
        "id": digest[:16],
        "image": {"bytes": picture, "path": None},
        "question": drawing.question,
        "target": drawing.target,
        "answer_kind": drawing.answer_kind,
        "skill": skill(drawing.question, picture),
    }


def main() -> None:
    """Draw, write, say how much it became."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "supporting.parquet")
    parser.add_argument("--per-cell", type=int, default=150, help="questions per cell")
    parser.add_argument("--seed", default="supporting")
    parser.add_argument("--error", type=float, default=0.0, help="share of wrong skills")
    options = parser.parse_args()
    count = build(options.out, options.per_cell, options.seed, options.error)
    size = options.out.stat().st_size / 2**20
    Console().print(f"{count} questions, {size:.1f} MiB: {options.out}")


if __name__ == "__main__":
    main()
