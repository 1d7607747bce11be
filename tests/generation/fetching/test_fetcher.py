"""The fetcher against an internet that means harm."""

import gzip
import logging
import time
from dataclasses import replace

import pytest

from blindspot.core.errors import StageError
from blindspot.core.records import Failure
from generation.fetching.policy import USER_AGENT, Get, Got

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"
A = Get("https://example.org/a.png")


def why(came) -> str:
    assert isinstance(came, Failure), came
    assert came.kind == "fetch"
    return came.message


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def test_a_picture_comes_as_it_is(tmp_path, internet, says):
    internet.put("example.org/a.png", says(PNG, Content_Type="text/html"))
    [came] = internet.fetcher(tmp_path).get([A])
    assert came == Got(PNG, A.url)
    [asked] = internet.asked
    assert (asked.method, asked.host, asked.path) == ("GET", "example.org", "/a.png")
    assert asked.headers["user-agent"] == USER_AGENT
    assert asked.headers["accept-encoding"] == "identity"
    assert "blindspot" in USER_AGENT


def test_the_checked_address_is_dialled_and_the_certificate_is_the_names(tmp_path, internet, says):
    """Rebinding: the second look-up would lead inside; there is none."""
    internet.names["example.org"] = [["93.184.215.14"], ["169.254.169.254"]]
    internet.put("example.org/a.png", says(PNG))
    [came] = internet.fetcher(tmp_path).get([A])
    assert isinstance(came, Got)
    assert internet.dialled == [("93.184.215.14", 443)]
    assert internet.looked_up == ["example.org"]
    assert internet.certificates == ["example.org"]


@pytest.mark.parametrize(
    "addresses",
    [
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::a00:1"],
        ["93.184.215.14", "127.0.0.1"],
        ["2606:4700::1111", "fd00::1"],
    ],
)
def test_a_name_that_leads_inside_is_not_dialled(tmp_path, internet, says, addresses):
    internet.names["example.org"] = [addresses, ["93.184.215.14"]]
    internet.put("example.org/a.png", says(PNG))
    [came] = internet.fetcher(tmp_path).get([A])
    assert "not of the public internet" in why(came)
    assert internet.looked_up == ["example.org"]
    assert internet.dialled == []


@pytest.mark.parametrize(
    "target",
    [
        "https://inside.example/",
        "https://10.0.0.1/",
        "https://[::ffff:7f00:1]/",
        "https://2130706433/",
        "http://example.org/b.png",
        "https://me@example.org/b.png",
        "https://example.org:22/",
        "file:///etc/passwd",
        "//169.254.169.254/latest/meta-data",
        "https://[",
    ],
)
def test_a_redirect_is_checked_as_the_first_address(tmp_path, internet, says, target):
    internet.names |= {
        "inside.example": [["10.0.0.1"]],
        "10.0.0.1": [["10.0.0.1"]],
        "::ffff:7f00:1": [["::ffff:127.0.0.1"]],
        "169.254.169.254": [["169.254.169.254"]],
    }
    internet.put("example.org/a.png", says(status=302, Location=target))
    internet.put("example.org/b.png", says(PNG))
    assert why(internet.fetcher(tmp_path).get([A])[0]).startswith("example.org: it")
    assert [asked.path for asked in internet.asked] == ["/a.png"]
    assert len(internet.dialled) == 1


def test_three_redirects_are_followed_and_no_fourth(tmp_path, internet, says):
    for i in range(4):
        target = f"https://h{i + 1}.example/" if i % 2 else f"//h{i + 1}.example/"
        internet.put(f"h{i}.example/", says(status=302 + i % 2 * 5, Location=target))
    internet.put("h3.example/", says(PNG))
    internet.put("loop.example/", says(status=301, Location="/"))
    fetcher = internet.fetcher(tmp_path)
    came, looped = fetcher.get([Get("https://h0.example/"), Get("https://loop.example/")])
    assert came == Got(PNG, "https://h3.example/")
    assert why(looped) == "loop.example: it was redirected more than 3 times"
    assert sum(asked.host == "loop.example" for asked in internet.asked) == 4


def test_an_endless_body_is_cut_off(tmp_path, internet):
    sent = []

    def endless(to):
        to.send_response(200)
        to.send_header("Transfer-Encoding", "chunked")
        to.end_headers()
        while not internet.stopping.is_set():
            to.wfile.write(chunk(PNG * 1000))
            sent.append(1)

    internet.put("example.org/a.png", endless)
    [came] = internet.fetcher(tmp_path, picture_bytes=100_000, seconds=5, attempts=1).get([A])
    assert why(came) == "example.org: it has more than 100,000 bytes"
    assert not came.retryable
    assert len(sent) < 2_000


