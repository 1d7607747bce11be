"""The target itself must be graded right."""

from dataclasses import replace

import pytest

from generation.gate import gates


@pytest.mark.parametrize(
    ("changes", "admitted"),
    [
        ({}, True),
        ({"target": "three"}, False),
        ({"question": " "}, False),
        ({"images": ()}, False),
        ({"answer_kind": "choice"}, False),
        ({"answer_kind": "choice", "options": ("a", "b"), "target": "B"}, True),
        ({"answer_kind": "choice", "options": ("a", "b"), "target": "C"}, False),
        ({"options": ("a", "b")}, False),
    ],
)
def test_only_what_grades_itself_right_is_admitted(kit, world, changes, admitted):
    gate = gates.load("answer_shape").open(kit.surroundings(world.folder))
    made = replace(kit.candidate("counting", "s"), **changes)
    verdicts = gate.judge([replace(kit.proposal(kit.candidate("counting", "s")), candidate=made)])
    assert [v.admitted for v in verdicts] == [admitted]
