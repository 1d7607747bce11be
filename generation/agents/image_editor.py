"""The image editor: a picture and a cell in, one edit out, or none.

    a wide street, ocr, "aims at small text"  →  crop {"box": [0.1, 0.3, 0.5, 0.6]}

It edits nothing itself, and what an edit does to an answer is known by the edit, not by the editor.
"""

from pathlib import Path
from typing import Final

from blindspot.core.records import Record
from generation.agent import Agent
from generation.prompting import quoted

PROMPT: Final = Path(__file__).with_suffix(".txt").read_text()


class Operation(Record):
    """One edit that can be made."""

    name: str
    """A file under `generation/edits/`."""
    about: str
    """What it does, and what for."""
    arguments: str
    """JSON Schema of its arguments, as text."""


class EditorRequest(Record):
    """A picture, what it should serve, and what can be done to it."""

    picture: str
    """Name in the image store."""
    capability: str
    """The term."""
    capability_definition: str
    """What the taxonomy says of it."""
    brief: str
    """What the cell aims at."""
    operations: tuple[Operation, ...]
    """The edits to choose from."""


class Editing(Record):
    """What the image editor replies."""

    why: str
    """What the edit is good for, in a sentence; first, so that it is thought before it is said."""
    operation: str | None
    """Name of the edit; None leaves the picture as it is."""
    arguments: str
    """Its arguments, a JSON object as text; `{}` for none."""


class ImageEditor:
    """The `image_editor`."""

    reply = Editing

    def prompt(self, request: EditorRequest) -> str:
        return PROMPT.format(
            capability=quoted(request.capability),
            capability_definition=quoted(request.capability_definition),
            brief=quoted(request.brief),
            operations=quoted([each.model_dump(mode="json") for each in request.operations]),
        )

    def images(self, request: EditorRequest) -> tuple[str, ...]:
        return (request.picture,)


PLUGIN: Final[Agent[EditorRequest, Editing]] = ImageEditor()