@pytest.mark.parametrize(("length", "comes"), [(1000, True), (1001, False)])
def test_the_cap_is_exact(tmp_path, internet, length, comes):
    def chunked(to):
        to.send_response(200)
        to.send_header("Transfer-Encoding", "chunked")
        to.end_headers()
        to.wfile.write(chunk(PNG) + chunk(bytes(length - len(PNG))) + b"0\r\n\r\n")

    internet.put("example.org/a.png", chunked)
    [came] = internet.fetcher(tmp_path, picture_bytes=1000, attempts=1).get([A])
    assert isinstance(came, Got) == comes


@pytest.mark.parametrize("declared", ["100001", "9" * 5000])
def test_a_body_that_says_it_is_too_long_is_not_read(tmp_path, internet, says, declared):
    internet.put("example.org/a.png", says(PNG, Content_Length=declared))
    [came] = internet.fetcher(tmp_path, picture_bytes=100_000, attempts=1).get([A])
    assert "bytes" in why(came) or "HTTP" in why(came)


def test_a_body_that_ends_early_is_no_picture(tmp_path, internet, says):
    def broken(to):
        says(PNG, Content_Length="1000")(to)
        to.close_connection = True

    internet.put("example.org/a.png", broken)
    [came] = internet.fetcher(tmp_path, attempts=2).get([A])
    assert "broke off" in why(came)
    assert len(internet.asked) == 2


def test_a_slow_body_has_its_time(tmp_path, internet):
    def drips(to):
        to.send_response(200)
        to.send_header("Content-Length", "1000")
        to.end_headers()
        while not internet.stopping.wait(0.02):
            to.wfile.write(b"\x89")

    internet.put("example.org/a.png", drips)
    began = time.monotonic()
    [came] = internet.fetcher(tmp_path, seconds=0.3, attempts=1).get([A])
    assert why(came) == "example.org: it was not there within 0.3 s"
    assert came.retryable
    assert time.monotonic() - began < 2


def test_redirects_share_the_time(tmp_path, internet, says):
    def late(to):
        time.sleep(0.2)
        says(status=302, Location="/a.png")(to)

    internet.put("example.org/a.png", late)
    [came] = internet.fetcher(tmp_path, seconds=0.5, attempts=1).get([A])
    assert "within 0.5 s" in why(came)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "GZIP", "gzip, gzip", "zstd"])
def test_a_compressed_body_is_not_unpacked(tmp_path, internet, says, coding):
    bomb = gzip.compress(bytes(10_000_000))
    internet.put("example.org/a.png", says(bomb, Content_Encoding=coding))
    [came] = internet.fetcher(tmp_path).get([A])
    assert "compressed" in why(came)


@pytest.mark.parametrize("body", [b"<html>", b"", b"GIF89a", b"RIFF1234WAVE", b"%PDF-1.4", b"MZ"])
def test_what_calls_itself_a_picture_must_be_one(tmp_path, internet, says, body):
    internet.put("example.org/a.png", says(body, Content_Type="image/png"))
    assert "no PNG, JPEG or WebP" in why(internet.fetcher(tmp_path).get([A])[0])


@pytest.mark.parametrize(
    "body", [b"[1]", b"{", b"\xff", b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}"]
)
def test_what_is_asked_for_as_json_must_be_an_object(tmp_path, internet, says, body):
    internet.put("example.org/j", says(body, Content_Type="application/json"))
    [came] = internet.fetcher(tmp_path).get([Get("https://example.org/j", "json")])
    assert "no JSON object" in why(came)


def test_busy_hosts_are_asked_again(tmp_path, internet, says):
    internet.put("example.org/a.png", says(status=503), says(status=429), says(PNG))
    [came] = internet.fetcher(tmp_path).get([A])
    assert isinstance(came, Got)
    assert len(internet.asked) == 3


def test_a_pause_that_is_asked_for_is_kept(tmp_path, internet, says):
    internet.put("example.org/a.png", says(status=429, Retry_After="1"), says(PNG))
    began = time.monotonic()
    [came] = internet.fetcher(tmp_path).get([A])
    assert isinstance(came, Got)
    assert time.monotonic() - began >= 1


@pytest.mark.parametrize("pause", ["3600", "99999999999999999999", "Fri, 31 Dec 2999 23:59:59 GMT"])
def test_a_pause_that_is_too_long_ends_it(tmp_path, internet, says, pause):
    internet.put("example.org/a.png", says(status=429, Retry_After=pause))
    [came] = internet.fetcher(tmp_path).get([A])
    assert why(came) == "example.org: it answered 429"
    assert came.retryable
    assert len(internet.asked) == 1


