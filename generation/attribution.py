"""`ATTRIBUTION.md` of an exported training set: whom to name for its pictures, and under which
licence.

    | 12 | Harbour at dawn | A. Author | https://example.org/1 | CC-BY-4.0 | web |
"""

from collections.abc import Mapping
from typing import Final

_CC: Final = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "PDM-1.0": "https://creativecommons.org/publicdomain/mark/1.0/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-3.0": "https://creativecommons.org/licenses/by/3.0/",
    "CC-BY-2.0": "https://creativecommons.org/licenses/by/2.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
}
_HEAD: Final = "| samples | title | author | address | licence | source |\n" + "|---" * 6 + "|"


def attribution(credits: Mapping[tuple[str, str, str], int]) -> str:
    """The page, of samples by (source, licence, `title, author, address`). What was drawn here is
    one line.
    """
    named = {key: n for key, n in credits.items() if key[1]}
    drawn = sum(n for key, n in credits.items() if not key[1])
    rows = [_row(key, n) for key, n in sorted(named.items())]
    licences = sorted({licence for _, licence, _ in named})
    return "\n".join(
        [
            "# Attribution",
            "",
            f"The pictures of {drawn} samples were drawn by program; they need no attribution.",
            *(["", "Licences:", "", *map(_licence, licences)] if licences else []),
            *(["", _HEAD, *rows] if rows else []),
            "",
        ]
    )


def parts(text: str) -> tuple[str, str, str]:
    """Title, author and address of `title, author, address`; a title may have commas, and what is
    missing is empty.

    >>> parts("Harbour, at dawn, A. Author, https://example.org/1")
    ('Harbour, at dawn', 'A. Author', 'https://example.org/1')
    """
    rest, _, last = text.rpartition(", ")
    if not last.startswith(("https://", "http://")):
        rest, last = text, ""
    title, comma, author = rest.rpartition(", ")
    return (title, author, last) if comma else (rest, "", last)


def _row(key: tuple[str, str, str], count: int) -> str:
    source, licence, text = key
    return "| " + " | ".join([str(count), *map(plain, (*parts(text), licence, source))]) + " |"


def _licence(name: str) -> str:
    address = _CC.get(name)
    return f"- {plain(name)}: {address}" if address else f"- {plain(name)}"


def plain(text: str) -> str:
    """Foreign words as one cell of a Markdown table: nothing in them is markup."""
    seen = "".join(c if c.isprintable() else " " for c in text)
    return "".join(f"\\{c}" if c in "\\`*_[]<>|#!{}" else c for c in seen)
