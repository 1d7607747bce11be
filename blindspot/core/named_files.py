"""Files that data from anywhere names: read where they lie below the data's own folder.

    read(Path("data"), "cats/7.jpg", most=2**26)      its bytes
    read(Path("data"), "../secret.png", most=2**26)   OSError: '../secret.png' leads out of its …

A path that leads out of the folder, by `..`, from the root or over a symbolic link, is not
followed; a pipe or a device is not waited for. Whether the bytes are a picture is not looked at.
"""

import os
from pathlib import Path
from typing import Final

MOST: Final = 64 * 2**20
"""Bytes; larger picture files are refused."""


def inside(folder: Path, path: str) -> Path | None:
    """The file that a path below a folder leads to; None where that lies elsewhere."""
    try:
        root, file = folder.resolve(), (folder / path).resolve()
    except (OSError, ValueError, RuntimeError):  # a zero byte, links in a circle
        return None
    if os.path.islink(file):  # noqa: PTH114 `is_symlink` raises where a folder is locked
        return None  # links in a circle, which are no error from Python 3.13 on
    return file if file.is_relative_to(root) and file != root else None


def read(folder: Path, path: str, most: int = MOST) -> bytes:
    """The bytes of a file below a folder. Raises OSError whose text names the path and the cause
    where it lies elsewhere, is no ordinary file, is too large or cannot be read.
    """
    file = inside(folder, path)
    if file is None:
        raise OSError(f"'{path}' leads out of its folder, and is not followed")
    try:
        if not file.is_file():
            raise _refused(path, "is no file")
        if file.stat().st_size > most:
            raise _refused(path, f"has more than {most:,} bytes")
        return file.read_bytes()
    except _RefusedError:
        raise
    except OSError as error:
        raise OSError(f"'{path}' cannot be read ({error.strerror or error})") from error


class _RefusedError(OSError):
    """What is not read although it could be."""


def _refused(path: str, why: str) -> OSError:
    return _RefusedError(f"'{path}' {why}")
