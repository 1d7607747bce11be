"""What a host sends: endless, slow, broken off, compressed, or no picture at all."""

import gzip
import time

import pytest

from generation.fetching.policy import Get, Got

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"
A = Get("https://example.org/a.png")


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def test_an_endless_body_is_cut_off(tmp_path, internet, why):
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
def test_a_body_that_says_it_is_too_long_is_not_read(tmp_path, internet, says, declared, why):
    internet.put("example.org/a.png", says(PNG, Content_Length=declared))
    [came] = internet.fetcher(tmp_path, picture_bytes=100_000, attempts=1).get([A])
    assert "bytes" in why(came) or "HTTP" in why(came)


def test_a_body_that_ends_early_is_no_picture(tmp_path, internet, says, why):
    def broken(to):
        says(PNG, Content_Length="1000")(to)
        to.close_connection = True

    internet.put("example.org/a.png", broken)
    [came] = internet.fetcher(tmp_path, attempts=2).get([A])
    assert "broke off" in why(came)
    assert len(internet.asked) == 2


def test_a_slow_body_has_its_time(tmp_path, internet, why):
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


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "GZIP", "gzip, gzip", "zstd"])
def test_a_compressed_body_is_not_unpacked(tmp_path, internet, says, coding, why):
    bomb = gzip.compress(bytes(10_000_000))
    internet.put("example.org/a.png", says(bomb, Content_Encoding=coding))
    [came] = internet.fetcher(tmp_path).get([A])
    assert "compressed" in why(came)


@pytest.mark.parametrize("body", [b"<html>", b"", b"GIF89a", b"RIFF1234WAVE", b"%PDF-1.4", b"MZ"])
def test_what_calls_itself_a_picture_must_be_one(tmp_path, internet, says, body, why):
    internet.put("example.org/a.png", says(body, Content_Type="image/png"))
    assert "no PNG, JPEG or WebP" in why(internet.fetcher(tmp_path).get([A])[0])


@pytest.mark.parametrize(
    "body", [b"[1]", b"{", b"\xff", b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}"]
)
def test_what_is_asked_for_as_json_must_be_an_object(tmp_path, internet, says, body, why):
    internet.put("example.org/j", says(body, Content_Type="application/json"))
    [came] = internet.fetcher(tmp_path).get([Get("https://example.org/j", "json")])
    assert "no JSON object" in why(came)


def test_files_are_not_named_by_anybody_else(tmp_path, internet, says):
    place = "example.org/..%2f..%2fetc/../../passwd"
    internet.put("example.org/passwd", says(PNG))
    internet.put(place, says(PNG))
    internet.fetcher(tmp_path).get([Get(f"https://{place}")])
    assert {p.name.partition("-")[0] for p in tmp_path.rglob("*")} == {"fetched.sqlite"}
