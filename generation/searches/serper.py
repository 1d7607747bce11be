"""Serper: Google's picture search. Nothing says under which licence its pictures stand.

    POST google.serper.dev/images {"q": "market stall", "num": 20}
    {"images": [{"title": …, "imageUrl": …, "imageWidth": …, "imageHeight": …, "link": …}]}

All that it finds has the licence `unknown`, and no source lets that in unless its `licences` name
`unknown`: whoever does that answers for what the training set may be used for. It needs a key in
the environment variable SERPER_API_KEY.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from blindspot.core.errors import ConfigError
from generation.fetching.policy import Get
from generation.search import PAGE, Found, Search, address, key_of, pixels, rows, text

ADDRESS: Final = "https://google.serper.dev/images"
KEY: Final = "SERPER_API_KEY"


class Serper:
    """The `serper` search."""

    def check(self) -> None:
        if not key_of(KEY):
            why = "the search 'serper' needs it and it is not set"
            way_out = f"export {KEY}=… or take serper out of `searches`"
            raise ConfigError(f"The environment variable {KEY}", why, way_out)

    def request(self, query: str, licences: Sequence[str]) -> Get:
        body = json.dumps({"q": query, "num": PAGE}, sort_keys=True)
        return Get(ADDRESS, "json", body, {"X-API-KEY": key_of(KEY)})

    def found(self, answer: Mapping[str, Any]) -> list[Found]:
        read = [_found(row) for row in rows(answer.get("images"))]
        return [each for each in read if each.url]


def _found(row: Mapping[str, Any]) -> Found:
    return Found(
        url=address(row.get("imageUrl")),
        title=text(row.get("title")),
        author=text(row.get("source")),
        page=address(row.get("link")),
        width=pixels(row.get("imageWidth")),
        height=pixels(row.get("imageHeight")),
    )


PLUGIN: Final[Search] = Serper()
