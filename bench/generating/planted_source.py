"""A source for benches: pictures drawn here that carry their own truth, and a writer who asks
about them.

    Want(counting/geometric, "0/0/train/…/12/0")  →  a noisy picture whose strip says that lot
    8231 holds 7 crates  →  writer  →  "How many crates does lot 8231 hold?", number, "7"

To every gate it is somebody else's picture (`truth="agents"`), so that all of them are asked. How
often the policy is right is drawn from `PASS_RATES` for each picture.

The stage finds it as it finds anybody's source, by an entry point: `install` writes the few files
that a package of that name would have put there.
"""

import hashlib
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from bench.stub.planting import Fact, Payload, plant
from blindspot.core import taxonomy
from blindspot.core.images import encode
from blindspot.core.records import AnswerKind, Failure
from blindspot.core.training_set import Makeable
from generation.agents.writer import PLUGIN as WRITER
from generation.agents.writer import WriterRequest, Writing
from generation.means import Means
from generation.source import Candidate, OpenSource, Source, SourceSettings, Want

NAME: Final = "planted"
CELLS: Final = (
    ("counting", "geometric"),
    ("color", "everyday_object"),
    ("ocr", "text_dense"),
    ("chart_reading", "chart_graph"),
    ("spatial", "diagram"),
)
"""What it makes."""
PASS_RATES: Final = (0.25, 0.85)
"""Between which the policy's pass rates lie."""
_WIDTH, _HEIGHT, _BLOCK = 192, 96, 12
_COLORS: Final = ("red", "green", "blue", "yellow")


class Planted:
    """The `planted` source."""

    def catalogue(self, settings: SourceSettings) -> tuple[Makeable, ...]:
        return tuple(Makeable(capability=c, image_type=i) for c, i in CELLS)

    def roles(self, settings: SourceSettings) -> tuple[str, ...]:
        return ("writer",)

    def open(self, settings: SourceSettings, means: Means) -> OpenSource:
        return _Open(means)


class _Open:
    def __init__(self, means: Means) -> None:
        self._means = means
        self._terms = taxonomy.load(None)

    def candidates(self, wants: Sequence[Want]) -> list[Candidate | Failure]:
        pictures = [encode(picture(want)) for want in wants]
        names = [self._means.folder.images.put(data) for data in pictures]
        requests = [self._request(w, name) for w, name in zip(wants, names, strict=True)]
        cells = [want.cell.name for want in wants]
        written = self._means.staff.consult("writer", WRITER, requests, cells)
        return [_candidate(*each) for each in zip(wants, pictures, written, strict=True)]

    def _request(self, want: Want, name: str) -> WriterRequest:
        cell = want.cell
        return WriterRequest(
            picture=name,
            capability=cell.want.capability,
            capability_definition=self._terms.terms("capability")[cell.want.capability].definition,
            image_type=cell.want.image_type,
            brief=cell.brief,
        )


def picture(want: Want) -> Image.Image:
    """The picture of a place: coloured blocks over the strip with its fact."""
    rng = np.random.default_rng(_number(want.seed))
    shape = (_HEIGHT // _BLOCK, _WIDTH // _BLOCK, 3)
    blocks = rng.integers(0, 256, shape, dtype=np.uint8).repeat(_BLOCK, 0).repeat(_BLOCK, 1)
    return plant(Image.fromarray(blocks), Payload(facts=(fact(want),)))


def fact(want: Want) -> Fact:
    """What is true of a place's picture."""
    item = _number(want.seed)
    rng = random.Random(item)
    kind, question, answer, options = _asked(item, rng)
    return Fact(
        item=item,
        question=question,
        answer_kind=kind,
        answer=answer,
        options=options,
        capability=want.cell.want.capability,
        image_type=want.cell.want.image_type,
        pass_rate=round(rng.uniform(*PASS_RATES), 3),
    )


def install(folder: Path) -> None:
    """Make the source known to a process that has this folder on its path."""
    about = folder / f"{NAME}-1.dist-info"
    about.mkdir(parents=True, exist_ok=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 1\n")
    (about / "entry_points.txt").write_text(f"[generation.sources]\n{NAME} = {__name__}:PLUGIN\n")


def _asked(item: int, rng: random.Random) -> tuple[AnswerKind, str, str, tuple[str, ...]]:
    """Kind, question, answer and options: half numbers, the rest choices and yes/no."""
    lot = item % 10**9
    draw = rng.random()
    if draw < 0.5:
        return "number", f"How many crates does lot {lot} hold?", str(rng.randint(2, 40)), ()
    if draw < 0.8:
        return "choice", f"Which color has crate {lot}?", rng.choice(_COLORS), _COLORS
    return "yes_no", f"Does crate {lot} stand open?", rng.choice(("yes", "no")), ()


def _candidate(want: Want, data: bytes, written: Writing | Failure) -> Candidate | Failure:
    if isinstance(written, Failure):
        return written
    if not written.usable:
        return Failure(kind="request", message="the writer finds no question", retryable=False)
    return Candidate(
        images=(data,),
        question=written.question,
        options=written.options,
        target=written.target,
        answer_kind=written.answer_kind,
        origin=f"{NAME}:{want.seed}",
        truth="agents",
        licence="CC0-1.0",
    )


def _number(seed: str) -> int:
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:6], "big")


PLUGIN: Final[Source] = Planted()
