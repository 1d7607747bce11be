"""Sorting, filtering, the drawer, its keys, and addresses that show the same again."""

import csv
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from reports.stage import ReportInputs, ReportSettings, run

LONG = f"What stands {'here and ' * 30}at the very end?"


@pytest.fixture
def page(open_page, pages):
    return open_page(pages["round-0"]).page


@pytest.fixture(scope="module")
def long(make_run) -> Path:
    """A page whose questions are longer than its table shows."""
    folder = make_run(rounds=1, question=LONG)
    return run(ReportSettings(), ReportInputs(folder, 0), folder.round(0).report)


@pytest.fixture
def items(pages) -> list[dict]:
    """The samples that can be opened, in the order of their table."""
    numbers = json.loads(pages["round-0"].with_name("page.json").read_text())
    return next(p["numbers"]["items"] for p in numbers["sections"] if p["name"] == "samples")


def column(page, table: str, key: str) -> list[str]:
    """The texts of a column of the rows that are shown."""
    return page.evaluate(
        """([table, key]) => {
            const heads = [...document.querySelectorAll(`[data-table=${table}] thead th`)];
            const at = heads.findIndex(head => head.dataset.key === key);
            return [...document.querySelectorAll(`[data-table=${table}] tbody tr`)]
                .filter(row => !row.hidden).map(row => row.cells[at].textContent.trim());
        }""",
        [table, key],
    )


def shown(page) -> list[str]:
    return column(page, "samples", "id")


def sort(page, table: str, key: str):
    head = page.locator(f"[data-table={table}] th[data-key={key}]")
    head.locator("[data-sort]").click()
    return head


def test_a_head_sorts_and_sorts_back(page, items):
    head = sort(page, "samples", "category")
    assert head.get_attribute("aria-sort") == "ascending"
    assert column(page, "samples", "category") == sorted(i["category"] for i in items)
    sort(page, "samples", "category")
    assert head.get_attribute("aria-sort") == "descending"
    assert column(page, "samples", "category") == sorted(
        (i["category"] for i in items), reverse=True
    )


@pytest.mark.parametrize(
    ("values", "up"),
    [(("10", "9"), ["9", "10"]), (("0.2", "1e-05"), ["1e-05", "0.2"]), (("", "3"), ["3", ""])],
)
def test_numbers_are_sorted_as_numbers(page, values, up):
    """As text 10 stands before 9, and 0.2 before 1e-05; what is missing stands last both ways."""
    cells = "[...document.querySelectorAll('[data-table=weaknesses] tbody td:nth-of-type(3)')]"
    page.evaluate(f"v => {cells}.forEach((td, i) => {{ td.dataset.value = v[i]; }})", values)
    found = []
    for _ in range(2):
        sort(page, "weaknesses", "n")
        found.append(page.evaluate(f"{cells}.map(td => td.dataset.value)"))
    assert found == [up if "" in up else up[::-1], up]


def test_a_filter_leaves_what_it_names(page, items):
    category = items[0]["category"]
    form = page.locator("form[data-controls=samples]")
    form.locator("[data-filter=category]").select_option(category)
    wanted = [i["id"] for i in items if i["category"] == category]
    assert shown(page) == wanted
    assert 0 < len(wanted) < len(items)
    assert f"{len(wanted)} of {len(items)}" in form.locator("[data-count]").inner_text()
    form.locator("[data-reset]").click()
    page.wait_for_function(
        f"document.querySelectorAll('[data-table=samples] tbody tr:not([hidden])').length"
        f" === {len(items)}"
    )


def test_a_filter_that_no_row_has_matches_nothing(open_page, pages, items):
    page = open_page(pages["round-0"], "#samples?stage=refusal").page
    assert shown(page) == []
    said = page.locator("form[data-controls=samples] [data-count]")
    assert "No row of this page has the stage “refusal”" in said.inner_text()
    page.locator("form[data-controls=samples] [data-filter=stage]").select_option("perception")
    assert len(shown(page)) == sum(i["stage"] == "perception" for i in items)


def test_a_cell_of_the_heat_map_lists_its_samples(page, items):
    for link in page.locator("#stages a[data-cell]").all():
        link.click()
        wrong = page.locator("[data-table=samples] tbody tr:not([hidden]) .bad")
        expect(wrong).to_have_count(int(link.inner_text()))


def test_a_search_that_finds_nothing_says_so(page):
    form = page.locator("form[data-controls=samples]")
    form.locator("[data-filter=q]").fill("no such words anywhere")
    assert shown(page) == []
    assert "None matches" in form.locator("[data-count]").inner_text()


