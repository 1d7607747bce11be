"""R4: whether anything that a model, a data set or a config says runs when a page is opened.

The strings of `ATTACKS`, each of which reports itself when it runs, are planted in ids, questions,
options, answers, completions, names of benchmarks, categories, weaknesses, models, graders and
logged values of a small run. The pages are opened, all that is folded is unfolded, charts are
hovered over and samples opened; counted is what ran and what elements and attributes stand there
that no template writes. The same strings in a page that protects nothing show how many could run.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.extent import Extent
from bench.reporting.browser import Seen, browser, opened
from bench.reporting.world import Size, rendered, written
from bench.rows import Row

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ATTACKS: Final = {
    "script": "</script><script>blindspotHit('script')</script>",
    "image": "<img src=x onerror=\"blindspotHit('image')\">",
    "svg": "<svg onload=\"blindspotHit('svg')\"></svg>",
    "quote": '"><img src=x onerror="blindspotHit(\'quote\')">',
    "apostrophe": "'><img src=x onerror='blindspotHit(`apostrophe`)'>",
    "toggle": "<details open ontoggle=\"blindspotHit('toggle')\"></details>",
    "comment": "--><img src=x onerror=\"blindspotHit('comment')\"><!-- -->",
    "style": "</style><img src=x onerror=\"blindspotHit('style')\">",
    "frame": "<iframe srcdoc=\"<script>parent.blindspotHit('frame')</script>\"></iframe>",
    "dialog": "<script>alert('dialog')</script>",
    "template": "{{ self.__init__.__globals__ }}{% for x in () %}",
    "direction": "\u202egnp.exe\u2066\u0000\u2028",
}
"""What each is called, and its text; the last two run nothing but must not change a page."""
RUNNING: Final = len(ATTACKS) - 2
ALL: Final = "".join(ATTACKS.values())
CHARTS: Final = 8
"""Hovered over, of each page."""
SAMPLES: Final = 10
"""Opened one by one, of each page."""
SIZE: Final = Size(samples=400, rounds=2, pictures=4, diagnosed=400, attack=ALL)
_FOREIGN: Final = """[...document.querySelectorAll('*')].filter(e =>
    e.matches('img, iframe, object, embed, base, form[action], link, meta[http-equiv=refresh]')
    || e.getAttributeNames().some(a => a.startsWith('on'))
    || /^(javascript|vbscript):/i.test(e.getAttribute('href') || '')).length"""
_UNFOLD: Final = "document.querySelectorAll('details').forEach(d => { d.open = true; })"


def measure(extent: Extent) -> list[Row]:
    """In all pages, and in one that protects nothing."""
    pages = rendered(written(extent.work / "hostile", SIZE), SIZE.rounds - 1)
    bare = unprotected(extent.work / "unprotected.html")
    with browser() as chromium:
        found = [_explored(chromium, file) for file in pages.values()]
        with opened(chromium, bare) as seen:
            seen.page.wait_for_timeout(500)
            control = len(set(seen.executed()))
    planted = sum(file.read_text().count("blindspotHit(") for file in pages.values())
    return rows(sum(ran for ran, _ in found), sum(e for _, e in found), planted, control)


def unprotected(file: Path) -> Path:
    """The strings as markup."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"<!doctype html><title>bare</title><p>{ALL}", encoding="utf-8")
    return file


def rows(ran: int, foreign: int, planted: int, control: int) -> list[Row]:
    """What ran, and what is there that could have. Where some kinds do not even run without
    protection, that none ran decides nothing.
    """
    where = f"{planted:,} planted strings in all pages"
    kinds = f"of the {RUNNING} kinds that can run, {control} do in a page without protection"
    inert = None if ran == 0 and control < RUNNING else ran == 0
    return [
        Row("R4", f"hostile strings executed of {where}", float(ran), None, "0", kinds, inert),
        Row("R4", "elements and attributes that no template writes", float(foreign), None, "0",
            "–", foreign == 0),
    ]  # fmt: skip


def _explored(chromium: "Browser", file: Path) -> tuple[int, int]:
    """What ran, with requests and errors, and foreign elements."""
    with opened(chromium, file) as seen:
        explore(seen)
        ran = [*seen.executed(), *seen.outside, *seen.errors]
        return len(ran), seen.page.evaluate(_FOREIGN)


def explore(seen: Seen) -> None:
    """Unfold what is folded, hover over charts, read samples one by one."""
    page = seen.page
    page.evaluate(_UNFOLD)
    for chart in page.locator(".chart:visible").all()[:CHARTS]:
        chart.hover(timeout=5_000)
    opener = page.locator("a[data-sample]:visible")
    if opener.count():
        opener.first.click()
        for _ in range(SAMPLES):
            page.keyboard.press("j")
    page.wait_for_timeout(200)
