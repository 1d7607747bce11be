"""A world of failed samples whose causes are known, and a model that fails by them."""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from blindspot.core.images import ImageStore, encode
from blindspot.core.model import Request
from blindspot.core.records import Attribution, Completion, Outcome, Prediction, Sample
from blindspot.core.run_folder import RunFolder
from diagnostics.causes.failed import Failed

WORDS = ("oak", "elm", "ash", "fir", "yew", "box", "bay", "fig", "pine", "plum")


def chance(*parts: object) -> float:
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


class Scripted:
    """A model whose way of failing is the first word of the question.

    small      reads what is small only where it is enlarged or transcribed
    unseen     sees nothing of it unless it is described
    prior      says what is usual, whatever it is shown or told
    reasoning  is wrong, another way for every wording
    shaky      is right by itself three times out of five
    """

    fingerprint, chunk, concurrency = "scripted", 16, 2

    def __init__(self, images: ImageStore) -> None:
        self.images = images
        self.asked: list[Request] = []

    async def generate(self, requests: Sequence[Request]) -> list[Outcome]:
        self.asked += requests
        return [self._answer(request) for request in requests]

    async def rest(self) -> None:
        pass

    async def abilities(self) -> dict[str, Any]:
        return {}

    def _answer(self, request: Request) -> Outcome:
        if request.prompt.startswith(("Describe", "Transcribe")):
            return Completion(text="nothing much")
        found = re.search(r"(\w+) (\d+): which tree\?", request.prompt)
        assert found
        cause, number = found.group(1), int(found.group(2))
        right = WORDS[number % len(WORDS)]
        told = f"a small {right} tree" in request.prompt
        draw = chance(number, request.prompt, request.images, request.repeat)
        knows = {
            "small": told or f"picture: {right}" in request.prompt or self._large(request),
            "unseen": told,
            "prior": False,
            "reasoning": False,
            "shaky": draw < 0.6,
        }[cause]
        wrong = "fallen leaf" if cause == "prior" else f"wrong {draw:.6f}"
        return Completion(text=right if knows else wrong)

    def _large(self, request: Request) -> bool:
        return bool(request.images) and self.images.open(request.images[0]).width > 8


def failed_of(sample: Sample, stage: str = "unresolved", said: str = "fallen leaf") -> Failed:
    prediction = Prediction(
        sample_id=sample.id, completion=Completion(text=said), answer=said, score=0, grader="g"
    )
    found = Attribution(sample_id=sample.id, stage=stage, source="none", confidence=0)
    return Failed(sample, prediction, found)


def tree(folder: RunFolder, cause: str, number: int, **more) -> Sample:
    right = WORDS[number % len(WORDS)]
    shade = (number % 256, number // 256, 9)
    name = folder.images.put(encode(Image.new("RGB", (8, 8), shade)))
    attributes = {"content": f"a small {right} tree", "cause": cause}
    attributes |= {"ocr": right} if cause == "small" else {}
    fields = {
        "id": f"t{number:04d}",
        "benchmark": "trees",
        "question": f"{cause} {number}: which tree?",
        "prompt": f"{cause} {number}: which tree?",
        "images": (name,),
        "target": right,
        "answer_kind": "text",
        "capability": "perception",
        "image_type": "natural_scene",
        "attributes": attributes,
    }
    return Sample.model_validate(fields | more)


class Trees:
    """The factories, as a fixture: tests cannot import one another."""

    words = WORDS
    model = Scripted
    failed = staticmethod(failed_of)

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder

    def sample(self, cause: str, number: int, **more) -> Sample:
        return tree(self.folder, cause, number, **more)


@pytest.fixture
def trees(tmp_path: Path) -> Trees:
    return Trees(RunFolder(tmp_path))
