"""Data that training samples are taken from, broken: rows that can be used, or an error."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from blindspot.core.images import encode
from blindspot.core.records import Failure, Sample
from blindspot.core.taxonomy import load as taxonomy
from diagnostics.labelling.labellers import metadata
from generation.retrieval import labelled, pictures, stored, tables

PNG = encode(Image.new("RGB", (6, 6), "red"))
ROW: dict[str, Any] = {
    "id": "1",
    "question": "Which?",
    "target": "B",
    "options": ["red", "blue"],
    "image": "a.png",
    "evidence": "[[0, 0, 1, 1]]",
    "attributes": '{"bars": "4"}',
    "lineage": "[]",
}
SIDECAR = {"caption": "a cat", "tags": ["cat"], "licence": "CC0-1.0", "attribution": "Ann"}
LISTS = ("['Plots and Charts', 'Maps']", '["a", "b"]', "[" * 200, "[1e999, {}]", "plots")
fuzzed = settings.get_profile("fuzz")
Place = Callable[[str], Path]


def check(found: labelled.Labelled | None) -> None:
    """What can be used has a question and a target; a picture is bytes or a failure."""
    for row in found.rows if found else ():
        assert row.question
        assert row.target
        assert all(isinstance(one, bytes | Failure) for one in stored.read(row.pictures))


@settings(fuzzed, max_examples=fuzzed.max_examples * 2)
@given(data=st.data())
def test_rows(fuzz: Any, place: Place, data: st.DataObject) -> None:
    path = place("b.jsonl")
    lines = [fuzz.json(data, ROW), json.dumps(ROW | {"id": "2"})]
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogateescape"))
    check(fuzz.documented(lambda: labelled.load(tables.tables("retrieve", path))))


@fuzzed
@given(data=st.data())
def test_tables(fuzz: Any, place: Place, data: st.DataObject) -> None:
    path = place("b.parquet")
    if not fuzz.parquet(data, path, [ROW, ROW | {"id": "2"}]):
        return
    if data.draw(st.booleans()):
        path.write_bytes(fuzz.raw(data, path.read_bytes()))
    check(fuzz.documented(lambda: labelled.load(tables.tables("retrieve", path))))


@fuzzed
@given(data=st.data())
def test_sidecars(fuzz: Any, place: Place, data: st.DataObject) -> None:
    path = place("a.json")
    path.write_bytes(fuzz.json(data, SIDECAR).encode("utf-8", "surrogateescape"))
    found = fuzz.documented(lambda: pictures.load(path.parent))
    for each in found or ():
        each.text.encode()


@fuzzed
@given(data=st.data())
def test_metadata_that_is_a_list(fuzz: Any, data: st.DataObject) -> None:
    text = fuzz.text(data, data.draw(st.sampled_from(LISTS)))
    sample = Sample(
        id="m/1",
        benchmark="mmmu",
        question="q",
        prompt="q",
        target="A",
        answer_kind="text",
        attributes={"img_type": text.encode("utf-8", "replace").decode()},
    )
    assert fuzz.documented(lambda: metadata._values(sample.attributes["img_type"])) is not None
    assert taxonomy(None).name
