"""What lies at a path, by content."""

import hashlib

import pytest

from blindspot.core.digests import path_digest
from blindspot.core.errors import DataError


def test_a_file_counts_by_its_bytes_and_a_folder_by_names_and_bytes(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    (tmp_path / "one" / "a").write_bytes(b"x")
    (tmp_path / "two" / "a").write_bytes(b"x")
    assert path_digest(tmp_path / "one" / "a") == hashlib.sha256(b"x").hexdigest()
    assert path_digest(tmp_path / "one") == path_digest(tmp_path / "two")
    (tmp_path / "two" / "a").rename(tmp_path / "two" / "b")
    assert path_digest(tmp_path / "one") != path_digest(tmp_path / "two")


def test_what_cannot_be_read_is_named(tmp_path):
    with pytest.raises(DataError, match="nowhere"):
        path_digest(tmp_path / "nowhere")
