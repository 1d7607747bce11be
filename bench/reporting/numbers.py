"""R5: whether every number on a page is an artifact's.

Three ways, over the last round's page, the page over all rounds and the page of two evaluations
(the first way not of that: its differences are the comparison's and stand in no artifact):

- every fraction in `page.json` (any number that is not whole, beside the charts) stands, to the
  last digit, in one of the run's artifacts;
- every number that a cell of a table shows in the browser, and every fraction in a sentence or in
  an open sample, is the text of a number in its section of `page.json`, by one of the page's own
  ways of writing numbers; what a data set, a model or an artifact says in words is left out;
- every value of a drawn chart is that of `page.json`.

What a section counts (ranks, lengths of lists) is whole; whole numbers of `page.json` are held to
the second way only, and in tables only.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow.parquet as pq

from bench.extent import Extent
from bench.reporting.browser import browser, opened
from bench.reporting.world import finished
from bench.rows import Row
from blindspot.core.run_folder import RunFolder
from reports import formatting

if TYPE_CHECKING:
    from playwright.sync_api import Page

FIGURE: Final = re.compile(r"(?<![\w.])[<+−]?\d[\d,]*(?:\.\d+)?(?:e[+−]?\d+)?(?![\w]|\.\d)")
_COLUMNS: Final = {"score", "confidence", "pass_rate", "weight"}
"""Of tables, those that hold fractions a page may show."""
_WRITERS: Final = (
    formatting.percent,
    formatting.points,
    formatting.count,
    formatting.measured,
    formatting.p_value,
    str,
)
_CELLS: Final = """[...document.querySelectorAll('main > section')].map(s => [s.id,
    [...s.querySelectorAll('td.num, .figure')].map(cell => cell.textContent)])"""
_PROSE: Final = """(root => { const found = [];
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const left = 'bdi, code, pre, td, th, script, style, svg, select, .chart, .figure';
        if (!walk.currentNode.parentElement.closest(left)) found.push(walk.currentNode.data);
    }
    return found; })"""
_SENTENCES: Final = f"""[...document.querySelectorAll('main > section')].map(s =>
    [s.id, {_PROSE}(s)])"""
_OPENED: Final = f"{_PROSE}(document.querySelector('#drawer [data-content]'))"
SAMPLES: Final = 5
"""Opened one by one and read."""
_DRAWN: Final = """Object.fromEntries([...document.querySelectorAll('.chart')].map(box =>
    [box.dataset.chart, box._fullData.map(t => [[...t.x], [...t.y]])]))"""


@dataclass(frozen=True)
class Compared:
    """What was looked for, and what was not found."""

    count: int
    lost: tuple[str, ...] = ()

    def __add__(self, other: "Compared") -> "Compared":
        return Compared(self.count + other.count, self.lost + other.lost)


def measure(extent: Extent) -> list[Row]:
    """All three ways."""
    made = finished(extent)
    kept = frozenset(fractions(made.folder))
    traced, shown, drawn = Compared(0), Compared(0), Compared(0)
    with browser() as chromium:
        for file in made.pages.values():
            parts = sections(file)
            traced += trace(parts, kept) if file.stem != "compare" else Compared(0)
            with opened(chromium, file) as seen:
                shown += read(seen.page, parts)
                drawn += plotted(seen.page, parts)
                shown += read_samples(seen.page, parts)
    return [
        row("fractions in page.json that no artifact holds", traced),
        row("numbers in tables, sentences and samples that page.json does not hold", shown),
        row("traces of charts that differ from page.json", drawn),
    ]


def row(what: str, found: Compared) -> Row:
    """How many are wrong, of how many."""
    first = f"; e.g. {', '.join(found.lost[:3])}" if found.lost else ""
    wrong = len(found.lost)
    return Row(
        "R5", f"{what}, of {found.count:,}{first}", float(wrong), None, "0", "–",
        found.count > 0 and wrong == 0,
    )  # fmt: skip


def sections(file: Path) -> dict[str, Any]:
    """The numbers of a page by section."""
    numbers = file.with_name("page.json" if file.stem == "report" else f"{file.stem}.json")
    return {p["name"]: p["numbers"] for p in json.loads(numbers.read_text())["sections"]}


def fractions(folder: RunFolder) -> Iterator[float]:
    """All numbers that are not whole in the artifacts of all rounds."""
    for round_ in folder.rounds():
        for file in sorted(round_.path.rglob("*")):
            if file.suffix in (".json", ".jsonl") and file != _page(round_.path):
                text = file.read_text(encoding="utf-8")
                for line in [text] if file.suffix == ".json" else text.splitlines():
                    yield from (x for x in leaves(json.loads(line)) if x != int(x))
            elif file.suffix == ".parquet":
                yield from _tabled(file)


def trace(parts: Mapping[str, Any], kept: frozenset[float]) -> Compared:
    """Fractions of a page among those of the artifacts."""
    found = [
        (name, x)
        for name, numbers in parts.items()
        for x in leaves({k: v for k, v in (numbers or {}).items() if k != "charts"})
        if x != int(x)
    ]
    return Compared(len(found), tuple(f"{name}: {x!r}" for name, x in found if x not in kept))


def read(page: "Page", parts: Mapping[str, Any]) -> Compared:
    """The numbers in the cells and sentences of an open page among the texts of its sections'
    numbers.
    """
    found = Compared(0)
    for (name, cells), (_, sentences) in zip(
        page.evaluate(_CELLS), page.evaluate(_SENTENCES), strict=True
    ):
        known = texts(leaves(parts.get(name) or {}))
        found += among(name, [*figures(cells), *parted(sentences)], known)
    return found


def read_samples(page: "Page", parts: Mapping[str, Any]) -> Compared:
    """The fractions in the first samples that the page opens."""
    opener = page.locator("[data-table=samples] a[data-sample]:visible")
    if not opener.count():
        return Compared(0)
    known = texts(leaves(parts.get("samples") or {}))
    opener.first.click()
    found = Compared(0)
    for _ in range(SAMPLES):
        found += among("sample", parted(page.evaluate(_OPENED)), known)
        page.keyboard.press("j")
    return found


def among(name: str, said: Sequence[str], known: set[str]) -> Compared:
    return Compared(len(said), tuple(f"{name}: {figure}" for figure in said if figure not in known))


def figures(parts: Iterable[str]) -> list[str]:
    """The numbers in these texts."""
    return [figure for part in parts for figure in FIGURE.findall(part)]


def parted(parts: Iterable[str]) -> list[str]:
    """Those among them that are no whole numbers."""
    return [figure for figure in figures(parts) if "." in figure]


def plotted(page: "Page", parts: Mapping[str, Any]) -> Compared:
    """What plotly holds against what it was given."""
    given = {
        f"{name}-{key}": [[trace.get("x"), trace.get("y")] for trace in figure["data"]]
        for name, numbers in parts.items()
        for key, figure in ((numbers or {}).get("charts") or {}).items()
    }
    drawn = page.evaluate(_DRAWN)
    wrong = [key for key, traces in given.items() if drawn.get(key) != traces]
    return Compared(sum(map(len, given.values())), tuple(wrong))


def texts(values: Iterable[float]) -> set[str]:
    """Every way in which a page writes one of these numbers."""
    return {write(x) for x in values for write in _WRITERS}


def leaves(value: Any) -> Iterator[float]:
    """All finite numbers within plain JSON."""
    if isinstance(value, Mapping):
        for part in value.values():
            yield from leaves(part)
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield value


def _page(folder: Path) -> Path:
    return folder / "page.json"


def _tabled(file: Path) -> Iterator[float]:
    with pq.ParquetFile(file) as table:
        for name in sorted(_COLUMNS & set(table.schema_arrow.names)):
            values = table.read(columns=[name])[name].unique().to_pylist()
            yield from (x for x in values if x is not None and x != int(x))
