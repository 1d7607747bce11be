from generation.agents.writer import PLUGIN, WriterRequest
from generation.prompting import FORMS


def test_it_sees_the_picture_and_is_told_the_cell() -> None:
    request = WriterRequest(
        picture="p.png",
        capability="counting",
        capability_definition="how many",
        image_type="photo",
        brief="aims at crowds",
        idea="count the hats",
        caption="A stall in Köln",
    )
    said = PLUGIN.prompt(request)
    for words in ("counting", "how many", "photo", "aims at crowds", "count the hats"):
        assert f'"{words}"' in said
    assert 'may be empty (JSON): "A stall in Köln"\n' in said
    assert all(f"{kind}: {form}" in said for kind, form in FORMS.items())
    assert PLUGIN.images(request) == ("p.png",)
