"""axe-core finds nothing serious or critical, wide and narrow, light and dark (all four of each
page: `bench.reports --only R3`).
"""

import pytest

from bench.reporting.findings import found


@pytest.mark.parametrize("name", ["round-0", "index"])
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_no_serious_finding(open_page, pages, name, width, scheme):
    seen = open_page(pages[name], size=(width, 800), scheme=scheme)
    assert [str(f) for f in found(seen.page) if f.serious] == []


def test_a_page_with_faults_has_findings(open_page, tmp_path):
    file = tmp_path / "page.html"
    file.write_text("<!doctype html><p style='color: #aaa'>pale<p><button></button>")
    rules = {f.rule for f in found(open_page(file).page) if f.serious}
    assert {"color-contrast", "button-name", "html-has-lang"} <= rules
