"""Bytes of stored pictures: of tables, of files, and never from outside."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from blindspot.core.records import Failure
from generation.retrieval.stored import Stored, read


def lost(found, why):
    """Whether it is the failure that names this cause."""
    return isinstance(found, Failure) and found.kind == "image" and why in found.message


@pytest.fixture
def table(tmp_path):
    """7 rows in groups of 3; row i has i pictures, or none."""
    cells = [[{"bytes": b"%d.%d" % (i, j), "path": None} for j in range(i)] for i in range(7)]
    kind = pa.list_(pa.struct({"bytes": pa.binary(), "path": pa.string()}))
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"images": pa.array(cells, type=kind)}), path, row_group_size=3)
    return path


def test_pictures_of_a_table_come_in_the_order_asked_for(table):
    places = [(6, 5), (1, 0), (6, 0), (3, 2), (1, 0)]
    wanted = [Stored(table, row=row, column="images", place=place) for row, place in places]
    assert read(wanted) == [b"6.5", b"1.0", b"6.0", b"3.2", b"1.0"]


def test_row_groups_without_a_wanted_row_are_not_read(table, monkeypatch):
    groups = []
    real = pq.ParquetFile.iter_batches
    monkeypatch.setattr(
        pq.ParquetFile,
        "iter_batches",
        lambda self, size, row_groups, **kw: (
            groups.append(row_groups) or real(self, size, row_groups=row_groups, **kw)
        ),
    )
    read([Stored(table, row=4, column="images"), Stored(table, row=5, column="images", place=1)])
    assert groups == [[1]]


def test_what_a_table_no_longer_has_is_a_failure(table):
    gone = [
        Stored(table, row=0, column="images"),
        Stored(table, row=99, column="images"),
        Stored(table, row=2, column="pictures"),
        Stored(table.with_name("b.parquet"), row=0, column="images"),
    ]
    assert all(isinstance(found, Failure) for found in read(gone))
    table.write_bytes(b"PAR1 not at all")
    assert lost(read([Stored(table, row=1, column="images")])[0], "cannot be read")


def test_files_of_their_own(tmp_path):
    (tmp_path / "cats").mkdir()
    (tmp_path / "cats" / "7.jpg").write_bytes(b"jpeg")
    (tmp_path / "secret.png").write_bytes(b"secret")
    names = ["7.jpg", "gone.png", "../cats", "../secret.png"]
    data, *lost_ = read([Stored(tmp_path / "cats", path=name) for name in names])
    assert data == b"jpeg"
    assert [lost(f, w) for f, w in zip(lost_, ("no file", "leads out", "leads out"), strict=True)]
    assert all(isinstance(each, Failure) for each in lost_)
