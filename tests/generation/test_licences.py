"""What sites say of licences, by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.licences import UNKNOWN, codes, spdx, spdx_of_deed


@pytest.mark.parametrize(
    ("name", "version", "licence"),
    [
        ("cc0", "1.0", "CC0-1.0"),
        ("CC0", "", "CC0-1.0"),
        ("CC0 1.0", "", "CC0-1.0"),
        ("Creative Commons Zero", "", "CC0-1.0"),
        ("pdm", "1.0", "PDM-1.0"),
        ("Public domain", "", "PDM-1.0"),
        ("by", "2.0", "CC-BY-2.0"),
        ("by", "4.0", "CC-BY-4.0"),
        ("BY-SA", "3.0", "CC-BY-SA-3.0"),
        ("by-nc-nd", "2.5", "CC-BY-NC-ND-2.5"),
        ("by-nd-nc", "1.0", "CC-BY-NC-ND-1.0"),
        ("CC BY-SA 4.0", "", "CC-BY-SA-4.0"),
        ("  CC  BY   2.0 ", "", "CC-BY-2.0"),
        ("cc-by-sa-3.0", "", "CC-BY-SA-3.0"),
        ("CC BY-SA 3.0 de", "", "CC-BY-SA-3.0-DE"),
        ("CC BY 3.0 us", "", "CC-BY-3.0-US"),
        ("CC BY-SA 2.5 it", "", UNKNOWN),
        ("CC BY", "", UNKNOWN),
        ("by", "", UNKNOWN),
        ("by", "5.0", UNKNOWN),
        ("CC BY-SA 4.0,3.0,2.5,2.0,1.0", "", UNKNOWN),
        ("not CC BY 4.0", "", UNKNOWN),
        ("CC BY 4.0 or so", "", UNKNOWN),
        ("sampling+", "1.0", UNKNOWN),
        ("GFDL", "", UNKNOWN),
        ("Public domain in the USA only", "", UNKNOWN),
        ("All rights reserved", "", UNKNOWN),
        ("", "", UNKNOWN),
    ],
)
def test_names(name, version, licence):
    assert spdx(name, version) == licence


@pytest.mark.parametrize(
    ("address", "licence"),
    [
        ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"),
        ("http://creativecommons.org/licenses/by-sa/3.0", "CC-BY-SA-3.0"),
        ("https://creativecommons.org/licenses/by-sa/3.0/de/", "CC-BY-SA-3.0-DE"),
        ("https://creativecommons.org/licenses/by/2.0/deed.en", "CC-BY-2.0"),
        ("https://creativecommons.org/licenses/by-nc/2.0/legalcode", "CC-BY-NC-2.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/deed.en", "CC0-1.0"),
        ("https://creativecommons.org/publicdomain/mark/1.0/", "PDM-1.0"),
        ("https://creativecommons.org/licenses/sampling+/1.0/", UNKNOWN),
        ("https://creativecommons.org/licenses/by/9.0/", UNKNOWN),
        ("https://creativecommons.org.evil.example/licenses/by/4.0/", UNKNOWN),
        ("https://evil.example/?https://creativecommons.org/licenses/by/4.0/", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_deeds(address, licence):
    assert spdx_of_deed(address) == licence


def test_codes():
    known = ["CC0-1.0", "pdm-1.0", "CC-BY-4.0", "CC-BY-2.0", "CC-BY-SA-4.0", "MIT", UNKNOWN]
    assert codes(known) == ["by", "by-sa", "cc0", "pdm"]
    assert codes([]) == []


@given(st.text(max_size=80), st.text(max_size=10))
def test_any_words_are_a_licence_or_unknown(name, version):
    named = [spdx(name, version), spdx_of_deed(name)]
    assert all(each == UNKNOWN or each.startswith(("CC", "PDM")) for each in named)