def test_the_address_shows_the_same_again(open_page, pages, page, items):
    category = items[0]["category"]
    page.locator("form[data-controls=samples] [data-filter=category]").select_option(category)
    sort(page, "samples", "id")
    sort(page, "samples", "id")
    fragment = page.evaluate("location.hash")
    again = open_page(pages["round-0"], fragment).page
    assert shown(again) == shown(page)
    assert shown(again) == sorted(shown(page), reverse=True)


def test_a_sample_opens_and_closes_with_the_keyboard_alone(page, items):
    opener = page.locator(f'[data-table=samples] a[data-sample="{items[0]["id"]}"]')
    opener.focus()
    page.keyboard.press("Enter")
    drawer = page.locator("#drawer")
    assert drawer.is_visible()
    assert drawer.get_attribute("role") == "dialog"
    assert page.evaluate("document.activeElement.closest('#drawer') !== null")
    for text in (items[0]["id"], items[0]["question"], items[0]["target"]):
        assert text in drawer.inner_text()
    page.keyboard.press("Escape")
    assert not drawer.is_visible()
    assert opener.evaluate("e => e === document.activeElement")


def test_j_and_k_walk_over_the_samples(page, items):
    page.locator("[data-table=samples] a[data-sample]").first.click()
    title = page.locator("#drawer-title")
    for key, place in (("j", 1), ("j", 2), ("k", 1), ("k", 0), ("k", 0)):
        page.keyboard.press(key)
        assert title.inner_text() == items[place]["id"]
        assert page.evaluate("location.hash") == "#sample=" + quote(items[place]["id"], safe="")


def test_they_walk_over_what_a_filter_leaves(page, items):
    category = items[-1]["category"]
    page.locator("form[data-controls=samples] [data-filter=category]").select_option(category)
    page.locator("[data-table=samples] tbody tr:not([hidden]) a[data-sample]").first.click()
    seen = []
    for _ in range(3):
        seen.append(page.locator("#drawer-title").inner_text())
        page.keyboard.press("j")
    assert seen == [i["id"] for i in items if i["category"] == category][:3]


def test_the_focus_stays_in_the_drawer(page):
    page.locator("[data-table=samples] a[data-sample]").first.click()
    for _ in range(15):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('#drawer') !== null")


def test_a_link_opens_its_sample(open_page, pages, items):
    seen = open_page(pages["round-0"], "#sample=" + quote(items[1]["id"], safe=""))
    assert seen.page.locator("#drawer").is_visible()
    assert seen.page.locator("#drawer-title").inner_text() == items[1]["id"]
    assert seen.errors == []


def test_a_link_to_an_unknown_sample_says_so(open_page, pages):
    seen = open_page(pages["round-0"], "#sample=%3Cimg%20src%3Dx%20onerror%3DblindspotHit(1)%3E")
    assert "does not stand in the page" in seen.page.locator("#drawer").inner_text()
    assert seen.executed() == []
    assert seen.errors == []


def test_the_evidence_is_marked_in_the_drawer(page, items):
    cited = next(i for i in items if i["attribution"] and i["attribution"]["evidence"])
    page.locator(f'a[data-sample="{cited["id"]}"]').first.click()
    assert cited["attribution"]["evidence"] in page.locator("#drawer mark").all_inner_texts()
    assert page.locator("#drawer svg.picture").count() >= 1


def test_a_table_is_saved_as_it_is_shown(page, items, tmp_path: Path):
    category = items[0]["category"]
    page.locator("form[data-controls=samples] [data-filter=category]").select_option(category)
    with page.expect_download() as caught:
        page.locator("[data-csv=samples]").click()
    caught.value.save_as(tmp_path / "samples.csv")
    lines = (tmp_path / "samples.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + len(shown(page))
    assert items[0]["id"] in lines[1]


def test_a_long_text_is_searched_and_saved_whole(open_page, long, tmp_path: Path):
    page = open_page(long).page
    form = page.locator("form[data-controls=samples]")
    form.locator("[data-filter=q]").fill("the very end?")
    assert shown(page)
    assert "the very end?" not in page.locator("[data-table=samples] td.text").first.inner_text()
    with page.expect_download() as caught:
        form.locator("[data-csv]").click()
    caught.value.save_as(tmp_path / "samples.csv")
    with (tmp_path / "samples.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["question"] for row in rows} == {LONG}
