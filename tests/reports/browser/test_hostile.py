"""What a model, a data set or a config says stays text."""

import pytest

from bench.reporting.hostile import explore

FOREIGN = (
    "[...document.querySelectorAll('*')].filter(e => e.matches('img, iframe, object, base') "
    "|| e.getAttributeNames().some(a => a.startsWith('on')) "
    "|| (e.getAttribute('href') || '').startsWith('javascript')).length"
)


@pytest.mark.parametrize("name", ["round-1", "index", "compare"])
def test_nothing_planted_runs(open_page, hostile, name):
    seen = open_page(hostile[name])
    explore(seen)
    assert (seen.executed(), seen.errors, seen.outside) == ([], [], [])
    assert seen.page.evaluate(FOREIGN) == 0
    assert "<img src=x onerror=" in seen.page.text_content("main")


def test_an_open_sample_shows_it_as_text(open_page, hostile):
    seen = open_page(hostile["round-1"])
    seen.page.locator("[data-table=samples] a[data-sample]").first.click()
    text = seen.page.inner_text("#drawer")
    assert text.count("<img src=x onerror=") > 3
    assert "⟨U+202E⟩gnp.exe" in text
    assert not {"\u202e", "\u2066"} & set(text)
    assert (seen.executed(), seen.page.evaluate(FOREIGN)) == ([], 0)


def test_a_hostile_address_is_only_looked_up(open_page, hostile):
    attack = "%3Cimg%20src%3Dx%20onerror%3DblindspotHit(1)%3E"
    for fragment in (f"#samples?stage={attack}&sort={attack}", f"#{attack}?{attack}"):
        seen = open_page(hostile["round-1"], fragment)
        assert (seen.executed(), seen.errors, seen.page.evaluate(FOREIGN)) == ([], [], 0)


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
