"""What sites say of a licence, as an SPDX name.

    "by", "2.0"                                       →  "CC-BY-2.0"
    "CC BY-SA 3.0 de"                                 →  "CC-BY-SA-3.0-DE"
    "https://creativecommons.org/licenses/by/4.0/"    →  "CC-BY-4.0"
    "Public domain"                                   →  "PDM-1.0"
    "CC BY", "GFDL", "all rights reserved"            →  "unknown"

Nothing is guessed: a version that is not said, several licences in one line, or a country's variant
that SPDX does not list are unknown. Whether a licence is let in is for the settings to say.
"""

import re
from collections.abc import Iterable
from typing import Final

UNKNOWN: Final = "unknown"
"""Stands for a licence that nobody states, or not in words that are known."""

CC0: Final = "CC0-1.0"
PUBLIC_DOMAIN: Final = "PDM-1.0"
"""The Public Domain Mark; SPDX has no name for it, and this is the one in use."""

_PARTS: Final = {
    ("by",): "BY",
    ("by", "sa"): "BY-SA",
    ("by", "nc"): "BY-NC",
    ("by", "nd"): "BY-ND",
    ("by", "nc", "sa"): "BY-NC-SA",
    ("by", "nc", "nd"): "BY-NC-ND",
    ("by", "nd", "nc"): "BY-NC-ND",
}
_VERSIONS: Final = {"1.0", "2.0", "2.5", "3.0", "4.0"}
_PORTED: Final = {
    "CC-BY-2.5-AU",
    *(f"CC-BY-3.0-{country}" for country in ("AT", "AU", "DE", "IGO", "NL", "US")),
    *(f"CC-BY-SA-3.0-{country}" for country in ("AT", "DE", "IGO")),
    "CC-BY-SA-2.0-UK",
}
_NAME: Final = re.compile(
    r"(?:cc[ -])?(?P<parts>by(?:-(?:nc|nd|sa))*)[ -](?P<version>\d\.\d)"
    r"(?:[ -](?P<where>[a-z]{2,3}))?"
)
_DEED: Final = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/licenses/(?P<parts>[a-z-]+)/(?P<version>\d\.\d)"
    r"(?:/(?P<where>[a-z]{2,3}))?(?:/(?:deed(?:\.\w+)?|legalcode(?:\.\w+)?)?)?"
)
_DEED_CC0: Final = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/publicdomain/(?P<name>zero|mark)/1\.0"
    r"(?:/(?:deed(?:\.\w+)?|legalcode(?:\.\w+)?)?)?"
)
_WORDS: Final = {
    "cc0": CC0,
    "cc0 1.0": CC0,
    "cc-zero": CC0,
    "creative commons zero": CC0,
    "pdm": PUBLIC_DOMAIN,
    "pdm 1.0": PUBLIC_DOMAIN,
    "pd": PUBLIC_DOMAIN,
    "public domain": PUBLIC_DOMAIN,
    "public domain mark": PUBLIC_DOMAIN,
    "public domain mark 1.0": PUBLIC_DOMAIN,
}


def spdx(name: str, version: str = "") -> str:
    """The SPDX name of what a site calls a licence, or `unknown`.

    >>> spdx("by-sa", "4.0"), spdx("CC BY 2.0"), spdx("cc-by-nc-nd-2.5"), spdx("by")
    ('CC-BY-SA-4.0', 'CC-BY-2.0', 'CC-BY-NC-ND-2.5', 'unknown')
    """
    words = " ".join(f"{name} {version}".split()).casefold()
    if words in _WORDS:
        return _WORDS[words]
    found = _NAME.fullmatch(words)
    return _named(found) if found else UNKNOWN


def spdx_of_deed(address: str) -> str:
    """The same of the address of a Creative Commons deed."""
    words = address.strip().casefold()
    public = _DEED_CC0.fullmatch(words)
    if public:
        return CC0 if public["name"] == "zero" else PUBLIC_DOMAIN
    found = _DEED.fullmatch(words)
    return _named(found) if found else UNKNOWN


def codes(names: Iterable[str]) -> list[str]:
    """The short names of Creative Commons, without version, of some SPDX names; sorted.

    >>> codes(["CC0-1.0", "PDM-1.0", "CC-BY-4.0", "CC-BY-2.0", "MIT"])
    ['by', 'cc0', 'pdm']
    """
    whole = {name.casefold() for name in names}
    by_version = {name.removeprefix("cc-").rsplit("-", 1)[0] for name in whole if "cc-by" in name}
    known = {"-".join(parts) for parts in _PARTS} & by_version
    public = {
        code for code, name in (("cc0", CC0), ("pdm", PUBLIC_DOMAIN)) if name.casefold() in whole
    }
    return sorted(known | public)


def _named(found: re.Match[str]) -> str:
    parts = _PARTS.get(tuple(found["parts"].split("-")))
    if parts is None or found["version"] not in _VERSIONS:
        return UNKNOWN
    name = f"CC-{parts}-{found['version']}"
    if not found["where"]:
        return name
    ported = f"{name}-{found['where'].upper()}"
    return ported if ported in _PORTED else UNKNOWN
