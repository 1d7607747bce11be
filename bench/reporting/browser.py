"""A page opened from disk in the system's own headless Chromium, with the network off.

    with browser() as chromium, opened(chromium, page) as seen:
        seen.page.inner_text("h1"), seen.errors, seen.outside, seen.executed()

Chromium is the program that the environment's CHROMIUM names, or the first of the usual names on
the path; Playwright drives it and downloads none. What a page asks for outside of its own file is
stopped and noted. A planted string that gets to run says so through `window.blindspotHit`, a
dialog, or an element that nobody wrote.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from blindspot.core.errors import ConfigError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page, Route

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
Scheme = Literal["light", "dark"]
_WIDE: Final = (1280, 800)
_HEARD: Final = "window.blindspotHits = []; window.blindspotHit = (x) => blindspotHits.push(x);"


@dataclass
class Seen:
    """An open page and what it did."""

    page: "Page"
    errors: list[str] = field(default_factory=list)
    """Errors and warnings of the console, and exceptions that nothing caught."""
    outside: list[str] = field(default_factory=list)
    """Addresses asked for beyond the file and its own data."""
    dialogs: list[str] = field(default_factory=list)

    def executed(self) -> list[str]:
        """What planted strings did."""
        hits = self.page.evaluate("(window.blindspotHits || []).map(String)")
        return [*hits, *self.dialogs]


def program() -> str | None:
    """Where Chromium is; None if it is not installed."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def browser() -> "Iterator[Browser]":
    """Chromium until the block ends. Raises ConfigError where it or Playwright is missing."""
    path = program()
    if path is None:
        raise ConfigError("Chromium", "it is not installed", "Install it, or name it in CHROMIUM")
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise ConfigError("Playwright", str(error), "pip install 'blindspot-lmm[dev]'") from error
    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(executable_path=path)
        except Error as error:
            raise ConfigError(
                "Chromium", f"{path} does not start: {error}", "Correct it"
            ) from error
        yield chromium
        chromium.close()


@contextmanager
def opened(
    chromium: "Browser",
    file: Path,
    fragment: str = "",
    *,
    size: tuple[int, int] = _WIDE,
    scheme: Scheme = "light",
    javascript: bool = True,
) -> Iterator[Seen]:
    """A file in a fresh, offline context, loaded."""
    context = chromium.new_context(
        offline=True,
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        reduced_motion="reduce",
        java_script_enabled=javascript,
    )
    address = file.resolve().as_uri()
    seen = Seen(context.new_page())
    context.route("**/*", lambda route: _pass(route, address, seen.outside))
    if javascript:
        context.add_init_script(_HEARD)
    seen.page.on("console", lambda m: _note(seen.errors, m.type, m.text))
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    seen.page.on("dialog", lambda dialog: _dismiss(dialog, seen.dialogs))
    seen.page.goto(address + fragment, wait_until="load")
    try:
        yield seen
    finally:
        context.close()


def paint(seen: Seen) -> dict[str, float]:
    """Seconds from the start of the navigation to the first paint and the first content."""
    seen.page.wait_for_function("performance.getEntriesByType('paint').length > 1")
    entries: list[dict[str, Any]] = seen.page.evaluate(
        "performance.getEntriesByType('paint').map(e => ({name: e.name, at: e.startTime}))"
    )
    return {entry["name"]: entry["at"] / 1000 for entry in entries}


def _pass(route: "Route", address: str, outside: list[str]) -> None:
    """Let the page's own file through."""
    url = route.request.url
    if url.partition("#")[0] == address or url.startswith(("data:", "blob:")):
        route.continue_()
    else:
        outside.append(url)
        route.abort()


def _note(errors: list[str], kind: str, text: str) -> None:
    if kind in ("error", "warning"):
        errors.append(text)


def _dismiss(dialog: "Dialog", dialogs: list[str]) -> None:
    dialogs.append(dialog.message)
    dialog.dismiss()
