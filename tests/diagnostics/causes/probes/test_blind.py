import pytest

from diagnostics.causes.probe import Intervention
from diagnostics.causes.probes.blind import PLUGIN


@pytest.mark.parametrize(
    ("prompt", "sent"),
    [
        ("How many?", "How many?"),
        ("In <image>\nhow many?", "In \nhow many?"),
        ("<image>How many?", "How many?"),
        ("What does <image> mean in <image>?", "What does <image> mean in <image>?"),
    ],
)
def test_pictures_and_their_marks_are_gone(means, make, prompt: str, sent: str):
    given = means()
    (blind,) = PLUGIN.interventions([make.sample(1, prompt=prompt)], given)
    assert isinstance(blind, Intervention)
    (request,) = blind.requests
    assert (request.prompt, request.images) == (sent, ())
    assert request.sampling == given.sampling


def test_it_speaks_only_where_the_picture_alone_can_tell(make):
    assert PLUGIN.stage(make.sample(1, "counting")) == "hallucination"
    assert PLUGIN.stage(make.sample(1, "knowledge")) is None
