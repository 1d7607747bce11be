from generation.agents.image_editor import PLUGIN, EditorRequest, Operation


def test_it_sees_the_picture_and_the_edits() -> None:
    schema = '{"box": {"type": "array"}}'
    request = EditorRequest(
        picture="p.png",
        capability="ocr",
        capability_definition="reading",
        brief="small text",
        operations=(Operation(name="crop", about="cuts out a part", arguments=schema),),
    )
    said = PLUGIN.prompt(request)
    for words in ('"ocr"', '"reading"', '"small text"', '"crop"', '"cuts out a part"'):
        assert words in said
    assert r"{\"box\": {\"type\": \"array\"}}" in said
    assert PLUGIN.images(request) == ("p.png",)
