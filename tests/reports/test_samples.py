"""The list of samples and what the drawer gets of it, without a browser."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from blindspot.core.diagnosis import DiagnosisArtifact
from blindspot.core.evaluation import Evaluation
from blindspot.core.records import Attribution, Label, Prediction
from blindspot.core.run_folder import RunFolder
from blindspot.core.tables import write_records
from reports import formatting as f
from reports.stage import ReportInputs, ReportSettings, run

SHOWN = "tiny/counting/diagnosis/018"
ONCE = "tiny/spatial/diagnosis/019"


class Rows(HTMLParser):
    """The attributes of table rows and of links."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[dict[str, str]]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.setdefault(tag, []).append({name: value or "" for name, value in attrs})


def page(folder: RunFolder, out: Path, number: int = 1, **settings: Any) -> tuple[str, dict]:
    """A round's HTML and the numbers of its sections."""
    html = run(ReportSettings(**settings), ReportInputs(folder, number), out / "report.html")
    parts = json.loads(html.with_name("page.json").read_text())["sections"]
    return html.read_text(encoding="utf-8"), {p["name"]: p["numbers"] for p in parts}


def drawer(html: str) -> dict[str, Any]:
    """What the drawer reads."""
    return json.loads(html.partition('id="drawer-data">')[2].partition("</script>")[0])


def elements(html: str, section: str) -> dict[str, list[dict[str, str]]]:
    """Attributes by element within one section."""
    reader = Rows()
    reader.feed(html.partition(f'<section id="{section}"')[2].partition('<section id="')[0])
    return reader.found


@pytest.fixture(scope="module")
def shown(run_folder: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict]:
    return page(run_folder, tmp_path_factory.mktemp("page"))


def items(numbers: dict) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in numbers["samples"]["items"]}


def test_evidence_stands_first_and_complete(run_folder: RunFolder, tmp_path: Path):
    found = DiagnosisArtifact(run_folder.round(1).diagnosis).diagnosis().weaknesses
    cited = [i for w in found for i in (*w.failing, *w.passing)]
    for most in (0, 3, 240):
        _, numbers = page(run_folder, tmp_path, max_samples=most)
        ids = list(items(numbers))
        assert ids[: len(cited)] == cited
        assert len(ids) == max(len(cited), min(len(ids), most))


def test_every_cell_of_the_heat_map_has_samples_in_turn(shown: tuple[str, dict]):
    _, numbers = shown
    cited = 10
    cells = [(r["name"], stage) for r in numbers["stages"]["rows"] for stage in r["stages"]]
    first = numbers["samples"]["items"][: cited + len(cells)]
    assert {(i["category"], i["stage"]) for i in first if i["stage"]} == set(cells)


def test_all_stand_in_the_page_where_there_are_few(shown: tuple[str, dict]):
    html, numbers = shown
    assert numbers["samples"]["shown"] == numbers["samples"]["failed"]
    assert "All 28 failed samples of the diagnosis half stand in this page." in html


def test_what_was_left_out_is_said(run_folder: RunFolder, tmp_path: Path):
    html, numbers = page(run_folder, tmp_path, max_samples=12)
    samples = numbers["samples"]
    failed = [i for i in samples["items"] if i["attribution"]]
    attributions = DiagnosisArtifact(run_folder.round(1).diagnosis).attributions()
    assert samples["failed"] == len(attributions) == 28
    assert samples["shown"] == len(failed) < 12
    assert f"{28 - len(failed)} were left out." in html


def test_an_item_is_the_artifacts(run_folder: RunFolder, shown: tuple[str, dict]):
    item = items(shown[1])[SHOWN]
    attributions = DiagnosisArtifact(run_folder.round(1).diagnosis).attributions()
    own = next(a for a in attributions if a.sample_id == SHOWN)
    assert item["attribution"] == own.model_dump(mode="json")
    assert (item["answer"], item["score"], item["target"]) == ("3", 0.0, "4")
    assert (item["stage"], item["category"]) == ("perception", "counting/geometric")
    assert item["weaknesses"] == [1]
    assert item["neighbours"] == ["tiny/counting/diagnosis/000", "tiny/counting/diagnosis/001"]


