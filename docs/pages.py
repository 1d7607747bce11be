"""What stands on the pages: commands, links, files, names of code. Tests read it.

    commands(page("docs/tutorial.md"))  →  [Command(("make", "install"), fenced=True), …]

A fence without a language holds commands; one with a language and a name (a fence that begins with
`python mine/short.py`) a whole file. Inline code that begins as a command does is one as well, but
may be unfinished: "`blindspot validate` says".
"""

import re
import shlex
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
PROGRAMS: Final = ("blindspot", "make", "python", "accelerate")
"""What a command of this repository begins with."""
OTHERS: Final = (".", "hf", "pip", "python3", "pre-commit")
"""Other programs that pages name."""
_FENCE: Final = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE: Final = re.compile(r"`([^`\n]+)`")
_LINK: Final = re.compile(r"\]\(([^)\s]+)\)")
_ANCHOR: Final = re.compile(r'<a id="([^"]+)">')


@dataclass(frozen=True)
class Page:
    """One page."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        """From the repository's root."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def prose(self) -> str:
        """Without its fences."""
        return _FENCE.sub("", self.text)


@dataclass(frozen=True)
class Command:
    """One command that a page tells a reader to give."""

    words: tuple[str, ...]
    fenced: bool
    """Whether it stands by itself, to be copied."""

    def __str__(self) -> str:
        return shlex.join(self.words)


def pages() -> list[Page]:
    """All pages, the README first."""
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    found += sorted((ROOT / "examples").glob("*/README.md"))
    return [page(path.relative_to(ROOT).as_posix()) for path in found]


def page(name: str) -> Page:
    """One page by its path from the root."""
    return Page(ROOT / name, (ROOT / name).read_text())


def fences(page: Page) -> list[tuple[str, str]]:
    """What stands behind the marks that open its fences, and what stands in them."""
    return _FENCE.findall(page.text)


def commands(page: Page) -> list[Command]:
    """Every command, those in fences first, in order."""
    fenced = [
        Command(words, fenced=True)
        for language, text in fences(page)
        if language in ("", "bash", "sh", "console")
        for words in map(_words, text.replace("\\\n", " ").splitlines())
        if words and words[0] in (*PROGRAMS, *OTHERS)
    ]
    inline = [
        Command(words, fenced=False)
        for text in _CODE.findall(page.prose)
        if text.partition(" ")[0] in PROGRAMS and (words := _words(text))
    ]
    return fenced + inline


def files(page: Page) -> dict[str, str]:
    """Whole files that a page shows, by the name behind the language."""
    named = ((info.split(), text) for info, text in fences(page))
    return {info[1]: text for info, text in named if len(info) == 2}


def links(page: Page) -> list[str]:
    """Targets of its links."""
    return _LINK.findall(page.prose)


def spans(page: Page) -> list[str]:
    """Its inline code."""
    return _CODE.findall(page.prose)


def anchors(page: Page) -> set[str]:
    """What `#…` may point to: headings as GitHub names them, and anchors that are set."""
    return {*_ANCHOR.findall(page.text), *_headings(page.prose)}


def _headings(text: str) -> Iterator[str]:
    seen: Counter[str] = Counter()
    for line in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        kept = re.sub(r"[^\w\- ]", "", re.sub(r"\]\([^)]*\)", "", line).lower())
        name = kept.strip().replace(" ", "-")
        yield f"{name}-{seen[name]}" if seen[name] else name
        seen[name] += 1


def _words(line: str) -> tuple[str, ...]:
    """A line as a shell reads it, without its comment; nothing for what is no shell line."""
    try:
        return tuple(shlex.split(line, comments=True))
    except ValueError:
        return ()
