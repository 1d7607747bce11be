"""The pages quote what the benches wrote, and nothing of their own."""

from pathlib import Path

import pytest

from docs.pages import ROOT, Page, pages
from docs.quotes import quotations, renewed

RESULTS = ROOT / "bench" / "results"


@pytest.mark.parametrize("here", pages(), ids=lambda p: p.name)
def test_quotations_are_what_the_benches_wrote(here: Page) -> None:
    assert renewed(here.text, RESULTS) == here.text, "run: python -m docs.quotes"


def test_the_readme_and_the_page_of_measures_quote_the_benches() -> None:
    quoted = {here.name: quotations(here.text) for here in pages()}
    assert quoted["README.md"] == ["training-T1", "training-T1", "reliability"]
    assert quoted["docs/measured.md"] == ["harness", "load", "load", "training-T1"]


def test_a_quotation_is_the_whole_file_or_one_table(tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text("Said.\n\n| arm | n |\n|---|---|\n| a | 1 |\n\n| b | n |\n")
    text = "before\n<!-- x | arm -->\nold\n<!-- /x -->\nafter <!-- x -->\n<!-- /x -->"
    assert renewed(text, tmp_path) == (
        "before\n<!-- x | arm -->\n| arm | n |\n|---|---|\n| a | 1 |\n<!-- /x -->\nafter "
        "<!-- x -->\nSaid.\n\n| arm | n |\n|---|---|\n| a | 1 |\n\n| b | n |\n<!-- /x -->"
    )
    with pytest.raises(ValueError, match="'c'"):
        renewed("<!-- x | c -->\n<!-- /x -->", tmp_path)
