import pytest

from diagnostics.causes.probe import Intervention
from diagnostics.causes.probes.ocr import PLUGIN, WANTED


def test_the_transcription_stands_before_the_question(means, make):
    sample = make.sample(1, prompt="What is written?", attributes={"ocr": "EXIT 12"})
    (told,) = PLUGIN.interventions([sample], means())
    assert isinstance(told, Intervention)
    assert told.requests[0].prompt == "Text in the picture: EXIT 12\n\nWhat is written?"
    assert told.requests[0].images == sample.images
    assert (PLUGIN.kind, PLUGIN.stage(sample)) == ("repair", "reading")


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("no text", False),
        ("No text.", False),
        ("There is no visible text in this picture.", False),
        ("NO TEXTING WHILE DRIVING", True),
        ("EXIT", True),
    ],
)
def test_a_picture_without_text_is_not_asked_about(means, make, said: str, asked: bool):
    given = means([{"prompt": WANTED.instruction, "text": said}])
    (told,) = PLUGIN.interventions([make.sample(1)], given)
    assert (told is not None) is asked
