"""Wikimedia Commons: pictures with a page each that states licence and author.

    GET commons.wikimedia.org/w/api.php?action=query&generator=search&prop=imageinfo&…
    {"query": {"pages": [{"index": 1, "title": "File:Stall.jpg", "imageinfo": [{"url": …,
      "thumburl": …, "extmetadata": {"LicenseShortName": {"value": "CC BY 2.0"}, "Artist": …}}]}]}}

What is fetched is a rendering of at most 1280 pixels: originals have up to hundreds of megabytes,
and drawings (SVG) are rendered as PNG.
"""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import urlencode

from generation.fetching.policy import Get
from generation.licences import UNKNOWN, spdx, spdx_of_deed
from generation.search import PAGE, Found, Search, address, pixels, plain, rows, tags, text

ADDRESS: Final = "https://commons.wikimedia.org/w/api.php"
WIDTH: Final = 1280
"""One of the widths that the site renders for everybody."""
_ASKED: Final = {
    "action": "query",
    "format": "json",
    "formatversion": "2",
    "generator": "search",
    "gsrnamespace": "6",
    "gsrlimit": str(PAGE),
    "prop": "imageinfo",
    "iiprop": "url|size|extmetadata",
    "iiurlwidth": str(WIDTH),
    "iiextmetadatafilter": "LicenseShortName|LicenseUrl|Artist|ObjectName|Categories",
}
_FIRST: Final = 10**9


class Wikimedia:
    """The `wikimedia` search."""

    def check(self) -> None:
        return None

    def request(self, query: str, licences: Sequence[str]) -> Get:
        asked = {**_ASKED, "gsrsearch": f"{query} filetype:bitmap|drawing"}
        return Get(f"{ADDRESS}?{urlencode(asked)}", "json")

    def found(self, answer: Mapping[str, Any]) -> list[Found]:
        query = answer.get("query")
        pages = rows(query.get("pages")) if isinstance(query, dict) else []
        read = [_found(page) for page in sorted(pages, key=_index)]
        return [each for each in read if each.url]


def _index(page: Mapping[str, Any]) -> int:
    """Pages come in any order; their place among the results is said."""
    index = page.get("index")
    return index if isinstance(index, int) else _FIRST


def _found(page: Mapping[str, Any]) -> Found:
    [info] = rows(page.get("imageinfo"))[:1] or [{}]
    said = {name: plain(_value(info, name)) for name in ("Artist", "ObjectName", "Categories")}
    named = spdx(plain(_value(info, "LicenseShortName")))
    deed = plain(_value(info, "LicenseUrl"))
    return Found(
        url=address(info.get("url")),
        title=said["ObjectName"] or _name(text(page.get("title"))),
        author=said["Artist"],
        page=address(info.get("descriptionurl")),
        licence=named if named != UNKNOWN else spdx_of_deed(deed),
        tags=tags(said["Categories"].split("|")),
        width=pixels(info.get("width")),
        height=pixels(info.get("height")),
        smaller=address(info.get("thumburl")),
    )


def _value(info: Mapping[str, Any], name: str) -> Any:
    extended = info.get("extmetadata")
    field = extended.get(name) if isinstance(extended, dict) else None
    return field.get("value") if isinstance(field, dict) else None


def _name(title: str) -> str:
    """`File:Market_stall.jpg` without what is not its name."""
    return PurePosixPath(title.partition(":")[2] or title).stem.replace("_", " ")


PLUGIN: Final[Search] = Wikimedia()