def test_the_round_before_stands_beside(run_folder: RunFolder, tmp_path: Path):
    found = items(page(run_folder, tmp_path)[1])
    was = found[SHOWN]["earlier"]
    assert [(t["round"], t["answer"], t["score"]) for t in was] == [(0, "3", 0.0)]
    assert was[0]["completion"] == "I count 1, 2, 3 shapes, so the answer is 3"
    won = found["tiny/counting/diagnosis/007"]
    assert (won["flip"], won["right"], won["earlier"][0]["score"]) == ("won", True, 0.0)
    first = items(page(run_folder, tmp_path, number=0)[1])
    assert all(item["earlier"] == [] and item["flip"] is None for item in first.values())


def test_of_older_rounds_the_text_is_not_kept(make_run: Callable[..., RunFolder], tmp_path: Path):
    folder = make_run(rounds=3)
    earlier = items(page(folder, tmp_path, number=2)[1])[SHOWN]["earlier"]
    assert [(t["round"], t["completion"] is None) for t in earlier] == [(1, False), (0, True)]


def test_labels_decide_the_category(make_run: Callable[..., RunFolder], tmp_path: Path):
    folder = make_run(rounds=1)
    label = Label(sample_id=SHOWN, axis="capability", term="ocr", weight=0.6, source="rules",
                  confidence=1.0)  # fmt: skip
    lighter = label.model_copy(update={"term": "spatial", "weight": 0.4})
    write_records(folder.round(0).diagnosis / "labels.parquet", [label, lighter], Label)
    assert items(page(folder, tmp_path, number=0)[1])[SHOWN]["category"] == "ocr/geometric"


def test_a_sample_counts_as_the_diagnosis_counts_it(
    make_run: Callable[..., RunFolder], amend: Callable[[Path], None], tmp_path: Path
):
    """Three repeats: the stage of most failed ones, and only where the mean fails."""
    folder = make_run(rounds=1)
    here, rows = folder.round(0), []
    for p in Evaluation(here.evaluation).predictions():
        wrong = {SHOWN: 3, ONCE: 1}.get(p.sample_id, 0)
        more = [p.model_copy(update={"repeat": r, "score": float(r >= wrong)}) for r in range(3)]
        rows += more if wrong else [p]
    write_records(here.evaluation / "predictions.parquet", rows, Prediction)
    stages = [(SHOWN, "reading"), (SHOWN, "perception"), (SHOWN, "perception"), (ONCE, "format")]
    found = [
        Attribution(sample_id=i, repeat=r, stage=stage, source="rules", confidence=1)
        for r, (i, stage) in zip((0, 1, 2, 0), stages, strict=True)
    ]
    write_records(here.diagnosis / "attributions.parquet", found, Attribution)
    amend(here.evaluation)
    amend(here.diagnosis)
    numbers = page(folder, tmp_path, number=0)[1]
    assert items(numbers)[SHOWN]["stage"] == "perception"
    assert (numbers["samples"]["failed"], numbers["samples"]["shown"]) == (1, 1)
    assert ONCE not in items(numbers)


def test_of_equal_labels_the_first_decides(make_run: Callable[..., RunFolder], tmp_path: Path):
    folder = make_run(rounds=1)
    labels = [
        Label(sample_id=SHOWN, axis="capability", term=t, weight=0.5, source="rules", confidence=1)
        for t in ("ocr", "spatial")
    ]
    write_records(folder.round(0).diagnosis / "labels.parquet", labels, Label)
    assert items(page(folder, tmp_path, number=0)[1])[SHOWN]["category"] == "ocr/geometric"


def test_without_failed_samples_there_is_no_drawer(
    make_run: Callable[..., RunFolder], amend: Callable[[Path], None], tmp_path: Path
):
    folder = make_run(rounds=1, weak=False)
    write_records(folder.round(0).diagnosis / "attributions.parquet", [], Attribution)
    amend(folder.round(0).diagnosis)
    html, numbers = page(folder, tmp_path, number=0)
    assert numbers["samples"]["items"] == []
    assert "No sample of this round failed and was looked at." in html
    assert "<dialog" not in html


