"""The page of two evaluations: its numbers are the comparison's, and it stands alone."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plotly.offline import get_plotlyjs
from typer.testing import CliRunner

from blindspot.cli import app
from blindspot.comparison import Comparison, compare
from blindspot.core.errors import DataError
from blindspot.core.evaluation import Evaluation
from blindspot.core.run_folder import RunFolder
from blindspot.pairing import Scope, read
from reports import formatting as f
from reports.section import COMPARE_PAGE
from reports.stage import CompareInputs, ReportSettings, run_compare


def compared(a: Path, b: Path, half: Scope = "held_out") -> Comparison:
    return compare(read(a), read(b), half)


def render(found: Comparison, out: Path, **settings: Any) -> tuple[str, dict]:
    """The page without plotly, and the numbers of its sections."""
    plain = found.model_dump(mode="json")
    inputs = CompareInputs(Path(found.a.path), Path(found.b.path), plain, "blindspot compare a b")
    page = run_compare(ReportSettings(**settings), inputs, out)
    return _read(page)


def _read(page: Path) -> tuple[str, dict]:
    html = page.read_text(encoding="utf-8").replace(get_plotlyjs(), "")
    parts = json.loads(page.with_suffix(".json").read_text())["sections"]
    return html, {part["name"]: part["numbers"] for part in parts}


def part(html: str, name: str) -> str:
    return html.partition(f'<section id="{name}"')[2].partition('<section id="')[0]


@pytest.fixture(scope="module")
def found(run_folder: RunFolder) -> Comparison:
    return compared(run_folder.round(0).evaluation, run_folder.round(1).evaluation)


@pytest.fixture(scope="module")
def page(found: Comparison, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict]:
    return render(found, tmp_path_factory.mktemp("compare") / "compare.html")


def test_every_section_has_numbers(page: tuple[str, dict]):
    assert list(page[1]) == list(COMPARE_PAGE)
    assert all(page[1].values())


def test_the_differences_are_the_comparisons(found: Comparison, page: tuple[str, dict]):
    html, numbers = page
    plain = found.model_dump(mode="json")
    assert numbers["compare_benchmarks"]["rows"] == [plain["overall"], *plain["benchmarks"]]
    shown = part(html, "compare_benchmarks")
    for row in (found.overall, *found.benchmarks):
        assert row.difference is not None
        assert f.change(row.difference, row.interval) in shown
        assert all(f'"num">{text}</td>' in shown for text in (f.percent(row.a), f.percent(row.b)))
        assert f'"num">{f.p_value(row.p)}</td>' in shown
    drawn = numbers["compare_benchmarks"]["charts"]["forest"]["data"][1]["x"]
    assert drawn == [r.difference for r in (found.overall, *found.benchmarks)]


def test_the_verdict_is_the_overall_row(found: Comparison, page: tuple[str, dict]):
    shown = part(page[0], "compare_verdict")
    total = found.overall
    assert total.difference is not None
    assert f"B − A is {f.change(total.difference, total.interval)} points" in shown
    assert f"{total.lost} samples were lost and {total.won} won" in shown
    assert "<bdi>tiny · round 1</bdi>" in shown
    assert all(note in shown for note in found.notes)


def test_the_flips_are_the_comparisons(
    found: Comparison, page: tuple[str, dict], run_folder: RunFolder
):
    html, numbers = page
    assert found.won
    flips = numbers["compare_flips"]
    assert flips["won"] == found.model_dump(mode="json")["won"]
    assert flips["lost"] == []
    shown = {s["id"]: s for s in flips["shown_won"]}
    assert sorted(shown) == sorted(w.sample_id for w in found.won)
    said = [
        {p.sample_id: p for p in Evaluation(run_folder.round(n).evaluation).predictions()}
        for n in range(2)
    ]
    for won in found.won:
        card = shown[won.sample_id]
        assert (card["before"]["answers"], card["after"]["answers"]) == (list(won.a), list(won.b))
        completions = [side[won.sample_id].completion for side in said]
        assert all(completions)
        texts = [c.text for c in completions if c]
        assert [card[side]["completion"] for side in ("before", "after")] == texts
    assert part(html, "compare_flips").count('<use href="#picture-') == len(shown)


def test_categories_are_the_evaluations(
    found: Comparison, page: tuple[str, dict], run_folder: RunFolder
):
    html, numbers = page
    rows = {row["name"]: row for row in numbers["compare_categories"]["rows"]}
    for number, side in enumerate(("a", "b")):
        metrics = Evaluation(run_folder.round(number).evaluation).metrics()
        for rate in (r for r in metrics.categories if r.half == "held_out"):
            assert rows[rate.name][side] == json.loads(rate.model_dump_json())
            assert f.rate(rate.rate, rate.interval) in part(html, "compare_categories")
    assert sum(row["won"] for row in rows.values()) == len(found.won)


def test_both_halves_have_a_row_each(run_folder: RunFolder, tmp_path: Path):
    a, b = (run_folder.round(n).evaluation for n in range(2))
    html, numbers = render(compared(a, b, "both"), tmp_path / "c.html")
    rows = numbers["compare_categories"]["rows"]
    assert {row["half"] for row in rows} == {"diagnosis", "held_out"}
    assert "On both halves B" in html


def test_more_flips_than_are_shown_are_counted(found: Comparison, tmp_path: Path):
    html, numbers = render(found, tmp_path / "c.html", max_examples=3)
    assert len(numbers["compare_flips"]["shown_won"]) == 3
    assert f"{len(found.won)} samples, 3 of them shown" in part(html, "compare_flips")
    assert len({s["benchmark"] for s in numbers["compare_flips"]["shown_won"]}) == 2


def test_nothing_turned_and_no_pictures(make_run: Callable[..., RunFolder], tmp_path: Path):
    folder = make_run(rounds=1)
    outside = tmp_path / "elsewhere"
    shutil.copytree(folder.round(0).evaluation, outside)
    html, numbers = render(compared(folder.round(0).evaluation, outside), tmp_path / "c.html")
    assert "No sample turned" in part(html, "compare_flips")
    assert "no difference is shown" in part(html, "compare_verdict")
    assert numbers["compare_verdict"]["names"] == ["tiny · round 0", "elsewhere"]


def test_pictures_that_are_gone_are_counted(make_run: Callable[..., RunFolder], tmp_path: Path):
    folder = make_run()
    shutil.rmtree(folder.images.root)
    a, b = (folder.round(n).evaluation for n in range(2))
    html, _ = render(compared(a, b), tmp_path / "c.html")
    assert "Picture could not be read" in part(html, "compare_flips")
    assert "could not be read" in html


def test_pictures_come_from_either_side(make_run: Callable[..., RunFolder], tmp_path: Path):
    folder = make_run()
    outside = tmp_path / "alone"
    shutil.copytree(folder.round(0).evaluation, outside)
    html, _ = render(compared(outside, folder.round(1).evaluation), tmp_path / "c.html")
    assert "no-picture" not in part(html, "compare_flips")


def test_hostile_text_is_inert(make_run: Callable[..., RunFolder], tmp_path: Path):
    text = "</script><img src=x onerror=alert(1)>\u202e"
    folder = make_run(question=text, completion=f"{text} so 3", option=text)
    a, b = (folder.round(n).evaluation for n in range(2))
    html, _ = render(compared(a, b), tmp_path / "c.html")
    assert "<img" not in html
    assert "&lt;img src=x" in part(html, "compare_flips")
    assert "\u202e" not in html
    assert not re.search(r"https?:|@import|url\(|<link|<iframe", html)


def test_the_numbers_do_not_overwrite_the_page(found: Comparison, tmp_path: Path):
    with pytest.raises(DataError, match="Name it FILE"):
        render(found, tmp_path / "compare.json")


def test_the_command_writes_the_page(run_folder: RunFolder, tmp_path: Path, found: Comparison):
    out = tmp_path / "new" / "compare.html"
    rounds = [str(run_folder.round(n).path) for n in range(2)]
    result = CliRunner().invoke(app, ["compare", *rounds, "--html", str(out), "--flips", "0"])
    assert result.exit_code == 0, result.output
    assert "page:" in result.output
    html, numbers = _read(out)
    row = numbers["compare_benchmarks"]["rows"][0]
    assert row == found.overall.model_dump(mode="json")
    assert "<title>tiny · round 1 against tiny · round 0 · blindspot</title>" in html
