"""Reading supporting data: columns, what is inferred, and every way in which data can be bad."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from blindspot.core.errors import ConfigError, DataError
from blindspot.core.records import TrainingSample
from generation.retrieval import labelled
from generation.retrieval.labelled import ANSWER_KIND, MAX_VALUES
from generation.retrieval.tables import rows, tables
from generation.shards import write_split

TINY = Path("examples/tiny/benchmark.parquet")


def jsonl(path, *given):
    path.write_text("".join(json.dumps(row) + "\n" for row in given), encoding="utf-8")
    return path


def row(number, **more):
    return {
        "question": f"How many? {number}",
        "target": number,
        "image": f"{number}.png",
        **more,
    }


def test_the_demo_benchmark_is_supporting_data():
    data = labelled.load([TINY], pictures=False)
    assert len(data.rows) == 8800
    assert not data.unusable
    assert data.conditions["bars"] == ("3", "4")
    (first,) = [each for each in data.rows if each.id == "arithmetic-minus-0000"]
    assert (first.capability, first.image_type) == ("arithmetic", "math_formula")
    assert first.statements == {"operation": "minus", ANSWER_KIND: "number"}
    assert first.content == "formula 79 - 1"


def test_what_a_row_does_not_say_is_inferred_as_of_an_own_benchmark(tmp_path):
    file = jsonl(
        tmp_path / "a.jsonl",
        row(1, id="number", target="1,000"),
        row(2, id="yes", target="Yes"),
        row(6, id="decimal comma", target="1,5"),
        row(3, id="choice", options=["red", "blue"], target="blue"),
        row(4, id="text", target="a cat", capability="unmapped", image_type="mixed"),
        row(5, id="box", target="1, 2, 3, 4", answer_kind="box"),
    )
    found = {each.id: each for each in labelled.load([file]).rows}
    kinds = {name: each.answer_kind for name, each in found.items()}
    assert kinds == {
        **{"box": "box", "choice": "choice", "number": "number"},
        **{"text": "text", "yes": "yes_no", "decimal comma": "text"},
    }
    assert found["choice"].target == "B"
    assert (found["text"].capability, found["text"].image_type) == ("", "")


def test_a_training_set_is_supporting_data_without_what_it_rejected(tmp_path):
    sample = TrainingSample(
        id="train/x/0",
        split="train",
        cell="x",
        question="How many?",
        prompt="How many?",
        images=("a.png",),
        target="3",
        answer_kind="number",
        capability="counting",
        image_type="geometric",
        attributes={"objects": "few"},
        source="programmatic",
        content="three dots",
        evidence=((1, 2, 3, 4),),
        licence="CC0-1.0",
        attribution="dots, me",
    )
    write_split(tmp_path / "train", [sample], lambda _: b"bytes")
    write_split(tmp_path / "validation", [sample], lambda _: b"bytes")
    (tmp_path / "plan.json").write_text("{}")
    pq.write_table(pa.table({"question": ["no"], "target": ["no"]}), tmp_path / "rejected.parquet")
    (file,) = tables("retrieve", tmp_path)
    (found,) = labelled.load([file]).rows
    assert file.parent.name == "train"
    assert found.attributes == {"objects": "few"}
    assert found.evidence == ((1, 2, 3, 4),)
    assert (found.content, found.licence, found.attribution) == (
        *("three dots", "CC0-1.0", "dots, me"),
    )
    assert len(found.pictures) == 1


def test_attributes_of_many_values_are_no_conditions(tmp_path):
    given = [row(i, id=i, page=f"page {i}", kind=i % MAX_VALUES) for i in range(MAX_VALUES + 1)]
    data = labelled.load([jsonl(tmp_path / "a.jsonl", *given)])
    assert set(data.conditions) == {"kind", ANSWER_KIND}
    assert len(data.conditions["kind"]) == MAX_VALUES


def test_rows_that_cannot_be_used_are_left_out_and_counted(tmp_path):
    bad = [
        row(1, target=None),
        row(2, target=float("nan")),
        row(3, question=" "),
        row(4, image=None),
        row(5, options=["red"], target="blue"),
        row(6, answer_kind="song"),
        row(7, answer_kind="choice"),
        row(8, answer_kind="number", target="many"),
        {"question": "How many?"},
    ]
    data = labelled.load([jsonl(tmp_path / "a.jsonl", *bad, row(9, id="good"))])
    assert [each.id for each in data.rows] == ["good"]
    assert data.unusable.startswith(
        "9 of its 10 rows cannot be used: row 1 of a.jsonl has no 'targ"
    )


def test_nan_is_nothing_in_every_column(tmp_path):
    nan = float("nan")
    table = pa.table(
        {
            **{"question": ["How many?"], "target": [3.0], "image": [b"png"]},
            **{"capability": [nan], "options": [None], "bars": [nan], "id": [nan]},
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    (found,) = labelled.load([tmp_path / "a.parquet"]).rows
    assert (found.capability, found.attributes, found.target) == ("", {}, "3.0")
    assert len(found.id) == 16


def test_the_same_row_twice_is_one_and_an_id_twice_an_error(tmp_path):
    same = jsonl(tmp_path / "a.jsonl", row(1), row(1), row(1, capability="ocr"))
    assert len(labelled.load([same]).rows) == 2
    twice = jsonl(tmp_path / "b.jsonl", row(1, id="x"), row(2, id="x"))
    with pytest.raises(DataError, match=r"'x' stands twice, the second time in row 2"):
        labelled.load([twice])


def test_the_order_of_rows_and_files_does_not_matter(tmp_path):
    given = [row(i) for i in range(9)]
    one = labelled.load([jsonl(tmp_path / "a.jsonl", *given)])
    (tmp_path / "parts").mkdir()
    jsonl(tmp_path / "parts" / "z.jsonl", *reversed(given[:4]))
    jsonl(tmp_path / "parts" / "b.jsonl", *given[4:])
    other = labelled.load(tables("retrieve", tmp_path / "parts"))
    assert [r.text for r in one.rows] == [r.text for r in other.rows]
    assert [r.id for r in one.rows] == [r.id for r in other.rows]


def test_data_that_cannot_be_used_say_why(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.csv").write_text("question,target\n")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1")
    (tmp_path / "list.jsonl").write_text("[1]\n")
    (tmp_path / "cut.jsonl").write_text('{"question": "How\n')
    (tmp_path / "latin.jsonl").write_bytes(b'{"question": "\xe9"}\n')
    (tmp_path / "nothing.jsonl").write_text("\n")
    jsonl(tmp_path / "text.jsonl", {"text": "a"})
    jsonl(tmp_path / "blind.jsonl", {"question": "a", "target": "b"})
    with pytest.raises(ConfigError, match="no path"):
        tables("retrieve", None)
    for path, why in [("gone", "no such"), ("empty", "holds no"), ("a.csv", "are not read")]:
        with pytest.raises(DataError, match=why):
            tables("retrieve", tmp_path / path)
    for name, why in [
        *(("broken.parquet", "cannot be read"), ("list.jsonl", "line 1 is no JSON object")),
        *(("cut.jsonl", "line 1 is no JSON"), ("latin.jsonl", "cannot be read")),
        *(("nothing.jsonl", "no rows"), ("text.jsonl", "no column 'question'")),
        ("blind.jsonl", "no row that can be used .*has no picture"),
    ]:
        with pytest.raises(DataError, match=why):
            labelled.load([tmp_path / name])


def test_without_pictures_a_table_reads_none(tmp_path):
    pq.write_table(pa.table({"question": ["a"], "image": [b"x"]}), tmp_path / "a.parquet")
    assert [set(r) for _, r in rows(tmp_path / "a.parquet", pictures=False)] == [{"question"}]
