"""What a sample asks of the eye."""

import pytest

from diagnostics.causes.seeing import is_look, seeing_stage


@pytest.mark.parametrize(
    ("capability", "image_type", "look", "stage"),
    [
        ("counting", "natural_scene", True, "perception"),
        ("counting", "text_dense", True, "perception"),
        ("ocr", "natural_scene", True, "reading"),
        ("chart_reading", "chart_graph", True, "reading"),
        ("arithmetic", "math_formula", False, "reading"),
        ("science", "diagram", False, "perception"),
        ("recognition", "everyday_object", False, "perception"),
        ("unmapped", "mixed", False, "perception"),
    ],
)
def test_looks_and_their_stage(make, capability: str, image_type: str, look: bool, stage: str):
    sample = make.sample(0, capability, image_type)
    assert is_look(sample) is look
    assert seeing_stage(sample) == stage


def test_every_capability_named_is_one_of_the_taxonomy():
    from blindspot.core import taxonomy
    from diagnostics.causes import seeing

    terms = taxonomy.load(None)
    assert set(terms.terms("capability")) >= seeing._OF_TEXT | seeing._OF_THINGS
    assert set(terms.terms("image_type")) >= seeing._WRITTEN
