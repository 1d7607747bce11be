"""A page stands alone: one file that asks for nothing, weighs little and is the same each time."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plotly.offline import get_plotlyjs

from blindspot.core.evaluation import Evaluation
from blindspot.core.run_folder import RunFolder
from reports import page
from reports.pictures import Gallery
from reports.stage import ReportInputs, ReportSettings, run, run_index
from reports.view import Round, View


def render(folder: RunFolder, number: int, out: Path, **settings: Any) -> tuple[str, dict]:
    """A round's page without plotly, and the numbers of its sections."""
    made = run(ReportSettings(**settings), ReportInputs(folder, number), out)
    html = made.read_text(encoding="utf-8").replace(get_plotlyjs(), "")
    parts = json.loads(made.with_name("page.json").read_text())["sections"]
    return html, {part["name"]: part["numbers"] for part in parts}


def part(html: str, name: str) -> str:
    """The HTML of one section."""
    return html.partition(f'<section id="{name}"')[2].partition('<section id="')[0]


@pytest.fixture(scope="module")
def pages(run_folder: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> list[tuple]:
    outs = [tmp_path_factory.mktemp(f"page-{n}") / "report.html" for n in range(2)]
    return [render(run_folder, n, out) for n, out in enumerate(outs)]


def test_a_page_stands_alone(run_folder: RunFolder, pages: list[tuple]):
    for html, _ in pages:
        assert "default-src 'none'; img-src data:;" in html
        assert not re.search(r"https?:|@import|url\(|<link|<iframe", html)
        for address in re.findall(r"(?:href|src)=\"([^\"]*)\"", html):
            assert address.startswith(("#", "data:image/", "../"))
        assert len(html) + len(get_plotlyjs()) < 15_000_000


def test_plotly_cannot_end_its_script():
    assert "</script" not in get_plotlyjs().lower()
    assert "<!--" not in get_plotlyjs()


def test_every_picture_stands_in_the_page_once(pages: list[tuple]):
    html, _ = pages[0]
    uris = re.findall(r"data:image/[^\"]*", html)
    assert len(uris) == len(set(uris))
    used = set(re.findall(r'<use href="#([^"]*)"', html))
    used |= set(re.findall(r'"key": "(picture-[^"]*)"', html))
    assert used == set(re.findall(r'<image id="([^"]*)"', html))


def test_the_page_says_which_pictures_it_left_out(run_folder: RunFolder, tmp_path: Path):
    html, _ = render(run_folder, 0, tmp_path / "report.html", max_thumbnails=2)
    assert "2 pictures stand in this page" in html
    assert "were left out (at most 2 pictures" in html
    assert "Picture left out" in part(html, "training_set")


def test_long_completions_are_cut_and_say_so(run_folder: RunFolder, tmp_path: Path):
    html, _ = render(run_folder, 0, tmp_path / "report.html", max_text=10)
    assert "more characters" in part(html, "weaknesses")


def test_the_same_artifacts_give_the_same_bytes(run_folder: RunFolder, tmp_path: Path):
    outs = [tmp_path / name for name in ("a", "b")]
    for out in outs:
        out.mkdir()
        render(run_folder, 0, out / "report.html")
    for name in ("report.html", "page.json"):
        assert (outs[0] / name).read_bytes() == (outs[1] / name).read_bytes()
    assert sorted(p.name for p in outs[0].iterdir()) == ["page.json", "report.html"]


def test_charts_have_tables_and_names(pages: list[tuple]):
    for html, numbers in pages:
        charts = re.findall(r'data-chart="([^"]*)"', html)
        wanted = [f"{k}-{c}" for k, n in numbers.items() if n for c in n.get("charts", {})]
        assert charts == wanted
        for name in {k for k, n in numbers.items() if n and n.get("charts")}:
            assert "<table" in part(html, name)
        assert html.count('role="img" aria-label=') >= len(charts)
        assert '<html lang="en">' in html
        assert "<main" in html


def test_a_page_without_a_chart_carries_no_plotly(make_run: Callable[..., RunFolder]):
    folder = make_run(rounds=1)
    view = View(ReportSettings(), [Round(folder.round(0))], Gallery(folder.images))
    with_chart = page.render(page.build(view, "t", ["categories"], ()))
    without = page.render(page.build(view, "t", ["groups", "trust"], ()))
    assert get_plotlyjs() in with_chart
    assert "Plotly =" not in without
    assert len(without) < 100_000 < len(get_plotlyjs())


def test_linked_pictures_lie_beside_the_page_as_they_came(run_folder: RunFolder, tmp_path: Path):
    html, numbers = render(run_folder, 0, tmp_path / "report.html", images="linked")
    kept = {p.name: p.read_bytes() for p in (tmp_path / "report-images").iterdir()}
    cited = {n for i in numbers["weaknesses"]["items"] for s in i["failing"] for n in s["images"]}
    assert cited
    for name in cited:
        assert kept[name] == run_folder.images.path(name).read_bytes()
        assert f'href="report-images/{name}"' in part(html, "weaknesses")
    assert set(re.findall(r'href="report-images/([^"]*)"', html)) <= set(kept)
    assert "img-src data:;" in html


def test_a_heavy_page_has_smaller_pictures(
    run_folder: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file = tmp_path / "report.html"
    render(run_folder, 0, file)
    limit = len(file.read_bytes()) + 2_000
    monkeypatch.setattr(page, "MOST_BYTES", limit)
    html, _ = render(run_folder, 0, file)
    assert len(file.read_bytes()) <= limit
    assert "in WebP quality" in html


def test_the_index_says_where_its_numbers_come_from(make_run: Callable[..., RunFolder]):
    folder = make_run()
    html = run_index(ReportSettings(), folder, "blindspot report tiny").read_text()
    shown = part(html, "index_provenance")
    for number in range(2):
        artifact = Evaluation(folder.round(number).evaluation).artifact
        assert artifact.digest in shown
    assert "blindspot report tiny" in shown
    assert f"{1:064x}" in shown
    assert "round 0: training set" in shown
