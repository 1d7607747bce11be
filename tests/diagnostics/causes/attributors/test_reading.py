"""Near misses of the target, and what only looks like one."""

import pytest

from diagnostics.causes.attributors.reading import PLUGIN


def verdict(make, target: str, text: str, kind: str = "text", capability: str = "ocr", **more):
    fields = {"target": target, "answer_kind": kind, "capability": capability, **more}
    sample = make.sample(0, **fields)
    said = make.answered(sample, 0.0, answer=None, completion={"text": text})
    return PLUGIN.attribute(sample, said)


@pytest.mark.parametrize(
    ("target", "text", "kind"),
    [
        ("HARBOUR", "HARBOVR", "text"),
        ("HARBOUR", 'The sign says "HARBUOR".', "text"),
        ("INV-20394", "INV-23094", "text"),
        ("Fresh Bakery", "Frech Bakery", "text"),
        ("咖啡馆营业中", "咖啡厅营业中", "text"),
        ("Кафе Волна", "Кафе Волга", "text"),
        ("1,284", "The value is 1824.", "number"),
        ("12.75", "12.15", "number"),
    ],
)
def test_a_slip(make, target: str, text: str, kind: str):
    found = verdict(make, target, text, kind)
    assert found is not None
    assert found.stage == "reading"
    assert found.evidence
    assert found.evidence in text


@pytest.mark.parametrize(
    ("target", "text", "kind"),
    [
        ("HARBOUR", "STATION", "text"),
        ("HARBOUR", "HARBOUR", "text"),
        ("cat", "car", "text"),
        ("2014", "2015", "number"),
        ("45", "48", "number"),
        ("284", "951", "number"),
        ("12/03/2019", "14/03/2019", "text"),
        ("Line 1", "Line 2", "text"),
        ("increase", "decrease", "text"),
        ("apples", "apple", "text"),
        ("284", "200 + 74 = 274", "number"),
        ("284", "", "number"),
    ],
)
def test_none(make, target: str, text: str, kind: str):
    assert verdict(make, target, text, kind) is None


def test_only_where_reading_is_asked(make):
    assert verdict(make, "HARBOUR", "HARBOVR", capability="knowledge") is None
    asked = {"capability": "chart_reading", "kind": "number"}
    assert verdict(make, "284", "274", question="What is the value in May?", **asked) is not None
    assert verdict(make, "284", "274", question="What is the total?", **asked) is None
