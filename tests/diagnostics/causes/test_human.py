"""The form that people fill in, and what is read of it."""

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from blindspot.core.errors import DataError
from blindspot.core.records import Attribution, Completion
from diagnostics.causes import human
from diagnostics.causes.failed import Failed

HEAD = "sample_id,stage\n"


def failed(make, count: int, text: str = "4") -> list[Failed]:
    found = []
    for i in range(count):
        sample = make.sample(i, options=("=1+1", "b"))
        prediction = make.answered(sample, 0.0, completion=Completion(text=text))
        said = Attribution(sample_id=sample.id, stage="perception", source="x", confidence=1)
        found.append(Failed(sample, prediction, said))
    return found


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_form_hides_what_was_attributed_and_comes_back(make, tmp_path: Path) -> None:
    form = tmp_path / "form.csv"
    human.write_form(form, failed(make, 300, "数：4,\n“five”"), seed=1)
    rows = rows_of(form)
    assert len(rows) == human.MOST
    assert not any("perception" in cell for row in rows for cell in row.values())
    assert rows[0]["response"] == "数：4,\n“five”"
    assert [r["sample_id"] for r in rows] != sorted(r["sample_id"] for r in rows)
    with form.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(r | {"stage": "Reading" if i < 3 else ""} for i, r in enumerate(rows))
    labels = human.read(form)
    assert {i: label.stage for i, label in labels.items()} == {
        r["sample_id"]: "reading" for r in rows[:3]
    }


def test_the_same_bytes_in_any_order(make, tmp_path: Path) -> None:
    one, two = tmp_path / "1.csv", tmp_path / "2.csv"
    human.write_form(one, failed(make, 40), seed=0)
    human.write_form(two, failed(make, 40)[::-1], seed=0)
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize(
    "cell", ["=cmd|' /C calc'!A0", "+1", "-1", "@x", "\tx", "'x", "\n=1", "＝1"]
)
def test_no_cell_is_a_formula(make, tmp_path: Path, cell: str) -> None:
    form = tmp_path / "form.csv"
    human.write_form(form, failed(make, 1, cell), seed=0)
    assert rows_of(form)[0]["response"] == f"'{cell}"


@pytest.mark.parametrize("name", ["=1+1", "-a", "'a", "数/7", 'a;"b",c'])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_any_sample_comes_back_as_it_is_called(
    make, tmp_path: Path, name: str, separator: str
) -> None:
    """As a spreadsheet writes it that read the form."""
    (one,) = failed(make, 1, "a, b; c\td\r\n“e”")
    form, back = tmp_path / "form.csv", tmp_path / "back.csv"
    sample = one.sample.model_copy(update={"id": name})
    human.write_form(form, [Failed(sample, one.prediction, one.attribution)], seed=0)
    with back.open("w", encoding="utf-8", newline="") as file:
        cells = rows_of(form)[0] | {"stage": " Reading "}
        csv.writer(file, delimiter=separator).writerows([cells.keys(), cells.values()])
    labels = human.read(back)
    assert human.stages(labels, [Failed(sample, one.prediction, one.attribution)]) == {
        name: "reading"
    }


def test_a_form_holds_what_is_needed_to_decide(make, tmp_path: Path) -> None:
    (one,) = failed(make, 1)
    said = Completion(text="x" * 5000, reasoning="first")
    prediction = one.prediction.model_copy(update={"completion": said})
    human.write_form(tmp_path / "form.csv", [Failed(one.sample, prediction, one.attribution)], 0)
    (row,) = rows_of(tmp_path / "form.csv")
    assert row["images"] == one.sample.images[0]
    assert row["options"] == "A. =1+1 | B. b"
    assert row["response"].startswith("first\nxxx")
    assert "left out" in row["response"]
    assert len(row["response"]) < human.LONGEST + 50
    assert row["stage"] == ""
    assert list(row)[-1] == f"one of: {' | '.join(human.STAGES)}"


def test_every_failed_sample_is_as_likely_to_be_on_a_form(make, tmp_path: Path) -> None:
    """200 of 300 over 60 seeds: 40 each, with a standard deviation of 3.65."""
    rows, seen = failed(make, 300), Counter[str]()
    for seed in range(60):
        human.write_form(tmp_path / "form.csv", rows, seed)
        seen.update(r["sample_id"] for r in rows_of(tmp_path / "form.csv"))
    counts = [seen[f.sample.id] for f in rows]
    assert 40 - 5 * 3.65 < min(counts) <= max(counts) < 40 + 5 * 3.65
    assert np.std(counts) == pytest.approx(3.65, rel=0.2)


def test_what_people_said_is_about_the_response_that_they_saw(make, tmp_path: Path) -> None:
    form, rows = tmp_path / "form.csv", failed(make, 3)
    human.write_form(form, rows, 0)
    text = form.read_text(encoding="utf-8-sig").replace("4,,\n", "4,reading,\n")
    form.write_text(text, encoding="utf-8")
    labels = human.read(form)
    assert human.stages(labels, rows) == {f.sample.id: "reading" for f in rows}
    changed = rows[0].prediction.model_copy(update={"completion": Completion(text="5")})
    later = [Failed(rows[0].sample, changed, rows[0].attribution), rows[1]]
    assert human.stages(labels, later) == {rows[1].sample.id: "reading"}
    assert human.stages({"elsewhere": human.HumanLabel("reading")}, rows) == {}


def test_people_may_say_that_they_cannot_tell(tmp_path: Path) -> None:
    (tmp_path / "form.csv").write_text(HEAD + "a,unresolved\n")
    assert human.read(tmp_path / "form.csv") == {"a": ("unresolved", "")}


def test_no_failures_make_an_empty_form(tmp_path: Path) -> None:
    human.write_form(tmp_path / "form.csv", [], 0)
    assert human.read(tmp_path / "form.csv") == {}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_of_spreadsheets(tmp_path: Path, separator: str) -> None:
    form = tmp_path / "form.csv"
    form.write_text(
        separator.join(["sample_id", "question", "stage"])
        + "\n"
        + separator.join(["'-a", "how, or; what", "grader suspect"]).replace(
            "how, or; what", '"how, or; what"'
        )
        + "\n"
    )
    assert human.read(form) == {"-a": ("grader_suspect", "")}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD + "a,percepton\n", "line 2: 'percepton' is no error stage.*perception"),
        (HEAD + "a,reading\nb,\na,reasoning\n", "line 4: 'a' is reading above and reasoning here"),
        ("id,stage\n", "line 1: there is no column sample_id"),
        ("", "line 1: the file is empty"),
        ("a\n", "no column sample_id and stage"),
        (HEAD + ",reading\n", "line 2: there is a stage and no sample_id"),
        (HEAD + 'a,"reading\nb,reading\n', "line 2: it is no CSV"),
        (HEAD + f"a,{'x' * 200_000}\n", "line 2: it is no CSV"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, says: str) -> None:
    form = tmp_path / "form.csv"
    form.write_text(text)
    with pytest.raises(DataError, match=says):
        human.read(form)


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No such file"):
        human.read(tmp_path / "none.csv")
    with pytest.raises(DataError, match="directory"):
        human.read(tmp_path)
    (tmp_path / "latin.csv").write_bytes(HEAD.encode() + b"\xe9,reading\n")
    with pytest.raises(DataError, match="line 2: it is no UTF-8 text"):
        human.read(tmp_path / "latin.csv")
    (tmp_path / "wide.csv").write_text(HEAD, encoding="utf-16")
    with pytest.raises(DataError, match="line 1: it is no UTF-8 text"):
        human.read(tmp_path / "wide.csv")
