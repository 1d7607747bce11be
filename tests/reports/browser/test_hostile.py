"""What a model, a data set or a config says stays text."""

import pytest


@pytest.mark.parametrize("name", ["round-0", "round-1", "index"])
def test_nothing_planted_runs(open_page, hostile, name):
    seen = open_page(hostile[name])
    page = seen.page
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    for chart in page.locator(".chart:visible").all():
        chart.hover()
    assert seen.executed() == []
    assert seen.errors == []
    assert seen.outside == []
    planted = page.evaluate(
        "[...document.querySelectorAll('*')].filter(e => e.matches('img, iframe, object, base') "
        "|| e.getAttributeNames().some(a => a.startsWith('on')) "
        "|| (e.getAttribute('href') || '').startsWith('javascript')).length"
    )
    assert planted == 0
    assert "<img src=x onerror=" in page.inner_text("main")


@pytest.mark.parametrize("name", ["round-0", "index"])
def test_text_cannot_turn_a_line_around(open_page, hostile, name):
    page = open_page(hostile[name]).page
    text = page.evaluate("document.body.innerText")
    assert not {"\u202e", "\u2066"} & set(text)
    assert "⟨U+202E⟩gnp.exe⟨U+2066⟩{{ 7 * 6 }}" in page.text_content("main")


def test_the_same_text_as_markup_would_be_seen_to_run(open_page, unprotected):
    seen = open_page(unprotected)
    seen.page.wait_for_timeout(100)
    assert {"script", "img", "svg", "toggle"} <= set(seen.executed())
    assert seen.outside
