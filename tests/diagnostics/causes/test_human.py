"""The form that people fill in, and what is read of it."""

import csv
from pathlib import Path

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
    assert "perception" not in form.read_text()
    assert rows[0]["response"] == "数：4,\n“five”"
    assert [r["sample_id"] for r in rows] != sorted(r["sample_id"] for r in rows)
    with form.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(r | {"stage": "Reading" if i < 3 else ""} for i, r in enumerate(rows))
    assert human.read(form) == {r["sample_id"]: "reading" for r in rows[:3]}


def test_the_same_bytes_in_any_order(make, tmp_path: Path) -> None:
    one, two = tmp_path / "1.csv", tmp_path / "2.csv"
    human.write_form(one, failed(make, 40), seed=0)
    human.write_form(two, failed(make, 40)[::-1], seed=0)
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize("cell", ["=cmd|' /C calc'!A0", "+1", "-1", "@x", "\tx"])
def test_no_cell_is_a_formula(make, tmp_path: Path, cell: str) -> None:
    form = tmp_path / "form.csv"
    human.write_form(form, failed(make, 1, cell), seed=0)
    assert rows_of(form)[0]["response"] == f"'{cell}"


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
    assert human.read(form) == {"-a": "grader_suspect"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD + "a,percepton\n", "line 2: 'percepton' is no error stage.*perception"),
        (HEAD + "a,reading\nb,\na,reasoning\n", "line 4: 'a' is reading above and reasoning here"),
        ("id,stage\n", "line 1: there is no column sample_id"),
        ("", "no column sample_id and stage"),
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
    (tmp_path / "latin.csv").write_bytes(HEAD.encode() + b"\xe9,reading\n")
    with pytest.raises(DataError, match="UTF-8"):
        human.read(tmp_path / "latin.csv")
