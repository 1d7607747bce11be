"""What a run folder weighs, by kind of file.

    weights(Path("run"))  →  {"ledger": 61_000_000, "parquet": 2_400_000, "images": 11_000_000,
                              "pictures.sqlite": 5_000_000, "rest": 9_000}

Bytes of the files' contents; a file system gives every file whole blocks. `pictures.sqlite` is what
an evaluation remembers of every picture, to find copies.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

_PICTURES: Final = "pictures.sqlite"
KINDS: Final[tuple[str, ...]] = ("ledger", "parquet", "images", _PICTURES, "rest")


def weights(folder: Path) -> dict[str, int]:
    """Bytes below a folder by kind; every file counts once."""
    found: dict[str, int] = dict.fromkeys(KINDS, 0)
    for path in _files(folder):
        found[_kind(path.relative_to(folder))] += path.stat().st_size
    return found


def _kind(path: Path) -> str:
    if path.name.startswith("ledger.sqlite"):
        return "ledger"
    if path.suffix == ".parquet":
        return "parquet"
    if path.name.startswith(_PICTURES):
        return _PICTURES
    return "images" if "images" in path.parts else "rest"


def _files(folder: Path) -> Iterable[Path]:
    return (p for p in folder.rglob("*") if p.is_file() and not p.is_symlink())
