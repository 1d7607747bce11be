"""Digests of what lies at a path that settings name: a file or a folder of files.

    path_digest(Path("support.parquet"))   "9f86d0…", of its bytes
    path_digest(Path("pictures"))          "2c26b4…", of the names and bytes of all files below

A path is operational: where the files lie is no part of what they make, what they hold is.
"""

from pathlib import Path

from blindspot.core.artifact import digest_of, file_digest, folder_digests
from blindspot.core.errors import DataError


def path_digest(path: Path) -> str:
    """SHA-256 of a file, or of all files below a folder with their relative paths. Raises DataError
    for what cannot be read.
    """
    try:
        return digest_of(folder_digests(path)) if path.is_dir() else file_digest(path)
    except OSError as error:
        raise DataError(
            str(error.filename or path),
            f"it cannot be read ({error.strerror or error})",
            "Correct the path or who may read it",
        ) from error
