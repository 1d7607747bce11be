"""A source for T9: labelled samples from supporting data, some with their pictures edited.

    Want(counting/geometric objects=many, "0/0/train/…/12/0")
        →  the row that `retrieve` deals to that place, its picture a little darker

What it gives is what the product's `retrieve` gives, but for one word: the rows were drawn by
program, and say so (`truth="construction"`), as the samples do that other arms draw. Otherwise, or
with a lineage, the gates search each picture for crops of 8,800 others, which takes more than
training does; so an edit stands in the origin.

The edits are the product's own, under `generation/edits/`. One thing differs from the product's
editing: there an agent chooses the edit
for a picture that a writer then asks about, and on pictures of 48 pixels no stub can play the two
without printing the truth into the picture. Here a lot chooses, among mild edits that leave the
answers of the tiny world as they are.

The stage finds it as it finds anybody's source, by an entry point: `install` writes the few files
that a package of that name would have put there.
"""

import random
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from blindspot.core.images import encode, pixels
from blindspot.core.records import Failure
from blindspot.core.training_set import Makeable
from generation.edit import edits
from generation.means import Means
from generation.source import Candidate, OpenSource, Source, SourceSettings, Want, sources

NAME: Final = "edited"
MILD: Final[Mapping[str, Callable[[random.Random], dict[str, float]]]] = {
    "brightness": lambda rng: {"factor": round(rng.uniform(0.7, 1.2), 2)},
    "contrast": lambda rng: {"factor": round(rng.uniform(0.7, 1.3), 2)},
    "noise": lambda rng: {"strength": round(rng.uniform(0.01, 0.04), 3)},
}
"""Edits with arguments at which colours keep their names and small print can be read."""


class EditedRetrieve:
    """The `edited` source."""

    def catalogue(self, settings: SourceSettings) -> tuple[Makeable, ...]:
        return sources.load("retrieve").catalogue(settings)

    def roles(self, settings: SourceSettings) -> tuple[str, ...]:
        return ()

    def open(self, settings: SourceSettings, means: Means) -> OpenSource:
        return _Open(sources.load("retrieve").open(settings, means), settings.edit_share)


class _Open:
    def __init__(self, retrieve: OpenSource, share: float) -> None:
        self._retrieve, self._share = retrieve, share

    def candidates(self, wants: Sequence[Want]) -> list[Candidate | Failure]:
        found = self._retrieve.candidates(wants)
        return [
            made
            if isinstance(made, Failure)
            else edited(replace(made, truth="construction"), want.seed, self._share)
            for want, made in zip(wants, found, strict=True)
        ]


def edited(candidate: Candidate, seed: str, share: float) -> Candidate:
    """The candidate with its picture edited, if the lot falls on it."""
    rng = random.Random(f"{seed}/edit")
    if rng.random() >= share:
        return candidate
    operation = rng.choice(sorted(MILD))
    arguments = MILD[operation](rng)
    shown, *others = candidate.images
    child = edits.load(operation).apply(pixels(shown), arguments, rng).image
    told = " ".join(f"{name}={value}" for name, value in arguments.items())
    return replace(
        candidate,
        images=(encode(child), *others),
        origin=f"{candidate.origin} {operation} {told}",
    )


def install(folder: Path) -> None:
    """Make the source known to this process, from files in a folder."""
    about = folder / f"{NAME}-1.dist-info"
    about.mkdir(parents=True, exist_ok=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 1\n")
    (about / "entry_points.txt").write_text(f"[generation.sources]\n{NAME} = {__name__}:PLUGIN\n")
    if str(folder) not in sys.path:
        sys.path.append(str(folder))


PLUGIN: Final[Source] = EditedRetrieve()
