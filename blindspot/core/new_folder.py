"""A folder for others that appears whole or not at all.

with new_folder(Path("shared/mine")) as part:
    write_text(part / "README.md", "…")
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from blindspot.core.artifact import disk_error
from blindspot.core.errors import UsageError


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """Write into the folder that is given; it becomes `out` at the end, and is gone where anything
    fails. Raises UsageError where something is at `out` already, and what the disk refuses as
    `disk_error` words it.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(
            f"The folder {out}", "something is there already", "Give another one with --out"
        )
    part = out.with_name(f".{out.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        yield part
        if out.exists():
            out.rmdir()
        part.rename(out)
    except OSError as error:
        raise disk_error(out, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
