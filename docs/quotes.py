"""Copies what the benches wrote into the pages that quote it.

    $ python -m docs.quotes

Between `<!-- harness -->` and `<!-- /harness -->` stands all of `bench/results/harness.md`; between
`<!-- training-T1 | arm -->` and its end only the first table whose first column is called `arm`.
What a page says about the figures is not touched: read it again after new ones.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
PAGES: Final = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
_QUOTE: Final = re.compile(
    r"<!-- (?P<name>[\w-]+)(?: \| (?P<table>[\w, ]*\w))? -->\n(?P<text>.*?)<!-- /(?P=name) -->",
    re.DOTALL,
)


def main() -> None:
    for page in PAGES:
        text = page.read_text()
        quoted = renewed(text, ROOT / "bench" / "results")
        if quoted != text:
            page.write_text(quoted)
            print(f"{page.relative_to(ROOT)}: quoted anew")


def renewed(text: str, results: Path) -> str:
    """A page with its quotations as the results have them now. Raises FileNotFoundError for one of
    a file that is not there, ValueError for a table that its file does not have.
    """
    return _QUOTE.sub(lambda found: _quotation(found, results), text)


def quotations(text: str) -> list[str]:
    """Names of what a page quotes, in order."""
    return [found["name"] for found in _QUOTE.finditer(text)]


def _quotation(found: re.Match[str], results: Path) -> str:
    whole = (results / f"{found['name']}.md").read_text().strip()
    text = _table(whole, found["table"]) if found["table"] else whole
    opening = found[0].partition("\n")[0]
    return f"{opening}\n{text}\n<!-- /{found['name']} -->"


def _table(text: str, column: str) -> str:
    """The first table with that first column."""
    for block in _blocks(text):
        if block.startswith(f"| {column} |"):
            return block
    raise ValueError(f"there is no table whose first column is '{column}'")


def _blocks(text: str) -> Iterator[str]:
    return (block.strip() for block in re.split(r"\n\s*\n", text))


if __name__ == "__main__":
    main()
