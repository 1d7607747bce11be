import pytest

from reports.sections.lifelines import states


@pytest.mark.parametrize(
    ("present", "expected"),
    [
        ([True, True], ["new", "persists"]),
        ([True, False, False], ["new", "resolved", ""]),
        ([False, True], ["", "new"]),
        ([True, False, True], ["new", "resolved", "reappeared"]),
    ],
)
def test_states(present: list[bool], expected: list[str]):
    assert states(present) == expected
