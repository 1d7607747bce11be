"""What search sites, their pages and image servers send, broken: offers that are data, or none."""

import json
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation import repainting
from generation.fetching.addresses import checked
from generation.fetching.answers import check_kind, pause_of
from generation.fetching.policy import Get, Got, Policy, Refused
from generation.licences import spdx, spdx_of_deed
from generation.search import Found, plain, read, searches

ANSWERS: dict[str, dict[str, Any]] = {
    "openverse": {
        "results": [
            {
                "url": "https://example.org/a.jpg",
                "title": "stall",
                "creator": "Ann",
                "license": "by",
                "license_version": "2.0",
                "license_url": "https://creativecommons.org/licenses/by/2.0/",
                "foreign_landing_url": "https://example.org/a",
                "tags": [{"name": "market"}],
                "width": 800,
                "height": 600,
            }
        ]
    },
    "serper": {
        "images": [
            {
                "title": "stall",
                "imageUrl": "https://example.org/a.jpg",
                "imageWidth": 800,
                "imageHeight": 600,
                "source": "Ann",
                "link": "https://example.org/a",
            }
        ]
    },
    "wikimedia": {
        "query": {
            "pages": [
                {
                    "index": 1,
                    "title": "File:Stall_1.jpg",
                    "imageinfo": [
                        {
                            "url": "https://example.org/a.jpg",
                            "thumburl": "https://example.org/b.jpg",
                            "descriptionurl": "https://example.org/a",
                            "width": 800,
                            "height": 600,
                            "extmetadata": {
                                "LicenseShortName": {"value": "CC BY 2.0"},
                                "Artist": {"value": "<a href='//x'>Ann</a>"},
                                "Categories": {"value": "Stalls|Markets"},
                            },
                        }
                    ],
                }
            ]
        }
    },
}
MARKUP = (
    "<div onclick=x>A <b>market</b> stall<script>alert(1)</script><!-- & --> &amp; &#x202e; <br/>x"
)
ADDRESSES = (
    "https://example.org/a.jpg?x=1#y",
    "http://127.0.0.1:80/",
    "https://user:pw@[::1]:443/..//a",
    "https://xn--bcher-kva.example/%2e%2e/é",
)
BODY = {"created": 1, "data": [{"b64_json": "iVBORw0KGgo=", "url": "https://example.org/x"}]}
fuzzed = settings.get_profile("fuzz")


@settings(fuzzed, max_examples=fuzzed.max_examples * 3)
@given(data=st.data())
def test_search_replies(fuzz: Any, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(ANSWERS)))
    body = fuzz.json(data, ANSWERS[name]).encode("utf-8", "replace")
    request = Get("https://example.org/", "json")
    try:
        check_kind(body, request)
    except Refused:
        return
    found = fuzz.documented(lambda: read(searches.load(name), Got(body, "https://example.org/")))
    assert isinstance(found, list)
    for each in found:
        _check(each)


def _check(found: Found) -> None:
    """All of it is text in one line that a file can hold, and its address is https."""
    assert found.url.startswith("https://")
    texts = [found.title, found.author, found.page, found.licence, found.smaller, *found.tags]
    for text in [found.url, *texts]:
        assert text == "".join(c for c in text if c.isprintable())
        text.encode()
    assert min(found.width, found.height) >= 0


@fuzzed
@given(data=st.data())
def test_markup(fuzz: Any, data: st.DataObject) -> None:
    said = fuzz.documented(lambda: plain(fuzz.text(data, MARKUP)))
    assert said is not None
    assert len(said) <= 500
    assert said.isprintable()


@pytest.mark.parametrize(
    "piece", ["<", "<a ", "<!--", "&", "&#", "<![CDATA[", "<script>", "</", "<a b='"]
)
def test_long_markup_takes_no_longer(fuzz: Any, piece: str) -> None:
    """A reply has a hundred texts."""
    fuzz.documented(lambda: [plain(piece * 100_000) for _ in range(20)])


@settings(fuzzed, max_examples=fuzzed.max_examples * 2)
@given(data=st.data())
def test_addresses(fuzz: Any, data: st.DataObject) -> None:
    text = fuzz.text(data, data.draw(st.sampled_from(ADDRESSES)))
    try:
        url = checked(text, Policy())
    except Refused:
        return
    assert isinstance(url, httpx.URL)
    assert (url.scheme, url.userinfo) == ("https", b"")
    assert urlsplit(str(url)).hostname


@fuzzed
@given(data=st.data())
def test_licences_and_pauses(fuzz: Any, data: st.DataObject) -> None:
    deed = "https://creativecommons.org/licenses/by-sa/3.0/de/"
    assert isinstance(spdx(fuzz.text(data, "CC BY-SA 3.0 de")), str)
    assert isinstance(spdx_of_deed(fuzz.text(data, deed)), str)
    asked = data.draw(st.sampled_from(["3", "Sun, 06 Nov 1994 08:49:37 GMT", "9" * 9]))
    assert pause_of(fuzz.text(data, asked)) >= 0


@fuzzed
@given(data=st.data())
def test_image_servers(fuzz: Any, data: st.DataObject) -> None:
    text = fuzz.json(data, BODY)
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):  # read by the same call there
        return
    try:
        first = repainting._first(body)
    except repainting.BodyError:
        return
    made = fuzz.documented(lambda: repainting._picture(first))
    assert made is not None
