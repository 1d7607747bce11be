"""Openverse: freely licensed pictures of many collections, with licence and author.

    GET api.openverse.org/v1/images/?q=market+stall&license=by,cc0,pdm&page_size=20
    {"results": [{"url": …, "title": …, "creator": …, "license": "by", "license_version": "2.0",
                  "foreign_landing_url": …, "tags": [{"name": …}], "width": …, "height": …}]}

Without an account it answers a few requests a minute and some hundreds a day; with the token of one
in the environment variable OPENVERSE_TOKEN it answers more.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from generation.fetching.policy import Get
from generation.licences import UNKNOWN, codes, spdx, spdx_of_deed
from generation.search import PAGE, Found, Search, address, key_of, pixels, rows, tags, text

ADDRESS: Final = "https://api.openverse.org/v1/images/"
TOKEN: Final = "OPENVERSE_TOKEN"


class Openverse:
    """The `openverse` search."""

    def check(self) -> None:
        key_of(TOKEN)

    def request(self, query: str, licences: Sequence[str]) -> Get:
        asked = {"q": query, "page_size": str(PAGE), "mature": "false"}
        wanted = ",".join(codes(licences))
        asked |= {"license": wanted} if wanted else {}
        token = key_of(TOKEN)
        secret = {"Authorization": f"Bearer {token}"} if token else {}
        return Get(f"{ADDRESS}?{urlencode(asked)}", "json", secret=secret)

    def found(self, answer: Mapping[str, Any]) -> list[Found]:
        read = [_found(row) for row in rows(answer.get("results"))]
        return [each for each in read if each.url]


def _found(row: Mapping[str, Any]) -> Found:
    named = spdx(text(row.get("license")), text(row.get("license_version")))
    return Found(
        url=address(row.get("url")),
        title=text(row.get("title")),
        author=text(row.get("creator")),
        page=address(row.get("foreign_landing_url")),
        licence=named if named != UNKNOWN else spdx_of_deed(text(row.get("license_url"))),
        tags=tags([tag.get("name") for tag in rows(row.get("tags"))]),
        width=pixels(row.get("width")),
        height=pixels(row.get("height")),
    )


PLUGIN: Final[Search] = Openverse()
