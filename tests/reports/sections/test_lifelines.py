import pytest

from reports.sections.lifelines import states


@pytest.mark.parametrize(
    ("present", "expected"),
    [
        ([True, True], ["new", "persists"]),
        ([True, False, False], ["new", "not found", ""]),
        ([False, True], ["", "new"]),
        ([True, False, True], ["new", "not found", "reappeared"]),
    ],
)
def test_states(present: list[bool], expected: list[str]):
    assert states(present) == expected
