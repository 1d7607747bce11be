"""A plain count, or more than that."""

import pytest

from diagnostics.causes.counting import counts_what_is_seen


@pytest.mark.parametrize(
    ("question", "fields", "plain"),
    [
        ("How many dogs are there?", {}, True),
        ("What is the number of red cars?", {}, True),
        ("图中有多少只狗？", {}, True),
        ("How many more dogs than cats are there?", {}, False),
        ("How many are above 40?", {}, False),
        ("What color is it?", {}, False),
        ("How many dogs are there?", {"image_type": "chart_graph"}, False),
        ("How many dogs are there?", {"capability": "arithmetic"}, False),
    ],
)
def test_plain(make, question: str, fields: dict[str, str], plain: bool):
    assert counts_what_is_seen(make.sample(0, question=question, **fields)) == plain