def test_a_host_that_wants_to_be_left_alone_is(tmp_path, internet, says):
    for i in range(9):
        internet.put(f"example.org/{i}", says(status=429, Retry_After="3600"))
    internet.put("other.example/a.png", says(PNG))
    fetcher = internet.fetcher(tmp_path, per_host=1)
    began = time.monotonic()
    asked = [Get(f"https://example.org/{i}") for i in range(9)]
    first = fetcher.get(asked)
    again = fetcher.get([*asked, Get("https://other.example/a.png")])
    assert time.monotonic() - began < 5
    assert sum(seen.host == "example.org" for seen in internet.asked) == 1
    assert why(first[1]) == "example.org: it asked to be left alone for 3600 s more"
    assert all("left alone" in why(came) for came in again[:9])
    assert isinstance(again[9], Got)


@pytest.mark.parametrize(("status", "times"), [(404, 1), (403, 1), (206, 1), (204, 1), (500, 4)])
def test_other_statuses(tmp_path, internet, says, status, times):
    internet.put("example.org/a.png", says(PNG if status == 206 else b"", status=status))
    [came] = internet.fetcher(tmp_path).get([A])
    assert why(came) == f"example.org: it answered {status}"
    assert came.retryable == (status == 500)
    assert len(internet.asked) == times


def test_what_the_run_has_is_not_fetched_again(tmp_path, internet, says):
    """Nor what will never be there; what may come later is."""
    internet.put("example.org/a.png", says(PNG))
    internet.put("example.org/busy", says(status=500))
    requests = [A, Get("https://example.org/none"), Get("https://example.org/busy"), A]
    first = internet.fetcher(tmp_path, attempts=1).get(requests)
    assert [a.path for a in sorted(internet.asked, key=lambda a: a.path)] == [
        *("/a.png", "/busy", "/none")
    ]
    internet.put("example.org/a.png", says(PNG + b"another"))
    internet.put("example.org/none", says(PNG))
    internet.put("example.org/busy", says(PNG))
    again = internet.fetcher(tmp_path, attempts=1).get(requests)
    assert again == [first[0], first[1], Got(PNG, "https://example.org/busy"), first[0]]
    assert len(internet.asked) == 4


def test_what_had_come_before_a_kill_stays(tmp_path, internet, says):
    """The first answer is on disk while the second request is still under way."""
    internet.put("example.org/a.png", says(PNG))

    def dies(to):
        time.sleep(0.3)
        raise OSError

    internet.put("example.org/b.png", dies)
    fetcher = internet.fetcher(tmp_path, attempts=1)
    kept = fetcher._kept
    known = []

    def spy(rows):
        known.append([request.url for request, _ in rows])
        return write(rows)

    write, kept.keep = kept.keep, spy
    fetcher.get([A, Get("https://example.org/b.png")])
    assert known == [["https://example.org/a.png"], ["https://example.org/b.png"]]


def test_few_requests_are_under_way_at_one_host(tmp_path, internet, says):
    under_way, most = [], []

    def slow(to):
        under_way.append(1)
        most.append(len(under_way))
        time.sleep(0.02)
        under_way.pop()
        says(PNG)(to)

    for i in range(8):
        internet.put(f"example.org/{i}", slow)
    came = internet.fetcher(tmp_path, per_host=2).get(
        [Get(f"https://example.org/{i}") for i in range(8)]
    )
    assert all(isinstance(each, Got) for each in came)
    assert max(most) == 2


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


def test_a_key_that_no_header_can_carry(tmp_path, internet, with_key, caplog, capfd):
    broken = replace(with_key, secret={"X-API-KEY": f"{CANARY}\nX-Other: 1"})
    [came] = internet.fetcher(tmp_path).get([broken])
    assert why(came) == "api.example: the request cannot be sent as it is"
    assert CANARY not in everything(tmp_path, caplog, capfd, came)


def test_a_key_does_not_follow_a_redirect(tmp_path, internet, says, with_key):
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


def test_a_name_without_address_may_have_one_later(tmp_path, internet):
    async def unknown(host, port):
        raise OSError("no such name")

    internet.resolve = unknown
    [came] = internet.fetcher(tmp_path, attempts=2).get([A])
    assert why(came) == "example.org: its name has no address"
    assert came.retryable


def test_files_are_not_named_by_anybody_else(tmp_path, internet, says):
    place = "example.org/..%2f..%2fetc/../../passwd"
    internet.put("example.org/passwd", says(PNG))
    internet.put(place, says(PNG))
    internet.fetcher(tmp_path).get([Get(f"https://{place}")])
    assert {p.name.partition("-")[0] for p in tmp_path.rglob("*")} == {"fetched.sqlite"}


def test_a_broken_store_says_what_to_do(tmp_path, internet):
    (tmp_path / "fetched.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(StageError, match="Move the file away"):
        internet.fetcher(tmp_path).get([A])


def test_what_is_posted_tells_requests_apart_and_a_key_does_not(with_key):
    other = replace(with_key, body='{"q": "b"}')
    kinds = {with_key.key, other.key, replace(with_key, body=None).key, replace(A, url="x").key}
    assert len(kinds) == 4
    assert replace(with_key, secret={}).key == with_key.key
