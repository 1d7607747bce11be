"""G3: whether copies and crops of a picture are recognised, and fresh pictures are not.

Half of the pictures of each kind (`bench.generating.sights`) are admitted; the duplicate gate then
judges copies and crops of them, and the other half as they are. All but drawn pictures are asked
the same question with the same target, so that the pictures alone decide.

    same image     JPEG 90/75/50, 15 % darker and lighter, half, three quarters and double size
    crops          keep 50 to 90 % of the area, anywhere, in other proportions too
    false rejects  pictures of the other half that are rejected; those that a program draws are
                   judged as the programmatic source's own, which no crop can be, and once more as
                   if they were found, where drawn scenes with few things collide
    others         turned, mirrored, with a border, in grey, with text across, in other hues

To beat, on the same pictures: imagehash's 64-bit pHash up to a distance of 8. Limits were set on
other seeds; the photograph's tiles are the same, there being only two photographs.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, Final, cast

import imagehash
from PIL import Image

from bench.diagnosing.draws import row, share, shown
from bench.extent import Extent
from bench.generating import sights
from bench.generating.sights import OTHERS, SAME, SIZES, Change
from bench.rows import Row
from blindspot.core.records import CellShare
from blindspot.core.training_set import PlanCell
from generation.gate import Proposal, Shown, Surroundings, gates
from generation.likeness import Limits, look
from generation.settings import GenerationSettings
from generation.source import Candidate, Truth

QUESTION: Final = "Is anything unusual here?"
TARGET: Final = "no"
NEAR: Final = 8
"""Differing bits of 64 up to which the simple check takes pictures for the same."""

_CELL: Final = PlanCell(
    name="x",
    split="train",
    want=CellShare(capability="x", image_type="y", share=1, quota=1, why="bench"),
    quota=1,
    brief="",
)


@dataclass(frozen=True)
class Sight:
    """One picture."""

    kind: str
    image: Image.Image
    question: str = QUESTION
    target: str = TARGET


@dataclass(frozen=True)
class Trial:
    """What became of one picture."""

    kind: str
    rejected: bool
    near: bool
    """Whether the simple check would reject it."""


def measure(extent: Extent) -> list[Row]:
    """All rows."""
    pictures = material(extent.draws(8, 150), "report")
    known, fresh = pictures[::2], pictures[1::2]
    judge = Judge(known)
    crops = judge.changed(sights.cropped)
    same = {name: judge.changed(change) for name, change in SAME.items()}
    others = {name: judge.changed(change) for name, change in OTHERS.items()}
    return [
        _recall("same-image copies recognised", [t for ts in same.values() for t in ts], 0.99),
        *(_plain(f"recognised, {name}", trials) for name, trials in same.items()),
        _recall("crops recognised", crops, 0.90),
        *(_plain(f"crops recognised, {kind}", ts) for kind, ts in _by_kind(crops).items()),
        *_false(judge, fresh),
        *(_plain(f"recognised, {name}", trials) for name, trials in others.items()),
    ]


def material(count: int, seed: str) -> list[Sight]:
    """`count` pictures of each kind (as many photographs as there are), every kind in a row."""
    found = [Sight("documents", sights.document(f"{seed}{i}")) for i in range(count)]
    found += [Sight("charts", sights.chart(f"{seed}{i}")) for i in range(count)]
    found += [Sight("textures", sights.texture(f"{seed}{i}")) for i in range(count)]
    found += [Sight("photos", image) for image in sights.photos()[:count]]
    families = sights.drawing_families()
    for size in SIZES:
        for i in range(2 * count):
            family = families[i // 2 % len(families)]
            made = sights.drawn(family, f"{seed}/{size}/{family}/{i}", size)
            image = made.image.convert("RGB")
            found.append(Sight(f"drawn {size}", image, made.question, made.target))
    return found


class Judge:
    """The duplicate gate after `known` was admitted, beside the simple check."""

    def __init__(self, known: Sequence[Sight], limits: Limits | None = None) -> None:
        self._known = known
        admitted = [
            Shown(f"known/{i}", s.question, (look(s.image),), s.target) for i, s in enumerate(known)
        ]
        self._gate = gates.load("duplicate").open(surroundings(admitted=admitted))
        self._hashes = [imagehash.phash(s.image) for s in known]

    def changed(self, change: Change) -> list[Trial]:
        """Every known picture, changed, as if it was found."""
        rng = random.Random("change")
        return self.trials([replace(s, image=change(s.image, rng)) for s in self._known])

    def trials(self, pictures: Sequence[Sight], truth: Truth = "dataset") -> list[Trial]:
        """What becomes of pictures, each in a wave of its own."""
        return [self._trial(picture, truth) for picture in pictures]

    def _trial(self, sight: Sight, truth: Truth) -> Trial:
        (verdict,) = self._gate.judge([proposal(sight, "new", truth)])
        own = imagehash.phash(sight.image)
        kin = (h for h, s in zip(self._hashes, self._known, strict=True) if asks_same(s, sight))
        return Trial(sight.kind, not verdict.admitted, any(own - other <= NEAR for other in kin))


def asks_same(one: Sight, other: Sight) -> bool:
    """Whether question and target are the same text."""
    return (one.question, one.target) == (other.question, other.target)


def proposal(sight: Sight, id_: str, truth: Truth, content: str = "") -> Proposal:
    """A picture as a candidate."""
    made = Candidate(
        images=(),
        question=sight.question,
        target=sight.target,
        answer_kind="text",
        origin="bench",
        truth=truth,
        content=content,
    )
    return Proposal(id_, _CELL, made, sight.question, (look(sight.image),))


def surroundings(**known: Sequence[Shown]) -> Surroundings:
    """What the two gates compare with, under the default settings; they need no more of it."""
    plain = {"benchmark": (), "earlier": (), "admitted": []}
    settings = GenerationSettings()
    limits = Limits(settings.near_hash, settings.near_color)
    found: Any = SimpleNamespace(**{**plain, **known}, settings=settings, limits=limits)
    return cast(Surroundings, found)


def _false(judge: Judge, fresh: Sequence[Sight]) -> list[Row]:
    found = [s for s in fresh if not s.kind.startswith("drawn")]
    drawn = [s for s in fresh if s.kind.startswith("drawn")]
    trials = [*judge.trials(found), *judge.trials(drawn, "construction")]
    figure = share([t.rejected for t in trials])
    what = f"fresh pictures rejected, {len(trials)}"
    simple = shown("pHash64 ≤ 8", share([t.near for t in trials]))
    head = row("G3", what, figure, 0.005, precision=0.01, higher_is_better=False, to_beat=simple)
    rows = [_plain(f"fresh pictures rejected, {k}", ts) for k, ts in _by_kind(trials).items()]
    again = _by_kind(judge.trials(drawn)).items()
    return [head, *rows, *(_plain(f"the same, {k} as if found", ts) for k, ts in again)]


def _recall(what: str, trials: Sequence[Trial], target: float) -> Row:
    figure = share([t.rejected for t in trials])
    simple = shown("pHash64 ≤ 8", share([t.near for t in trials]))
    return row("G3", f"{what}, {len(trials)}", figure, target, precision=0.04, to_beat=simple)


def _plain(what: str, trials: Sequence[Trial]) -> Row:
    """A figure without a target."""
    simple = shown("pHash64 ≤ 8", share([t.near for t in trials]))
    return Row("G3", what, *share([t.rejected for t in trials]), to_beat=simple)


def _by_kind(trials: Sequence[Trial]) -> Mapping[str, list[Trial]]:
    kinds = dict.fromkeys(t.kind for t in trials)
    return {kind: [t for t in trials if t.kind == kind] for kind in kinds}
