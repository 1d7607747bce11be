"""Which URLs and addresses may be fetched."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.fetching.addresses import checked, is_public
from generation.fetching.policy import Policy, Refused


@pytest.mark.parametrize(
    "address",
    [
        "93.184.215.14",
        "1.1.1.1",
        "2606:4700::1111",
        "::ffff:93.184.215.14",
        "64:ff9b::5db8:d70e",
        "2002:5db8:d70e::1",
        "2001:0:4136:e378:8000:63bf:a247:28f1",
    ],
)
def test_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "127.9.9.9", "169.254.169.254"),
        *("100.64.0.1", "100.127.255.254", "0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.250"),
        *("240.0.0.1", "255.255.255.255", "192.0.0.8", "192.0.0.192", "192.0.2.1", "198.18.0.1"),
        *("192.88.99.1", "203.0.113.9"),
        *("::", "::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:a00:1", "::127.0.0.1", "::ffff:0:7f00:1", "100::1"),
        *("2002:7f00:1::", "2002:a00:1::1", "64:ff9b::7f00:1", "64:ff9b:1::5db8:d70e"),
        *(
            "2001:db8::1",
            "2001:0:a00:1:8000:63bf:a247:28f1",
            "2001:0:4136:e378:8000:63bf:f5ff:fffe",
        ),
        *("5f00::1", "2606:4700::1111%eth0", "", "example.org", "127.1"),
    ],
)
def test_not_public(address):
    assert not is_public(address)


def wrapped(inner: IPv4Address) -> list[str]:
    number = int(inner)
    teredo = (0x20010000 << 96) | (0x4136E378 << 64) | (number ^ 0xFFFFFFFF)
    return [
        f"::ffff:{inner}",
        str(IPv6Address((0x2002 << 112) | (number << 80) | 1)),
        str(IPv6Address((0x0064FF9B << 96) | number)),
        str(IPv6Address(teredo)),
    ]


@given(st.ip_addresses(v=4))
def test_what_wraps_an_address_is_as_public_as_it(inner):
    assert {is_public(each) for each in wrapped(inner)} == {is_public(str(inner))}


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=4, network="127.0.0.0/8"))
def test_nothing_inside_is_public_however_it_is_wrapped(inner):
    assert not any(map(is_public, [str(inner), *wrapped(inner)]))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://example.org/a.png", "not https"),
        ("ftp://example.org/a.png", "not https"),
        ("file:///etc/passwd", "not https"),
        ("gopher://example.org/", "not https"),
        ("/a.png", "not https"),
        ("https:///a.png", "no host"),
        ("https://2130706433/", "no host"),
        ("https://0x7f000001/", "no host"),
        ("https://0x7f.1/", "no host"),
        ("https://127.1/", "no host"),
        ("https://017700000001/", "no host"),
        ("https://0177.0.0.1/", "no host|malformed"),
        ("https://127.0.0.1.5/", "no host|malformed"),
        ("https://999.1.1.1/", "no host|malformed"),
        ("https://me@example.org/", "user name"),
        ("https://example.org:pass@10.0.0.1/", "user name"),
        ("https://１２７。０。０。１/", "malformed"),
        ("https://%31%32%37.0.0.1/", "no host|malformed"),
        ("https://[::ffff:127.0.0.1%25lo]/", "no host|malformed"),
        ("https://example.org\\@10.0.0.1/", "malformed"),
        ("https://example.org:8080/", "port 8080"),
        ("https://example.org:22/", "port 22"),
        ("https://example.org:99999/", "port 99999"),
        ("https://exam\nple.org/", "malformed"),
        ("https://[::1/", "malformed"),
        ("https://" + "a" * 5000, "malformed"),
    ],
)
def test_refused(url, why):
    with pytest.raises(Refused, match=why):
        checked(url, Policy())


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Example.ORG/a.png?b=1#c", "example.org"),
        ("https://example.org./a.png", "example.org"),
        ("https://127.0.0.1/", "127.0.0.1"),
        ("https://127.0.0.1./", "127.0.0.1"),
        ("https://[::ffff:127.0.0.1]/", "::ffff:127.0.0.1"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("http://example.org:443/", "example.org"),
    ],
)
def test_the_host_that_will_be_resolved(url, host):
    """What a literal stands for is checked when it is dialled."""
    policy = Policy(plain=frozenset({"example.org"}))
    assert checked(url, policy).raw_host == host.encode()
