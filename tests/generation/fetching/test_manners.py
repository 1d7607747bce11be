"""How often a host is asked, when again, and what is kept of its answers."""

import time

import pytest

from blindspot.core.errors import StageError
from generation.fetching.policy import Get, Got

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"
A = Get("https://example.org/a.png")


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
def test_a_pause_that_is_too_long_ends_it(tmp_path, internet, says, pause, why):
    internet.put("example.org/a.png", says(status=429, Retry_After=pause))
    [came] = internet.fetcher(tmp_path).get([A])
    assert why(came) == "example.org: it answered 429"
    assert came.retryable
    assert len(internet.asked) == 1


def test_a_host_that_wants_to_be_left_alone_is(tmp_path, internet, says, why):
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
def test_other_statuses(tmp_path, internet, says, status, times, why):
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
