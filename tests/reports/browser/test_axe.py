"""axe-core finds nothing serious or critical, wide and narrow, light and dark (all four of each
page: `bench.reports --only R3`).
"""

import pytest

from bench.reporting.findings import found, in_drawer

WIDE, NARROW = (1280, "light"), (390, "dark")


@pytest.mark.parametrize(
    ("name", "way"),
    [("round-1", WIDE), ("round-0", NARROW), ("index", NARROW), ("compare", WIDE)],
)
def test_no_serious_finding(open_page, pages, name, way):
    seen = open_page(pages[name], size=(way[0], 800), scheme=way[1])
    assert [str(f) for f in found(seen.page) if f.serious] == []


@pytest.mark.parametrize("way", [WIDE, NARROW])
def test_none_in_an_open_sample(open_page, pages, way):
    page = open_page(pages["round-1"], size=(way[0], 800), scheme=way[1]).page
    assert [str(f) for f in in_drawer(page) if f.serious] == []
    assert page.locator("#drawer").is_visible()
    faint = "color: #888; background: #777"
    page.evaluate(f"document.querySelector('#drawer .question').style = '{faint}'")
    assert [f.rule for f in found(page, "#drawer") if f.serious] == ["color-contrast"]


def test_a_page_with_faults_has_findings(open_page, tmp_path):
    file = tmp_path / "page.html"
    file.write_text("<!doctype html><p style='color: #aaa'>pale<p><button></button>")
    rules = {f.rule for f in found(open_page(file).page) if f.serious}
    assert {"color-contrast", "button-name", "html-has-lang"} <= rules
