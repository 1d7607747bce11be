"""The pages of a whole run: their numbers are the artifacts', and they stand alone."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plotly.offline import get_plotlyjs

from blindspot.core.acceptance import AcceptanceArtifact
from blindspot.core.diagnosis import Diagnosis, DiagnosisArtifact
from blindspot.core.errors import DataError
from blindspot.core.evaluation import Evaluation
from blindspot.core.monitors import read
from blindspot.core.run_folder import RunFolder
from blindspot.core.training_set import TrainingSetArtifact
from reports import formatting as f
from reports.section import COMPARE_PAGE, INDEX_PAGE, ROUND_PAGE, sections
from reports.stage import ReportInputs, ReportSettings, run, run_index


def render(folder: RunFolder, number: int, out: Path, **settings: Any) -> tuple[str, dict]:
    """A round's page: its HTML without plotly, and the numbers of its sections."""
    page = run(
        ReportSettings(**settings), ReportInputs(folder, number, "blindspot run c.toml"), out
    )
    return _read(page, page.with_name("page.json"))


def render_index(folder: RunFolder) -> tuple[str, dict]:
    page = run_index(ReportSettings(), folder)
    return _read(page, page.with_suffix(".json"))


def _read(page: Path, numbers: Path) -> tuple[str, dict]:
    html = page.read_text(encoding="utf-8").replace(get_plotlyjs(), "")
    parts = json.loads(numbers.read_text())["sections"]
    return html, {part["name"]: part["numbers"] for part in parts}


def part(html: str, name: str) -> str:
    """The HTML of one section."""
    return html.partition(f'<section id="{name}"')[2].partition('<section id="')[0]


def plain(record: Any) -> Any:
    return json.loads(record.model_dump_json())


