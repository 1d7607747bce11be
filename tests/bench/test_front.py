"""The front that the benches share: what it measures, prints and keeps, and where it works."""

import json
from argparse import Namespace
from pathlib import Path

import pytest

from bench import front
from bench.front import markdown, measuring, report, work
from bench.rows import Row

IDS = ("X1", "X2")


def rows(name: str) -> list[Row]:
    return [Row(name, "a |figure|", 0.125, (0.1, 0.2), "0", "floor .3", True)]


def asked(*only: str, full: bool, json_: Path | None = None) -> Namespace:
    return Namespace(only=only, full=full, json=json_)


def test_full_keeps_a_file_for_each_measure_and_the_table(tmp_path: Path):
    report("b", IDS, asked("X2", full=True), rows, tmp_path)
    kept = json.loads((tmp_path / "b-X2.json").read_text())
    assert (kept["extent"], kept["rows"][0]["value"], kept["rows"][0]["met"]) == (
        "full",
        0.125,
        True,
    )
    report("b", IDS, asked("X1", full=True), rows, tmp_path)
    table = (tmp_path / "b.md").read_text()
    assert table == markdown("b", IDS, tmp_path)
    first, second = table.splitlines()[2:]
    assert first.startswith("| X1 | a ∣figure∣ | 0.125 (0.1 … 0.2) | 0 | floor .3 | yes |")
    assert second.startswith("| X2 |")


def test_what_was_measured_is_kept_where_a_later_measure_fails(tmp_path: Path):
    def measure(name: str) -> list[Row]:
        if name == "X2":
            raise MemoryError
        return rows(name)

    with pytest.raises(MemoryError):
        report("b", IDS, asked(*IDS, full=True), measure, tmp_path)
    assert [file.name for file in sorted(tmp_path.iterdir())] == ["b-X1.json", "b.md"]


def test_smoke_judges_nothing_and_keeps_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "rows.json"
    report("b", IDS, asked("X1", full=False, json_=file), rows, tmp_path / "results")
    (row,) = json.loads(file.read_text())["rows"]
    assert (row["value"], row["met"]) == (0.125, None)
    assert not (tmp_path / "results").exists()
    assert "Too small to judge by" in capsys.readouterr().out


def test_the_table_names_each_figure_s_commit(tmp_path: Path):
    row = {"id": "X1", "measure": "m", "met": None}
    for name, at in (("X1", "abc1"), ("X2", None)):
        (tmp_path / f"b-{name}.json").write_text(json.dumps({"commit": at, "rows": [row]}))
    ends = [line.split(" | ")[-2:] for line in markdown("b", IDS, tmp_path).splitlines()[2:]]
    assert ends == [["–", "abc1 |"], ["–", "– |"]]


@pytest.mark.parametrize(
    ("at", "state", "full", "kept"),
    [
        ("abc1", None, True, True),
        ("abc1+", None, True, False),
        (None, None, True, False),
        ("abc1+", "digest", True, True),
        ("abc1", None, False, False),
    ],
)
def test_full_goes_on_where_the_code_is_known_and_all_else_begins_empty(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    at: str | None,
    state: str | None,
    full: bool,
    kept: bool,
):
    monkeypatch.setattr(front, "commit", lambda: at)
    folder = work(tmp_path, full=full, state=state)
    assert folder.parent == tmp_path
    (folder / "trial").write_text("")
    assert work(tmp_path, full=full, state=state) == folder
    assert (folder / "trial").exists() == kept


def test_a_module_that_is_not_there_is_named():
    with pytest.raises(SystemExit, match=r"bench\.tuning\.nowhere cannot be used"):
        measuring("bench.tuning", "nowhere")
