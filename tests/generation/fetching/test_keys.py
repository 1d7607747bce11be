"""What a request carries and nobody else may see, and what it must not carry."""

import logging
from dataclasses import replace

import pytest

from blindspot.core.records import Failure
from generation.fetching.policy import Get, Got

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"
A = Get("https://example.org/a.png")


CANARY = "canary-5f3a9c"


@pytest.fixture
def with_key():
    return Get("https://api.example/j", "json", '{"q": "a"}', {"X-API-KEY": CANARY})


def everything(folder, caplog, capfd, came) -> str:
    files = [p.read_bytes().decode("latin-1") for p in folder.rglob("*") if p.is_file()]
    out = capfd.readouterr()
    return "".join([*files, caplog.text, out.out, out.err, repr(came)])


def test_a_key_is_sent_and_stands_nowhere(tmp_path, internet, says, with_key, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    internet.put("api.example/j", says(b'{"images": []}'))
    [came] = internet.fetcher(tmp_path).get([with_key])
    assert isinstance(came, Got)
    [asked] = internet.asked
    assert asked.headers["x-api-key"] == CANARY
    assert asked.body == b'{"q": "a"}'
    assert CANARY not in everything(tmp_path, caplog, capfd, (came, with_key))


@pytest.mark.parametrize("status", [200, 302, 401, 404, 500])
def test_a_host_that_repeats_the_key_finds_no_hearing(
    tmp_path, internet, says, with_key, caplog, capfd, status
):
    caplog.set_level(logging.DEBUG)
    body = f'{{"said": "{CANARY}"}}'.encode()
    location = f"https://{CANARY}.example/{CANARY}"
    internet.put("api.example/j", says(body, status=status, Location=location, Retry_After=CANARY))
    [came] = internet.fetcher(tmp_path, attempts=2).get([with_key])
    assert isinstance(came, Failure)
    assert came.retryable == (status in (401, 500))
    assert CANARY not in everything(tmp_path, caplog, capfd, came)
    assert {asked.host for asked in internet.asked} == {"api.example"}


def test_a_key_that_no_header_can_carry(tmp_path, internet, with_key, caplog, capfd, why):
    broken = replace(with_key, secret={"X-API-KEY": f"{CANARY}\nX-Other: 1"})
    [came] = internet.fetcher(tmp_path).get([broken])
    assert why(came) == "api.example: the request cannot be sent as it is"
    assert CANARY not in everything(tmp_path, caplog, capfd, came)


def test_a_key_does_not_follow_a_redirect(tmp_path, internet, says, with_key, why):
    internet.put("api.example/j", says(status=307, Location="https://other.example/j"))
    internet.put("other.example/j", says(b"{}"))
    assert "not sent on" in why(internet.fetcher(tmp_path).get([with_key])[0])
    assert [asked.host for asked in internet.asked] == ["api.example"]


def test_cookies_are_not_sent(tmp_path, internet, says):
    internet.put("example.org/a.png", says(PNG, Set_Cookie="a=1"))
    internet.put("example.org/b.png", says(status=302, Location="/c.png", Set_Cookie="a=2"))
    internet.put("example.org/c.png", says(PNG))
    fetcher = internet.fetcher(tmp_path)
    fetcher.get([A])
    fetcher.get([Get("https://example.org/b.png")])
    assert len(internet.asked) == 3
    assert not any("cookie" in asked.headers for asked in internet.asked)


def test_a_proxy_of_the_environment_is_not_used(tmp_path, internet, says, monkeypatch):
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://10.0.0.1:3128")
    internet.put("example.org/a.png", says(PNG))
    assert isinstance(internet.fetcher(tmp_path).get([A])[0], Got)
    assert internet.dialled == [("93.184.215.14", 443)]


def test_what_is_posted_tells_requests_apart_and_a_key_does_not(with_key):
    other = replace(with_key, body='{"q": "b"}')
    kinds = {with_key.key, other.key, replace(with_key, body=None).key, replace(A, url="x").key}
    assert len(kinds) == 4
    assert replace(with_key, secret={}).key == with_key.key
