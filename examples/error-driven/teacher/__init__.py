"""A teacher for the tiny world that costs nothing: it looks at the pixels, solves the question by
itself, and names the first wrong step of a response and the skill that was missing.

    {"label": "calculation", "confidence": 0.9, "quote": "45", "first_wrong_step": "\"45\" where it
     should be \"44\"", "missing_skill": "subtracting a digit from a printed number"}

It knows what a request holds and nothing else: the words of the prompt and the pictures. It stands
where an LMM would (`backend = "openai_api"`), and errs as often as its name says:

    model = "reader"                        never, but for what it misreads
    model = "reader-error-0.3"              3 skills in 10 are another one, drawn by content
    model = "reader-error-0.3-seed-2"       other ones

What it cannot read, it does not judge: the reply says so, and is no verdict. It describes no
pictures, and answers no question that is not of the tiny world.
"""

import hashlib
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from PIL import Image

from blindspot.core.errors import ConfigError
from blindspot.core.images import ImageStore
from blindspot.core.model import Backend, Model, ModelSettings, Request
from blindspot.core.records import Completion, Failure, Outcome

from .solving import SKILLS, Solution, solve

_NAME: Final = re.compile(r"reader(?:-error-(?P<error>0?\.\d+|[01]))?(?:-seed-(?P<seed>\d+))?")
_ASKED: Final = {
    "question": "Question",
    "target": "Right answer",
    "response": "The model's response",
}
_SURE: Final = 0.9
_UNSURE: Final = 0.3
"""Where its own answer is not the one that is said to be right."""
_TOKEN: Final = re.compile(r"\d+|[a-z]+|[^\s\w]", re.IGNORECASE)


@dataclass(frozen=True)
class Slips:
    """How often a wrong skill is named, and which times."""

    error: float
    seed: int = 0

    def name(self, skill: str, *content: str) -> str:
        """The skill, or by chance another; the content of what is judged alone decides."""
        digest = hashlib.sha256("\n".join([str(self.seed), *content]).encode()).digest()
        if int.from_bytes(digest[:8], "big") / 2**64 >= self.error:
            return skill
        others = [other for other in SKILLS if other != skill]
        return others[int.from_bytes(digest[8:16], "big") % len(others)]


def skill_of(question: str, picture: bytes, slips: Slips) -> str | None:
    """The skill that a question about a picture asks for, as this teacher labels a dataset."""
    found = _solved(question, picture)
    return slips.name(found.skill, question, _digest(picture)) if found else None


class Teacher:
    """The opened teacher."""

    chunk = 16
    concurrency = 1

    def __init__(self, name: str, images: ImageStore) -> None:
        self.fingerprint = name
        self._slips, self._images = slips(name), images

    async def generate(self, requests: Sequence[Request]) -> list[Outcome]:
        """A verdict on each response."""
        return [self._answer(request) for request in requests]

    async def abilities(self) -> dict[str, Any]:
        """No server, nothing to probe."""
        return {}

    async def rest(self) -> None:
        """Nothing is held."""

    def _answer(self, request: Request) -> Outcome:
        asked = _asked(request.prompt)
        if asked is None or len(request.images) != 1:
            why = "it judges one response about one picture of the tiny world, and nothing else"
            return Failure(kind="request", message=why, retryable=False)
        picture = self._images.path(request.images[0]).read_bytes()
        found = _solved(asked["question"], picture)
        return Completion(text=self._judged(asked, picture, found) if found else "I cannot tell.")

    def _judged(self, asked: dict[str, str], picture: bytes, found: Solution) -> str:
        wrong = _first_wrong(asked["response"], found.answer)
        if wrong is None:
            return "I find no error."
        quote, wanted, is_step = wrong
        agrees = _plain(found.answer) == _plain(asked["target"])
        verdict = {
            "label": _kind(found, is_step),
            "confidence": _SURE if agrees else _UNSURE,
            "quote": quote,
            "first_wrong_step": f'"{quote}" where it should be "{wanted}"',
            "missing_skill": self._slips.name(found.skill, asked["question"], _digest(picture)),
        }
        return json.dumps(verdict)


def slips(name: str) -> Slips:
    """What a teacher's name says. Raises ConfigError for another name."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise ConfigError(
            f"The teacher '{name}'",
            "it is called 'reader', 'reader-error-0.3' or 'reader-error-0.3-seed-1'",
            "Correct `model` in [diagnosis.teacher.model]",
        )
    return Slips(float(found["error"] or 0), int(found["seed"] or 0))


def _asked(prompt: str) -> dict[str, str] | None:
    """Question, target and response, as the prompt quotes them; None where one is missing."""
    found = {
        name: re.search(rf"^{heading} \(JSON text[^\n]*\):\n(\".*\")$", prompt, re.MULTILINE)
        for name, heading in _ASKED.items()
    }
    return {k: json.loads(m[1]) for k, m in found.items() if m} if all(found.values()) else None


@lru_cache(maxsize=65536)
def _solved(question: str, picture: bytes) -> Solution | None:
    return solve(question, Image.open(io.BytesIO(picture)))


def _first_wrong(response: str, answer: str) -> tuple[str, str, bool] | None:
    """The first token of a response that is not its own answer's, what should stand there, and
    whether it is a step before the last; None where nothing differs or nothing was said.
    """
    said, wanted = _TOKEN.findall(response), _TOKEN.findall(answer)
    for place, (one, other) in enumerate(zip(said, wanted, strict=False)):
        if one.casefold() != other.casefold():
            return one, other, place < len(wanted) - 1
    if len(said) == len(wanted) or not said:
        return None
    return said[-1], " ".join(wanted[len(said) :]) or "nothing", False


def _kind(found: Solution, is_step: bool) -> str:
    """The kind of error: a step before the result was seen or read wrongly."""
    if found.slip != "calculation" or not is_step:
        return found.slip
    return "reading" if found.skill in SKILLS[:2] else "perception"


def _plain(text: str) -> str:
    return "".join(_TOKEN.findall(text.casefold()))


def _digest(picture: bytes) -> str:
    return hashlib.sha256(picture).hexdigest()


class _Plugin:
    """Opens the teacher."""

    def check(self, settings: ModelSettings) -> None:
        slips(settings.model)

    def fingerprint(self, settings: ModelSettings) -> str:
        return settings.model

    def open(self, settings: ModelSettings, images: ImageStore) -> Model:
        return Teacher(settings.model, images)


PLUGIN: Final[Backend] = _Plugin()
