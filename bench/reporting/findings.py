"""R3: what axe-core finds wrong with a run's pages, at two widths and in both schemes.

    color-contrast (serious): #weaknesses > p

Every page of a synthetic run (`world`) is opened at 1280 and 390 pixels, light and dark; all rules
of axe-core apply, also to a sample that is open over the page. Counted are the elements of serious
or critical findings; what axe-core calls moderate or minor is printed without a target, and what
it cannot decide alone is not counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bench.extent import Extent
from bench.reporting.browser import Scheme, browser, opened
from bench.reporting.world import finished
from bench.rows import Row

if TYPE_CHECKING:
    from playwright.sync_api import Page

WAYS: Final[tuple[tuple[int, Scheme], ...]] = (
    (390, "dark"),
    (1280, "light"),
    (390, "light"),
    (1280, "dark"),
)
"""Width in pixels and scheme; `--smoke` sees the first alone."""


@dataclass(frozen=True)
class Finding:
    """One rule that a page breaks."""

    rule: str
    impact: str
    """`minor`, `moderate`, `serious` or `critical`."""
    places: tuple[str, ...]
    """CSS selectors of the elements."""

    @property
    def serious(self) -> bool:
        return self.impact in ("serious", "critical")

    def __str__(self) -> str:
        return f"{self.rule} ({self.impact}): {'; '.join(self.places[:5])}"


def found(page: "Page", within: str | None = None) -> list[Finding]:
    """What axe-core says about an open page, or about one element of it."""
    from axe_playwright_python.sync_playwright import Axe

    violations = Axe().run(page, context=within).response["violations"]
    return [
        Finding(v["id"], v["impact"], tuple(str(node["target"][0]) for node in v["nodes"]))
        for v in violations
    ]


def measure(extent: Extent) -> list[Row]:
    """All pages in each way, also with a sample open."""
    pages = finished(extent).pages
    ways = WAYS if extent.full else WAYS[:1]
    findings: list[Finding] = []
    with browser() as chromium:
        for file in pages.values():
            for width, scheme in ways:
                with opened(chromium, file, size=(width, 800), scheme=scheme) as seen:
                    findings += found(seen.page)
                    findings += in_drawer(seen.page)
    return rows(findings, f"{len(pages)} pages, each seen in {len(ways)} ways")


def in_drawer(page: "Page") -> list[Finding]:
    """What it says about an open sample, where the page opens samples."""
    opener = page.locator("[data-table=samples] a[data-sample]:visible")
    if not opener.count():
        return []
    opener.first.click()
    return found(page, "#drawer")


def rows(findings: Sequence[Finding], where: str) -> list[Row]:
    """Elements by how bad it is."""
    bad = sum(len(f.places) for f in findings if f.serious)
    mild = sum(len(f.places) for f in findings if not f.serious)
    rules = ", ".join(sorted({f.rule for f in findings if f.serious})) or "none"
    serious = f"elements with serious or critical findings of axe-core, {where}; rules: {rules}"
    return [
        Row("R3", serious, float(bad), None, "0", "–", bad == 0),
        Row("R3", f"elements with milder findings, {where}", float(mild), None, "printed"),
    ]
