"""Supporting sets of T7: rows with a skill in words, as a set is that nobody collected for the
purpose. How often a skill occurs has nothing to do with what a model lacks.

    pool(file)                          600 rows of each of the 22 skills
    supporting(pool, out, seed, .3)     2,214 of them: rank r of the seed's order of skills has
                                        600 / r rows (Zipf), three skills in ten are another one

The pool is drawn by `examples/error-driven/build_supporting.py`, on contents that the benchmark
never shows. Its teacher looks at one row of each cell, of which all ask for the same skill.
"""

import hashlib
import importlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

FOLDER: Final = Path(__file__).parents[2] / "examples" / "error-driven"
PER_SKILL: Final = 600
_SEED: Final = "t7"
"""Of the drawing, other than the example's own."""


def pool(out: Path, per_skill: int = PER_SKILL) -> Path:
    """`per_skill` rows of every skill, drawn if they are not there."""
    if not out.is_file():
        builder = _builder()
        rows = [row for cell in builder.all_cells() for row in _drawn(builder, cell, per_skill)]
        out.parent.mkdir(parents=True, exist_ok=True)
        part = out.with_suffix(".part")
        pq.write_table(pa.Table.from_pylist(sorted(rows, key=lambda r: r["id"])), part)
        part.replace(out)
    return out


def true_skills(rows: Path) -> dict[str, str]:
    """The skill of each row, by its id."""
    table = pq.read_table(rows, columns=["id", "skill"])
    return dict(zip(table["id"].to_pylist(), table["skill"].to_pylist(), strict=True))


def supporting(rows: Path, out: Path, seed: int, error: float) -> Path:
    """The pool as a seed has it: how often each skill occurs, and that share of wrong skills."""
    true = true_skills(rows)
    kept = _kept(true, seed)
    known = sorted(set(true.values()))
    table = pq.read_table(rows)
    ids = table["id"].to_pylist()
    told = [_told(true[i], known, f"{seed}/{i}", error) for i in ids]
    table = table.set_column(table.schema.get_field_index("skill"), "skill", pa.array(told))
    out.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table.filter(pa.array([i in kept for i in ids])), out)
    return out


def _drawn(builder: Any, cell: Any, count: int) -> Sequence[Mapping[str, Any]]:
    look = lambda question, picture: builder.skill_of(question, picture, builder.Slips(0.0))  # noqa: E731
    (first,) = builder.rows_of(cell, 1, _SEED, look)
    return list(builder.rows_of(cell, count, _SEED, lambda *_: first["skill"]))


def _kept(true: Mapping[str, str], seed: int) -> set[str]:
    """Of the skill at rank r of the seed's order, one r-th."""
    ranked = sorted(set(true.values()), key=lambda skill: _draw(f"{seed}/rank/{skill}"))
    kept: set[str] = set()
    for rank, skill in enumerate(ranked, 1):
        own = sorted((i for i in true if true[i] == skill), key=lambda i: _draw(f"{seed}/kept/{i}"))
        kept.update(own[: round(len(own) / rank)])
    return kept


def _told(skill: str, known: Sequence[str], name: str, error: float) -> str:
    others = [other for other in known if other != skill]
    is_wrong = bool(others) and _draw(f"error/{name}") < error
    return others[int(_draw(f"other/{name}") * len(others))] if is_wrong else skill


def _draw(name: str) -> float:
    """A number in [0, 1) that a name alone decides."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big") / 2**48


def _builder() -> Any:
    """The example's program, whose folder is no package."""
    if str(FOLDER) not in sys.path:
        sys.path.append(str(FOLDER))
    return importlib.import_module("build_supporting")
