"""Pages with little to say: each says in words what is missing, and none breaks."""

import pytest

from bench.reporting.findings import found

SAID = {
    "unasked": ("This round has not been diagnosed yet", "No training set was made in this round"),
    "unweak": ("No weakness is supported", "is reliably below the rest"),
    "unseen": ("Picture could not be read", "could not be read"),
    "index": ("There is no second round to compare yet", "No round has been diagnosed yet"),
    "same": ("No sample turned", "no difference is shown"),
}


@pytest.mark.parametrize("name", SAID)
def test_what_is_missing_is_said(open_page, bare, name):
    seen = open_page(bare[name], size=(390, 800))
    assert (seen.errors, seen.outside) == ([], [])
    text = " ".join(seen.page.inner_text("body").split())
    assert all(words in text for words in SAID[name]), text[:500]
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
    empty = "[...document.querySelectorAll('main > section')].filter(s => s.innerText.trim().split"
    assert seen.page.evaluate(empty + "('\\n').filter(x => x.trim()).length < 2).length") == 0


def test_an_empty_page_can_be_read_by_everybody(open_page, bare):
    assert [str(f) for f in found(open_page(bare["unasked"]).page) if f.serious] == []
