"""Recorded or scripted answers, from a JSONL file: a deterministic model for tests, demonstrations
and re-reading old runs.

Each line answers a prompt, for all pictures or for some:

    {"prompt": "What color is the circle?", "text": "red"}
    {"prompt": "How many?", "images": ["<sha256>.png"], "repeat": 1, "text": "2"}
    {"prompt": "Where?", "failure": {"kind": "timeout", "message": "scripted", "retryable": true}}
    {"prompt": "*", "text": "I do not know"}

The most specific line wins; a prompt that no line answers is a failure.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from blindspot.core.artifact import file_digest
from blindspot.core.errors import DataError
from blindspot.core.images import ImageStore
from blindspot.core.model import Backend, Model, ModelSettings, Request
from blindspot.core.records import Completion, Failure, Outcome, Record

_CHUNK: Final = 256


class _Line(Record):
    prompt: str
    images: tuple[str, ...] | None = None
    repeat: int | None = None
    text: str = ""
    finish_reason: str = "stop"
    failure: Failure | None = None

    def outcome(self) -> Outcome:
        if self.failure:
            return self.failure
        raw = {"text": self.text, "finish_reason": self.finish_reason}
        return Completion.model_validate(raw)


class Replay:
    """An opened file of answers."""

    chunk = _CHUNK
    concurrency = 1

    def __init__(self, path: Path) -> None:
        self.fingerprint = file_digest(path)
        self._lines = {(li.prompt, li.images, li.repeat): li for li in _read(path)}

    async def generate(self, requests: Sequence[Request]) -> list[Outcome]:
        """The recorded outcome of each request."""
        return [self._answer(request) for request in requests]

    async def abilities(self) -> dict[str, Any]:
        """No server, nothing to probe."""
        return {}

    async def rest(self) -> None:
        """Nothing is held."""

    def _answer(self, request: Request) -> Outcome:
        prompt, images, repeat = request.prompt, request.images, request.repeat
        for key in (
            (prompt, images, repeat),
            (prompt, images, None),
            (prompt, None, repeat),
            (prompt, None, None),
            ("*", None, None),
        ):
            if key in self._lines:
                return self._lines[key].outcome()
        return Failure(kind="request", message="no recorded answer", retryable=False)


def _read(path: Path) -> list[_Line]:
    lines: list[_Line] = []
    for number, text in enumerate(_text(path).split("\n"), 1):  # other marks stand in answers
        try:
            if text.strip():
                lines.append(_Line.model_validate_json(text))
                lines[-1].outcome()
        except ValidationError as error:
            why = str(error).splitlines()[0]
            raise DataError(f"{path}, line {number}", why, "Correct the recorded answer") from error
    return lines


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"The answers {path}", str(error), "Give a JSONL file in UTF-8") from error


class _Plugin:
    """Opens files of answers."""

    def check(self, settings: ModelSettings) -> None:
        if not Path(settings.checkpoint).is_file():
            why = "there is no such file"
            raise DataError(
                f"The answers {settings.checkpoint or '(model.checkpoint is empty)'}",
                why,
                "Give a JSONL file of answers as model.checkpoint",
            )

    def fingerprint(self, settings: ModelSettings) -> str:
        return file_digest(Path(settings.checkpoint))

    def open(self, settings: ModelSettings, images: ImageStore) -> Model:
        return Replay(Path(settings.checkpoint))


PLUGIN: Final[Backend] = _Plugin()
