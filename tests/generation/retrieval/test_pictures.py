"""Pools of pictures: names, sidecars, tables, and what may not be followed."""

import json
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from blindspot.core.errors import ConfigError, DataError
from generation.retrieval import pictures
from generation.retrieval.stored import read


def put(folder: Path, name: str, text: str = "bytes") -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_names_and_sidecars_are_what_is_known(tmp_path):
    told = {"caption": "a grey cat", "tags": ["pet", 7], "licence": "CC0-1.0", "attribution": "me"}
    put(tmp_path, "cats/grey_1.JPG")
    put(tmp_path, "cats/grey_1.json", json.dumps(told))
    put(tmp_path, "b.png")
    put(tmp_path, "b.txt", " a bar chart \n")
    put(tmp_path, "notes.md")
    bar, cat = sorted(pictures.load(tmp_path), key=lambda p: p.id)
    assert (bar.id, bar.caption, bar.words, bar.licence) == ("b.png", "a bar chart", "b\n", "")
    assert (cat.id, cat.caption) == ("cats/grey_1.JPG", "a grey cat")
    assert cat.words.split() == ["cats", "grey_1", "pet", "7"]
    assert (cat.licence, cat.attribution) == ("CC0-1.0", "me")
    assert read([cat.picture]) == [b"bytes"]


def test_a_table_of_pictures(tmp_path):
    given = [
        {"image": {"bytes": b"1", "path": None}, "caption": "one", "tags": ["a", "b"]},
        {"image": {"bytes": b"2", "path": None}, "caption": None, "tags": None},
        {"image": {"bytes": b"1", "path": None}, "caption": "one", "tags": ["a", "b"]},
        {"image": None, "caption": "nothing", "tags": []},
    ]
    pq.write_table(pa.Table.from_pylist(given), tmp_path / "a.parquet")
    found = pictures.load(tmp_path / "a.parquet")
    assert sorted(p.caption for p in found) == ["", "one"]
    assert sorted(d for d in read([p.picture for p in found]) if isinstance(d, bytes)) == [
        *(b"1", b"2")
    ]
    assert pictures.load(tmp_path) == found


def test_links_out_of_the_folder_are_not_followed(tmp_path):
    outside = tmp_path / "outside"
    put(outside, "secret.png", "secret")
    put(outside, "secret.txt", "secret words")
    folder = tmp_path / "pool"
    put(folder, "a.png")
    (folder / "linked").symlink_to(outside)
    (folder / "b.png").symlink_to(outside / "secret.png")
    found = sorted(pictures.load(folder), key=lambda p: p.id)
    assert [p.id for p in found] == ["a.png", "b.png"]
    lost = read([found[1].picture])[0]
    assert not isinstance(lost, bytes)
    assert "leads out of its folder" in lost.message
    (folder / "a.txt").symlink_to(outside / "secret.txt")
    with pytest.raises(DataError, match="leads out"):
        pictures.load(folder)


def test_a_path_in_a_table_may_not_leave_its_folder(tmp_path):
    put(tmp_path, "secret.png", "secret")
    pq.write_table(pa.table({"image": ["../secret.png"]}), put(tmp_path / "pool", "a.parquet"))
    (found,) = pictures.load(tmp_path / "pool")
    assert not isinstance(read([found.picture])[0], bytes)


def test_a_name_that_is_no_text_is_still_a_picture(tmp_path):
    name = os.fsdecode(b"caf\xe9.png")
    try:
        put(tmp_path, name)
    except OSError:
        pytest.skip("this file system has text names only")
    (found,) = pictures.load(tmp_path)
    assert found.id.encode() == "caf�.png".encode()
    assert read([found.picture]) == [b"bytes"]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.json", "{", "no JSON"),
        ("a.json", "[]", "no JSON object"),
        ("a.txt", "x" * (pictures.MAX_WORDS + 1), "more than"),
    ],
)
def test_a_broken_sidecar_is_named(tmp_path, name, content, why):
    put(tmp_path, "a.png")
    put(tmp_path, name, content)
    with pytest.raises(DataError, match=rf"{name}.*{why}"):
        pictures.load(tmp_path)


def test_pools_that_cannot_be_used_say_why(tmp_path):
    (tmp_path / "empty").mkdir()
    pq.write_table(pa.table({"picture": [b"a"]}), tmp_path / "other.parquet")
    pq.write_table(pa.table({"image": pa.array([None], pa.binary())}), tmp_path / "none.parquet")
    with pytest.raises(ConfigError, match="'pool': it has no path"):
        pictures.load(None)
    for name, why in [
        *(("gone", "no such file"), ("empty", "holds no"), ("none.parquet", "holds no picture")),
        ("other.parquet", "no column 'image'"),
    ]:
        with pytest.raises(DataError, match=why):
            pictures.load(tmp_path / name)
