"""False sums; the text before the reasoning."""

from diagnostics.causes.attributors.calculation import PLUGIN


def evidence(make, **said):
    sample = make.sample(0)
    verdict = PLUGIN.attribute(sample, make.answered(sample, 0.0, completion=said))
    return verdict.evidence if verdict else None


def test_where_it_looks(make):
    assert evidence(make, text="2 + 2 = 5", reasoning="1 + 1 = 3") == "2 + 2 = 5"
    assert evidence(make, text="five", reasoning="1 + 1 = 3, so 3") == "1 + 1 = 3"
    assert evidence(make, text="five", reasoning="1 + 1 = 3, no, 2") is None
    assert evidence(make, text="2 + 2 = 4") is None