def test_the_drawer_has_what_the_numbers_have(shown: tuple[str, dict]):
    html, numbers = shown
    data = drawer(html)
    assert [{k: v for k, v in item.items() if k != "figures"} for item in data["items"]] == (
        numbers["samples"]["items"]
    )
    figures = {item["id"]: item["figures"] for item in data["items"]}[SHOWN]
    assert figures == {"score": f.measured(0.0), "confidence": "62.5", "score 0": "0"}
    stored = set(re.findall(r'<image id="([^"]*)"', html))
    assert {p["key"] for p in data["pictures"].values()} == stored
    assert {name for item in data["items"] for name in item["images"]} <= set(data["pictures"])
    assert data["probes"] == numbers["stages"]["probes"]


def test_every_opener_opens_something(shown: tuple[str, dict]):
    html, numbers = shown
    links = re.findall(r'data-sample="([^"]*)"', html)
    assert set(links) == set(items(numbers))
    evidence = [a for a in elements(html, "weaknesses")["a"] if "data-sample" in a]
    assert evidence[0]["href"] == "#sample=tiny/counting/diagnosis/017"


def test_rows_hold_what_filters_ask_for(shown: tuple[str, dict]):
    html, numbers = shown
    rows = [r for r in elements(html, "samples")["tr"] if "data-category" in r]
    expected = [
        (i["category"], i["stage"], i["benchmark"], "right" if i["right"] else "wrong")
        for i in numbers["samples"]["items"]
    ]
    names = ("data-category", "data-stage", "data-benchmark", "data-outcome")
    assert [tuple(r[name] for name in names) for r in rows] == expected
    for section, extra in (("samples", "flip"), ("weaknesses", "kind")):
        filters = [s["data-filter"] for s in elements(html, section)["select"]]
        assert {"category", "stage", extra} <= set(filters)
        assert [i["data-filter"] for i in elements(html, section)["input"]] == ["q"]


def test_weakness_rows_sort_by_the_artifacts_numbers(shown: tuple[str, dict]):
    html, numbers = shown
    values = [t["data-value"] for t in elements(html, "weaknesses")["td"] if "data-value" in t]
    names = ("n", "effective_n", "raw_rate", "rate", "gap", "coverage", "p_adjusted", "stability")
    expected = [
        str(v)
        for item in numbers["weaknesses"]["items"]
        for v in (
            *(item["weakness"][name] for name in names),
            "".join(f"round {p['round']}: {p['rate']}; " for p in item["earlier"]),
            item["cells"][0]["quota"],
        )
    ]
    assert values == expected


def test_cells_that_the_diagnosis_marks_stand_out(shown: tuple[str, dict]):
    html, numbers = shown
    cells = [t for t in elements(html, "stages")["td"] if "cell" in t.get("class", "")]
    assert sum("significant" in c["class"] for c in cells) == 1
    marked = [c for r in numbers["stages"]["rows"] for c in r["cells"] if c["excess"]]
    assert [c["excess"] for c in marked] == numbers["stages"]["excess"]
    assert all(c["share"] == c["excess"]["share"] for c in marked)
    links = [a["href"] for a in elements(html, "stages")["a"] if "data-cell" in a]
    assert "#samples?category=counting/geometric&stage=perception" in links


def test_hostile_ids_stay_text(make_run: Callable[..., RunFolder], tmp_path: Path):
    folder = make_run(prefix='"><img src=x onerror=boom()></script>\u202e')
    html, numbers = page(folder, tmp_path)
    links = [a for a in elements(html, "samples")["a"] if "data-sample" in a]
    assert [a["data-sample"] for a in links] == [i["id"] for i in drawer(html)["items"]]
    assert [a["data-sample"] for a in links] == [f.visible(i) for i in items(numbers)]
    assert all(unquote(a["href"]) == f"#sample={a['data-sample']}" for a in links)
    assert not re.search("<img|\u202e", html)
