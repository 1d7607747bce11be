"""The three searches: what they ask, and what they read of any answer."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.core.errors import ConfigError
from blindspot.core.records import Failure
from generation.fetching.policy import Got
from generation.search import PAGE, Found, plain, read, searches

NAMES = ("openverse", "serper", "wikimedia")
LISTS = {"openverse": "results", "serper": "images"}
CANARY = "canary-5f3a9c"


def asked(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_they_are_listed():
    assert tuple(searches.names()) == NAMES


def test_openverse(monkeypatch):
    monkeypatch.delenv("OPENVERSE_TOKEN", raising=False)
    search = searches.load("openverse")
    search.check()
    request = search.request("market stall & co", ["CC0-1.0", "CC-BY-4.0", "CC-BY-2.0"])
    assert request.url.startswith("https://api.openverse.org/v1/images/?")
    assert asked(request.url) == {
        "q": "market stall & co",
        "license": "by,cc0",
        "page_size": "20",
        "mature": "false",
    }
    assert request.secret == {}
    row = {
        "id": "../../etc/passwd",
        "title": "Stall",
        "creator": "Jo",
        "url": "https://live.example/1.jpg",
        "foreign_landing_url": "https://example.org/1",
        "license": "by",
        "license_version": "2.0",
        "tags": [{"name": "fruit"}, {"name": None}, "x", {"name": "crate", "accuracy": 0.9}],
        "width": 1024,
        "height": 768,
    }
    assert search.found({"result_count": 1, "results": [row]}) == [
        Found(
            url="https://live.example/1.jpg",
            title="Stall",
            author="Jo",
            page="https://example.org/1",
            licence="CC-BY-2.0",
            tags=("fruit", "crate"),
            width=1024,
            height=768,
        )
    ]


def test_openverse_with_a_token(monkeypatch):
    monkeypatch.setenv("OPENVERSE_TOKEN", CANARY)
    search = searches.load("openverse")
    request = search.request("a", [])
    assert request.secret == {"Authorization": f"Bearer {CANARY}"}
    monkeypatch.delenv("OPENVERSE_TOKEN")
    assert search.request("a", []).key == request.key
    assert CANARY not in repr(request) + request.key + request.url


def test_wikimedia():
    search = searches.load("wikimedia")
    search.check()
    request = search.request("market stall", ["CC0-1.0"])
    assert request.url.startswith("https://commons.wikimedia.org/w/api.php?")
    wanted = asked(request.url)
    assert wanted["gsrsearch"] == "market stall filetype:bitmap|drawing"
    assert wanted["generator"] == "search"
    assert (wanted["prop"], wanted["gsrnamespace"]) == ("imageinfo", "6")
    extended = {
        "LicenseShortName": {"value": "CC BY-SA 4.0", "source": "commons-desc-page"},
        "Artist": {"value": '<a href="//x" onclick="y()">Jo <b>Doe</b></a><script>z()</script>'},
        "ObjectName": {"value": "A stall"},
        "Categories": {"value": "Stalls|Fruit &amp; more"},
    }
    info = {
        "url": "https://upload.example/Stall.svg",
        "thumburl": "https://upload.example/1280px-Stall.svg.png",
        "descriptionurl": "https://commons.example/wiki/File:Stall.svg",
        "width": 3000,
        "height": 2000,
        "extmetadata": extended,
    }
    later = {"index": 2, "title": "File:Second_one.jpg", "imageinfo": [{"url": "https://u/2.jpg"}]}
    pages = [later, {"index": 1, "title": "File:Stall.svg", "imageinfo": [info]}]
    first, second = search.found({"query": {"pages": pages}})
    assert first == Found(
        url="https://upload.example/Stall.svg",
        title="A stall",
        author="Jo Doe",
        page="https://commons.example/wiki/File:Stall.svg",
        licence="CC-BY-SA-4.0",
        tags=("Stalls", "Fruit & more"),
        width=3000,
        height=2000,
        smaller="https://upload.example/1280px-Stall.svg.png",
    )
    assert (second.title, second.licence) == ("Second one", "unknown")


def test_wikimedia_without_a_result():
    search = searches.load("wikimedia")
    assert search.found({"batchcomplete": True}) == []


def test_a_deed_speaks_where_the_name_does_not():
    extended = {"LicenseShortName": {"value": "CC BY"}, "LicenseUrl": {"value": BY}}
    info = {"url": "https://u/2.jpg", "extmetadata": extended}
    [found] = searches.load("wikimedia").found({"query": {"pages": [{"imageinfo": [info]}]}})
    assert found.licence == "CC-BY-4.0"
    row = {"url": "https://u/2.jpg", "license": "by", "license_url": BY}
    [found] = searches.load("openverse").found({"results": [row]})
    assert found.licence == "CC-BY-4.0"


BY = "https://creativecommons.org/licenses/by/4.0/"


def test_serper(monkeypatch):
    monkeypatch.setenv("SERPER_API_KEY", CANARY)
    search = searches.load("serper")
    search.check()
    request = search.request("market stall", ["unknown"])
    assert (request.url, request.secret) == (
        "https://google.serper.dev/images",
        {"X-API-KEY": CANARY},
    )
    assert json.loads(request.body or "") == {"q": "market stall", "num": 20}
    assert CANARY not in repr(request) + request.key
    row = {
        "title": "Stall",
        "imageUrl": "https://x.example/1.jpg",
        "imageWidth": 800,
        "imageHeight": 600,
        "source": "X",
        "link": "https://x.example/page",
        "position": 1,
    }
    [found] = search.found({"images": [row]})
    assert found == Found(
        url="https://x.example/1.jpg",
        title="Stall",
        author="X",
        page="https://x.example/page",
        licence="unknown",
        width=800,
        height=600,
    )


@pytest.mark.parametrize("key", ["", f"{CANARY} x", f"{CANARY}\n", f"{CANARY}ü"])
def test_serper_without_a_key_that_can_be_sent(monkeypatch, key):
    monkeypatch.setenv("SERPER_API_KEY", key)
    with pytest.raises(ConfigError, match="SERPER_API_KEY") as caught:
        searches.load("serper").check()
    assert CANARY not in str(caught.value)


def test_failures_pass_through():
    lost = Failure(kind="fetch", message="it answered 500", retryable=True)
    search = searches.load("openverse")
    assert read(search, lost) == lost
    assert read(search, Got(b'{"results": []}', "https://x")) == []


WORDS = """
query pages imageinfo extmetadata value Artist url title results images imageUrl tags name license
width index LicenseShortName
"""
FIELDS = st.sampled_from(WORDS.split())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(FIELDS, inner, max_size=5),
    max_leaves=25,
)


@pytest.mark.parametrize("name", NAMES)
@given(answer=st.dictionaries(FIELDS, JSON, max_size=5))
def test_any_answer_is_read(name, answer):
    for found in searches.load(name).found(answer):
        assert found.url.startswith("https://")
        assert isinstance(found.title, str)


@pytest.mark.parametrize("name", ["openverse", "serper"])
def test_lengths_are_not_trusted(name):
    long = "x" * 1_000_000
    row: dict[str, Any] = {"url": "https://u/1.jpg", "imageUrl": "https://u/1.jpg"}
    row |= {"title": long, "creator": long, "tags": [{"name": long}] * 5000, "width": 10**30}
    found = searches.load(name).found({LISTS[name]: [row] * 5000})
    assert len(found) == PAGE
    assert max(len(found[0].title), len(found[0].author)) <= 500
    assert len(found[0].tags) <= PAGE
    assert found[0].width == 0


@pytest.mark.parametrize(
    "url", ["http://u/1.jpg", "javascript:x", "file:///etc/passwd", "https://u/\n/", 7, None, ""]
)
def test_addresses_that_are_none_are_left_out(url):
    row = {"url": url, "imageUrl": url}
    assert searches.load("openverse").found({"results": [row]}) == []
    assert searches.load("serper").found({"images": [row]}) == []


def test_characters_that_nobody_sees_are_left_out():
    said = json.loads(b'{"title": "a\\ud800\\u0000b\\u202e\\nc", "url": "https://u/1"}')
    [found] = searches.load("openverse").found({"results": [said]})
    assert found.title == "a b c"
    assert plain("a&#0;&#xD800;b&#10;c\ud800").isprintable()


def test_plain_text_of_markup():
    assert plain("a<br>b &lt;c&gt; <style>d{}</style><!-- e -->f") == "a b <c> f"
    assert plain("<" * 100_000)[:1] in ("", "<")
    assert plain(None) == ""
