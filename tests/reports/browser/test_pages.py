"""A page as a person gets it: from disk, without a network, on paper, without JavaScript."""

import json
from pathlib import Path

import pytest

NAMES = ("round-1", "index", "compare")


@pytest.mark.parametrize("name", NAMES)
def test_a_page_opens_without_an_error_or_a_request(open_page, pages, name):
    seen = open_page(pages[name])
    assert seen.errors == []
    assert seen.outside == []


@pytest.mark.parametrize("name", NAMES)
def test_every_chart_is_drawn_with_its_numbers(open_page, pages, name):
    seen = open_page(pages[name])
    drawn = seen.page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('.chart')].map(box => "
        "[box.dataset.chart, {data: box._fullData.map(t => [...t.y]), "
        "height: box.querySelector('svg.main-svg').getBoundingClientRect().height}]))"
    )
    wanted = json.loads(seen.page.text_content("#charts"))
    assert sorted(drawn) == sorted(wanted)
    assert drawn
    for key, chart in drawn.items():
        assert chart["height"] > 50
        assert chart["data"] == [trace["y"] for trace in wanted[key]["data"]]


def test_pictures_stand_on_the_page(open_page, pages):
    page = open_page(pages["round-0"]).page
    page.locator("#weaknesses .picture").first.scroll_into_view_if_needed()
    box = page.locator("#weaknesses .picture").first.bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 48
    broken = page.evaluate(
        "[...document.querySelectorAll('.picture use')]"
        ".filter(u => !document.querySelector(u.getAttribute('href'))).length"
    )
    assert broken == 0


def test_tables_can_be_read_without_javascript(open_page, pages):
    page = open_page(pages["round-0"], javascript=False).page
    assert "Charts need JavaScript" in page.inner_text("footer")
    assert page.locator(".chart-box:visible").count() == 0
    for name in ("benchmarks", "categories", "weaknesses"):
        table = page.locator(f"#{name} table").first
        assert table.is_visible()
        assert table.locator("tbody tr").first.inner_text().strip()
    assert page.locator("#weaknesses .card:visible").count() > 0


def test_paper_shows_content_and_no_navigation(open_page, pages, tmp_path: Path):
    page = open_page(pages["round-0"], scheme="dark").page
    assert page.locator(".contents").is_visible()
    page.emulate_media(media="print")
    assert not page.locator(".contents").is_visible()
    assert page.locator("#weaknesses table").first.is_visible()
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
    pdf = page.pdf(path=tmp_path / "page.pdf", format="A4")
    assert pdf.startswith(b"%PDF")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", NAMES)
def test_nothing_widens_the_page(open_page, pages, name, width):
    page = open_page(pages[name], size=(width, 800)).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_charts_follow_the_scheme(open_page, pages):
    seen = open_page(pages["round-0"])
    colour = "document.querySelector('.chart')._fullLayout.font.color"
    light = seen.page.evaluate(colour)
    seen.page.emulate_media(color_scheme="dark")
    seen.page.wait_for_function(f"{colour} !== '{light}'")
    assert seen.errors == []


def test_the_skip_link_is_the_first_stop(open_page, pages):
    page = open_page(pages["round-0"]).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").is_visible()
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
