"""`benchmarks.lock`: which data a benchmark's numbers came from.

    [mmstar]
    source = "Lin-Chen/MMStar"
    revision = "bc98d668301da7b14f648724866e57302778ab27"

The first use writes the revision; a later difference is refused, because numbers on two revisions
cannot be compared. The file lies beside the config and belongs under version control.
"""

import tomllib
from pathlib import Path
from typing import Final

import tomli_w
from pydantic import TypeAdapter

from blindspot.core.artifact import write_text
from blindspot.core.config import Settings
from blindspot.core.errors import DataError


class _Entry(Settings):
    source: str
    revision: str


_ENTRIES: Final = TypeAdapter(dict[str, _Entry])


def locked(lock: Path, name: str, source: str) -> str | None:
    """The revision that the file holds, or None. Raises DataError when it is of another source."""
    entry = _read(lock).get(name)
    if entry is None:
        return None
    if entry.source != source:
        raise _other(lock, name, f"it holds {entry.source}, asked for is {source}")
    return entry.revision


def keep(lock: Path, name: str, source: str, revision: str) -> None:
    """Write the revision at first use. Raises DataError when another one is there."""
    entries = _read(lock)
    held = locked(lock, name, source)
    if held == revision:
        return
    if held is not None:
        raise _other(lock, name, f"it holds revision {held[:12]}, found was {revision[:12]}")
    entries[name] = _Entry(source=source, revision=revision)
    lock.parent.mkdir(parents=True, exist_ok=True)
    write_text(lock, tomli_w.dumps(_ENTRIES.dump_python(dict(sorted(entries.items())))))


def _read(lock: Path) -> dict[str, _Entry]:
    try:
        return _ENTRIES.validate_python(tomllib.loads(lock.read_text()) if lock.is_file() else {})
    except (ValueError, RecursionError, OSError) as error:
        way_out = "Correct it, or delete it to take the revisions of today"
        raise DataError(f"The lock file {lock}", str(error), way_out) from error


def _other(lock: Path, name: str, why: str) -> DataError:
    return DataError(
        f"The data of the benchmark '{name}' is not what {lock} holds",
        why,
        f"Use that revision, or delete [{name}] there if the change is meant: "
        "its numbers will not be comparable with earlier ones",
    )
