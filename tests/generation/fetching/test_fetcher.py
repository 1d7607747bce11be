"""Where the fetcher goes: addresses, redirects and names of an internet that means harm."""

import time

import pytest

from generation.fetching.policy import USER_AGENT, Get, Got

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"
A = Get("https://example.org/a.png")


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
def test_a_name_that_leads_inside_is_not_dialled(tmp_path, internet, says, addresses, why):
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
def test_a_redirect_is_checked_as_the_first_address(tmp_path, internet, says, target, why):
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


def test_three_redirects_are_followed_and_no_fourth(tmp_path, internet, says, why):
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


def test_redirects_share_the_time(tmp_path, internet, says, why):
    def late(to):
        time.sleep(0.2)
        says(status=302, Location="/a.png")(to)

    internet.put("example.org/a.png", late)
    [came] = internet.fetcher(tmp_path, seconds=0.5, attempts=1).get([A])
    assert "within 0.5 s" in why(came)


def test_a_name_without_address_may_have_one_later(tmp_path, internet, why):
    async def unknown(host, port):
        raise OSError("no such name")

    internet.resolve = unknown
    [came] = internet.fetcher(tmp_path, attempts=2).get([A])
    assert why(came) == "example.org: its name has no address"
    assert came.retryable
