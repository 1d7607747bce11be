"""R1: bytes of the pages of a large run, and what they ask for outside of themselves.

The page may open 400 samples with as many pictures, so that one of its limits is reached
(`--full`; how many pictures stand there is printed); a round's page of fewer pictures than its
limit, with none left out, decides nothing. Each page is opened in Chromium with the
network off; every address that it asks for beyond its own file is stopped and counted.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from bench.extent import Extent
from bench.reporting.browser import browser, opened
from bench.reporting.world import finished
from bench.rows import Row

MEGABYTES: Final = 15.0
_OTHERS: Final = (
    "published, not measured here: Inspect's bundle is a folder that needs a server; reports of "
    "Evidently of 100 MB crash the browser"
)


def measure(extent: Extent) -> list[Row]:
    """Of the last round's page, of the one over all rounds, of first against last."""
    made = finished(extent)
    with browser() as chromium:
        outside = 0
        for file in made.pages.values():
            with opened(chromium, file) as seen:
                seen.page.wait_for_timeout(200)
                outside += len(seen.outside) + len(seen.errors)
    numbers = json.loads(made.pages["round"].with_name("page.json").read_text())
    sizes = {name: file.stat().st_size / 1e6 for name, file in made.pages.items()}
    return rows(sizes, outside, numbers["pictures"])


def rows(megabytes: Mapping[str, float], outside: int, pictures: Mapping[str, Any]) -> list[Row]:
    """One for each page, and the requests of all."""
    size = f"{pictures['long_side']} px, WebP quality {pictures['quality']}"
    told = f"{pictures['shown']} thumbnails of {size}, {pictures['left_out']} left out"
    texts = {
        "round": f"MB of a round's page with {told}",
        "index": "MB of the page over all rounds",
        "compare": "MB of the page of the first round against the last",
    }
    sizes = [
        Row("R1", texts[n], mb, None, f"≤ {MEGABYTES:g}", _OTHERS, _met(n, mb, pictures))
        for n, mb in megabytes.items()
    ]
    what = "requests outside of the file and errors of the console, all pages"
    return [*sizes, Row("R1", what, float(outside), None, "0", _OTHERS, outside == 0)]


def _met(name: str, megabytes: float, pictures: Mapping[str, Any]) -> bool | None:
    """A light page decides only when it is full."""
    full = pictures["shown"] >= pictures["most"] or pictures["left_out"] > 0
    if megabytes > MEGABYTES:
        return False
    return True if full or name != "round" else None
