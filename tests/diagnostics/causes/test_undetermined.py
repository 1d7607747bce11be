"""Saying that there is no answer, in several languages."""

import pytest

from diagnostics.causes.undetermined import is_unanswerable, says_undetermined


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Cannot be determined.", True),
        ("It is impossible to tell from the picture.", True),
        ("Not enough information.", True),
        ("The image does not show that.", True),
        ("unknown", True),
        ("无法确定", True),
        ("No se puede determinar", True),
        ("Impossible de le savoir", True),
        ("判断できません", True),
        ("неизвестно", True),
        ("red", False),
        ("No", False),
        ("555-0199", False),
        ("", False),
    ],
)
def test_says(text: str, says: bool):
    assert says_undetermined(text) == says


def test_a_question_without_answer(make):
    free = {"answer_kind": "text", "target": "Not available"}
    assert is_unanswerable(make.sample(0, **free))
    assert not is_unanswerable(make.sample(0, capability="ocr", **free))
    assert not is_unanswerable(make.sample(0, target="0"))
