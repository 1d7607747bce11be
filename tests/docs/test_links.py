"""Links lead somewhere, and what the pages name exists."""

import re
from pathlib import Path

import pytest

from docs.pages import ROOT, Page, anchors, links, page, pages, spans

PAGES = pages()
ELSEWHERE = ("evaluation/mmmu/run_mmmu.py",)
"""Files of other repositories."""
NEW = ("reports/sections/excluded.html",)
"""What a reader is told to write."""


@pytest.mark.parametrize("here", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(here: Page) -> None:
    for link in links(here):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (here.path.parent / path).resolve() if path else here.path
        assert target.exists(), f"{here.name}: {link}"
        assert target.is_relative_to(ROOT), f"{here.name}: {link}"
        if anchor:
            there = page(target.relative_to(ROOT).as_posix())
            assert anchor in anchors(there), f"{here.name}: {link}, of {sorted(anchors(there))}"


@pytest.mark.parametrize("here", PAGES, ids=lambda p: p.name)
def test_named_files_and_names_exist(here: Page) -> None:
    for span in spans(here):
        found = re.fullmatch(
            r"([\w./-]+/[\w.-]+\.(?:py|toml|md|json|txt|html|yaml))(?::(\w+))?", span
        )
        if not found or "NAME" in span or "round-" in span or span.startswith("runs/"):
            continue
        path, name = found.groups()
        file = next((p for p in (ROOT / path, here.path.parent / path) if p.is_file()), None)
        if path in ELSEWHERE or path in NEW:
            continue
        assert file, f"{here.name}: {span}"
        if name:
            assert re.search(rf"^(class |def )?{name}\b", file.read_text(), re.MULTILINE), span


def test_every_page_is_reached_from_the_readme() -> None:
    named = {(ROOT / link.partition("#")[0]).resolve() for link in links(page("README.md"))}
    assert set((ROOT / "docs").glob("*.md")) <= named
    assert (ROOT / "CONTRIBUTING.md") in named


def test_anchors_are_those_that_github_makes() -> None:
    text = "# A *b*: `c`, d\n## Same\n## Same\n### `[training.grpo]`\n"
    made = anchors(Page(Path("x.md"), text))
    assert made == {"a-b-c-d", "same", "same-1", "traininggrpo"}