@pytest.fixture(scope="module")
def pages(run_folder: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> list[tuple]:
    out = tmp_path_factory.mktemp("pages")
    return [render(run_folder, n, out / f"{n}" / "report.html") for n in _folders(out, 2)]


def _folders(out: Path, count: int) -> range:
    for n in range(count):
        (out / f"{n}").mkdir()
    return range(count)


def diagnosis(folder: RunFolder, number: int) -> Diagnosis:
    return DiagnosisArtifact(folder.round(number).diagnosis).diagnosis()


def test_every_plugin_stands_on_a_page():
    assert sorted({*ROUND_PAGE, *INDEX_PAGE, *COMPARE_PAGE}) == sections.names()


def test_rates_are_the_evaluations(run_folder: RunFolder, pages: list[tuple]):
    html, numbers = pages[1]
    metrics = Evaluation(run_folder.round(1).evaluation).metrics()
    for name, rates in (
        ("benchmarks", (*metrics.overall, *metrics.benchmarks)),
        ("categories", metrics.categories),
    ):
        rows = {row["name"]: row for row in numbers[name]["rows"]}
        for rate in (r for r in rates if r.half == "held_out"):
            assert rows[rate.name]["held_out"] == plain(rate)
            assert f.rate(rate.rate, rate.interval) in part(html, name)


def test_earlier_rounds_stand_beside_the_current_one(run_folder: RunFolder, pages: list[tuple]):
    html, numbers = pages[1]
    first = Evaluation(run_folder.round(0).evaluation).metrics()
    held_out = {r.name: r for r in first.categories if r.half == "held_out"}
    assert numbers["categories"]["earlier"] == [0]
    for row in numbers["categories"]["rows"]:
        found = held_out[row["name"]]
        assert row["earlier"] == [plain(found)]
        assert f.rate(found.rate, found.interval) in part(html, "categories")


def test_weaknesses_are_the_diagnosis(run_folder: RunFolder, pages: list[tuple]):
    for number, (html, numbers) in enumerate(pages):
        shown = part(html, "weaknesses")
        found = diagnosis(run_folder, number).weaknesses
        items = numbers["weaknesses"]["items"]
        assert [item["weakness"] for item in items] == [plain(w) for w in found]
        for w in found:
            texts = [w.name, f.percent(w.raw_rate), f.rate(w.rate, w.interval), f.percent(w.gap)]
            texts += [f.percent(w.coverage), f.p_value(w.p_adjusted), f.percent(w.learnability)]
            assert all(text in shown for text in texts)


def test_a_weakness_shows_its_evidence(pages: list[tuple]):
    html, numbers = pages[0]
    item = numbers["weaknesses"]["items"][0]
    assert [s["id"] for s in item["failing"]] == list(item["weakness"]["failing"])
    assert [s["id"] for s in item["passing"]] == list(item["weakness"]["passing"])
    shown = part(html, "weaknesses")
    assert "<mark>the answer is 3</mark>" in shown
    assert shown.count("<use href=") == sum(
        len(s["images"])
        for i in numbers["weaknesses"]["items"]
        for s in (*i["failing"], *i["passing"])
    )


def test_stages_and_mixture_are_the_diagnosis(run_folder: RunFolder, pages: list[tuple]):
    html, numbers = pages[0]
    found = diagnosis(run_folder, 0)
    assert {r["name"]: r["stages"] for r in numbers["stages"]["rows"]} == {
        c.name: c.stages for c in found.categories
    }
    assert [row["cell"] for row in numbers["mixture"]["rows"]] == [plain(c) for c in found.mixture]
    shown = part(html, "mixture")
    assert found.mixture_note in shown
    assert all(c.why in shown and f.count(c.quota) in shown for c in found.mixture)


def test_the_training_set_is_its_outcomes(run_folder: RunFolder, pages: list[tuple]):
    html, numbers = pages[0]
    cells = TrainingSetArtifact(run_folder.round(0).training_set).outcomes().cells
    assert numbers["training_set"]["cells"] == [plain(c) for c in cells]
    shown = part(html, "training_set")
    for cell in cells:
        figures = (cell.quota, cell.admitted, cell.candidates, *cell.rejected.values())
        assert all(f'">{f.count(n)}</td>' in shown for n in figures)
    assert len(numbers["training_set"]["examples"]) == 16
    assert shown.count("<use href=") == 16


def test_the_log_is_the_checkpoints(run_folder: RunFolder, pages: list[tuple]):
    html, numbers = pages[0]
    lines = (run_folder.round(0).checkpoint / "metrics.jsonl").read_text().splitlines()
    training = numbers["training"]
    assert training["log"] == [json.loads(line) for line in lines]
    assert {c["key"] for c in training["curves"]} == {*training["log"][0]} - {"step"}
    for curve in training["curves"]:
        drawn = training["charts"][curve["chart"]]["data"][0]["y"]
        assert drawn == [entry[curve["key"]] for entry in training["log"]]
    assert f.measured(training["log"][16]["reward"]) in part(html, "training")


def test_the_gate_is_the_acceptance_artifact(run_folder: RunFolder, pages: list[tuple]):
    html, numbers = pages[0]
    found = AcceptanceArtifact(run_folder.round(0).acceptance).acceptance()
    shown = part(html, "training")
    assert numbers["training"]["acceptance"] == plain(found)
    assert "Accepted:</strong> <bdi>validation did not fall" in shown
    row = found.categories[0]
    assert row.before is not None
    for figure in (f.count(row.n), f.percent(row.before), f.points(row.lower)):
        assert f'"num">{figure}</td>' in shown


def test_alarms_and_figures_are_the_monitors(run_folder: RunFolder, pages: list[tuple]):
    html, numbers = pages[1]
    watched, shown = read(run_folder.round(1).monitors), part(html, "monitors")
    assert numbers["monitors"]["alarms"] == [plain(a) for a in watched.alarms]
    assert numbers["monitors"]["figures"] == [plain(g) for g in watched.figures]
    assert "Stopped: wrong yes." in shown
    assert "Go back a round." in shown
    assert f.measured(watched.figures[0].value) in shown
    assert "Alarm: wrong yes." in part(pages[0][0], "monitors")


def test_the_verdict_is_made_of_numbers(run_folder: RunFolder, pages: list[tuple]):
    html, numbers = pages[1]
    verdict, shown = numbers["verdict"], part(html, "verdict")
    changes = DiagnosisArtifact(run_folder.round(1).diagnosis).changes()
    assert changes
    overall = next(c for c in changes.rows if c.half == "held_out" and c.name == "overall")
    assert verdict["change"] == plain(overall)
    assert f.change(overall.change, overall.interval) in shown
    assert "1 cannot be said to have kept within 5.0 points" in shown
    assert "2 weaknesses are" in shown
    assert "1 × timeout" in shown
    assert "3 × unmapped" in shown
    assert "4 of 100 runs" in shown


def test_provenance_is_the_manifests(run_folder: RunFolder, pages: list[tuple]):
    html, numbers = pages[0]
    shown = part(html, "provenance")
    sources = numbers["provenance"]["artifacts"]
    kinds = ["evaluation", "diagnosis", "training_set", "checkpoint", "acceptance"]
    assert [s["kind"] for s in sources] == kinds
    artifact = Evaluation(run_folder.round(0).evaluation).artifact
    assert sources[0]["digest"] == artifact.digest
    assert artifact.digest in shown
    assert artifact.manifest.created in shown
    assert "1 min 13 s" in shown
    assert "blindspot run c.toml" in shown


def test_the_last_round_says_what_has_not_run(pages: list[tuple]):
    html, numbers = pages[1]
    assert numbers["training_set"] is None
    assert numbers["training"] is None
    assert "No training set was made in this round." in html
    assert "No checkpoint was published in this round." in html


def test_an_evaluation_alone_makes_a_page(make_run: Callable[..., RunFolder]):
    folder = make_run(rounds=1)
    shutil.rmtree(folder.round(0).diagnosis)
    html, numbers = render(folder, 0, folder.round(0).report)
    assert numbers["weaknesses"] is None
    assert "This round has not been diagnosed yet." in html
    assert "No second" not in render_index(folder)[0]


def test_no_weakness_is_a_result_too(make_run: Callable[..., RunFolder]):
    folder = make_run(rounds=1, weak=False)
    html, numbers = render(folder, 0, folder.round(0).report)
    assert numbers["weaknesses"]["items"] == []
    assert "No weakness is supported" in part(html, "verdict")
    assert "None of 54 slices is reliably below the rest" in part(html, "weaknesses")
    assert "No weakness was supported in any round." in render_index(folder)[0]


def test_a_log_value_that_is_no_number_leaves_a_gap(
    make_run: Callable[..., RunFolder], amend: Callable[[Path], None]
):
    folder = make_run()
    log = folder.round(0).checkpoint / "metrics.jsonl"
    log.write_text('{"step": 1, "loss": NaN}\n{"step": 2, "loss": 0.25}\n')
    amend(log.parent)
    html, numbers = render(folder, 0, folder.round(0).report)
    assert numbers["training"]["log"] == [{"step": 1, "loss": None}, {"step": 2, "loss": 0.25}]
    assert "0.25" in part(html, "training")


def test_nothing_evaluated_is_an_error_with_a_way_out(tmp_path: Path):
    folder = RunFolder(tmp_path)
    with pytest.raises(DataError, match="Run the evaluation first"):
        run(ReportSettings(), ReportInputs(folder, 0), folder.round(0).report)
    with pytest.raises(DataError, match="Run the evaluation first"):
        run_index(ReportSettings(), folder)


def test_the_index_holds_all_rounds(make_run: Callable[..., RunFolder]):
    folder = make_run()
    render(folder, 0, folder.round(0).report)
    html, numbers = render_index(folder)
    assert 'href="round-0/report.html"' in html
    assert 'href="round-1/report.html"' not in html
    assert "Accepted:</strong> <bdi>validation did not fall" in part(html, "rounds")
    assert len([r for r in numbers["rounds"]["rows"] if r["acceptance"]]) == 1
    for number in range(2):
        metrics = Evaluation(folder.round(number).evaluation).metrics()
        for rate in (r for r in metrics.categories if r.half == "held_out"):
            row = next(r for r in numbers["held_out"]["rows"] if r["name"] == rate.name)
            assert row["rates"][number] == plain(rate)
            assert f.rate(rate.rate, rate.interval) in part(html, "held_out")
    for change in numbers["changes"]["rows"]:
        assert f.change(change["change"], change["interval"]) in part(html, "changes")
    life = {row["id"]: [c["state"] for c in row["rounds"]] for row in numbers["lifelines"]["rows"]}
    expected = {"w-count": ["new", "persists"], "w-ocr": ["new", "not found"]}
    assert life == {**expected, "w-chart": ["", "new"]}
