"""Pages of synthetic runs in a real Chromium, opened from disk with the network off.

Without a Chromium the tests are skipped; with `BLINDSPOT_BROWSER=required` they fail instead.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.reporting.browser import Seen, browser, opened
from blindspot.comparison import compare
from blindspot.core.errors import ConfigError
from blindspot.core.run_folder import RunFolder
from blindspot.pairing import read
from reports.stage import (
    CompareInputs,
    ReportInputs,
    ReportSettings,
    run,
    run_compare,
    run_index,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Open = Callable[..., Seen]

ATTACK = (
    "</script><script>blindspotHit('script')</script>"
    "<img src=x onerror=\"blindspotHit('img')\"><svg onload=\"blindspotHit('svg')\"></svg>"
    "\"'><details open ontoggle=blindspotHit('toggle')>"
    "\u202egnp.exe\u2066{{ 7 * 6 }}<a href=\"javascript:alert('link')\">x</a>"
)


@pytest.fixture(scope="module")  # its event loop holds the thread until it is closed
def chromium() -> "Iterator[Browser]":
    with ExitStack() as stack:
        try:
            found = stack.enter_context(browser())
        except ConfigError as error:
            if os.environ.get("BLINDSPOT_BROWSER") == "required":
                pytest.fail(f"BLINDSPOT_BROWSER=required, but: {error}")
            pytest.skip(f"These tests need a browser. {error}")
        yield found


@pytest.fixture
def open_page(chromium: "Browser") -> Iterator[Open]:
    """Opens a file until the test ends; keywords are those of `opened`."""
    with ExitStack() as stack:
        yield lambda file, *args, **kw: stack.enter_context(opened(chromium, file, *args, **kw))


def written(folder: RunFolder, rounds: int) -> dict[str, Path]:
    """The pages of a run."""
    pages = {
        f"round-{n}": run(ReportSettings(), ReportInputs(folder, n), folder.round(n).report)
        for n in range(rounds)
    }
    pages["index"] = run_index(ReportSettings(), folder)
    if rounds > 1:
        ends = folder.round(0).evaluation, folder.round(rounds - 1).evaluation
        pages["compare"] = compared(*ends, folder.root / "compare.html")
    return pages


def compared(a: Path, b: Path, out: Path) -> Path:
    """The page of two evaluations, both halves."""
    found = compare(read(a), read(b), "both").model_dump(mode="json")
    inputs = CompareInputs(a, b, found, "blindspot compare a b")
    return run_compare(ReportSettings(), inputs, out)


@pytest.fixture(scope="session")
def pages(make_run: Callable[..., RunFolder]) -> dict[str, Path]:
    """A run of two rounds: `round-0`, `round-1`, `index`, `compare`."""
    return written(make_run(), 2)


@pytest.fixture(scope="session")
def hostile(make_run: Callable[..., RunFolder]) -> dict[str, Path]:
    """The same pages where every free text is an attack."""
    texts = ("question", "completion", "weakness", "option", "fact", "prefix")
    fields = dict.fromkeys(texts, ATTACK)
    return written(make_run(**fields, complete=True), 2)


@pytest.fixture(scope="session")
def bare(make_run: Callable[..., RunFolder]) -> dict[str, Path]:
    """Pages with little to say: of a single round `unasked` has no diagnosis, `unweak` no weakness,
    `unseen` no picture; `same` compares a round with its copy.
    """
    folders = {name: make_run(rounds=1, weak=name != "unweak") for name in ("unasked", "unweak")}
    folders["unseen"] = make_run(rounds=1)
    shutil.rmtree(folders["unasked"].round(0).diagnosis)
    shutil.rmtree(folders["unseen"].images.root)
    pages = {name: written(folder, 1) for name, folder in folders.items()}
    found = {name: own["round-0"] for name, own in pages.items()}
    first = folders["unweak"].round(0).evaluation
    again = shutil.copytree(first, first.parent.parent / "again" / "evaluation")
    same = compared(first, again, first.parent.parent / "same.html")
    return {**found, "index": pages["unasked"]["index"], "same": same}


@pytest.fixture(scope="session")
def unprotected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The attack as markup: what the tests must be able to see."""
    file = tmp_path_factory.mktemp("unprotected") / "page.html"
    file.write_text(f"<!doctype html><title>x</title><script>{ATTACK}", encoding="utf-8")
    return file
