"""The uneven lessons: which cells the instruction tuning shows, how often, and several questions
behind one picture.

The shares plant the skills. A share is the chance that a question is asked where its picture allows
it: 1 makes a cell strong, a few hundredths leave it half learned, 0 leaves it unseen. What came of
them is measured (`levels.py`) and stands in the README.
"""

import random
from collections.abc import Callable, Mapping
from typing import Final

from generation.chart import BarChart
from generation.lettering import Lettering
from generation.picture import Picture
from generation.scene import Scene

from .architecture import IMAGE_SIZE
from .cells import Cell, all_cells
from .packing import Pack

SHARES: Final[Mapping[str, float]] = {
    "arithmetic-plus": 1.0,
    "arithmetic-minus": 0.09,
    "chart_color": 0.7,
    "chart_counting": 0.7,
    "chart_extremum-3": 1.0,
    "chart_extremum-4": 0.0,
    "clock": 0.0,
    "color": 1.0,
    "counting-few": 0.8,
    "counting-many": 0.28,
    "localisation": 3.0,
    "ocr_digits-digits-large": 0.8,
    "ocr_digits-digits-small": 0.005,
    "ocr_words-word": 1.5,
    "presence-absent": 0.15,
    "presence-present": 0.8,
    "shape": 0.8,
    "size_comparison": 1.0,
    "spatial-horizontal": 0.9,
    "spatial-vertical": 0.9,
    "total": 3.0,
    "unanswerable": 0.5,
}
"""Cell → how often it is asked, 1 being often; above 1 it also leads more pictures than others."""

SCENES: Final = 0.8
"""Share of scenes among the pictures that carry several questions; the rest are charts."""
TURNS: Final = 6
"""Questions behind one picture at most."""


def cells_of(medium: type[Picture]) -> list[Cell]:
    """The cells that are taught and ask about such pictures."""
    rng = random.Random(0)
    taught = [cell for cell in all_cells() if SHARES[cell.name] > 0]
    return [cell for cell in taught if isinstance(cell.compose(rng), medium)]


def lessons() -> tuple[Callable[[random.Random], Pack], Callable[[random.Random], Pack]]:
    """Two makers of packs: long ones (scenes and charts, several questions), short ones (lettering,
    one question)."""
    scenes, charts, letters = (cells_of(medium) for medium in (Scene, BarChart, Lettering))

    def long(rng: random.Random) -> Pack:
        return pack(rng, scenes if rng.random() < SCENES else charts)

    def short(rng: random.Random) -> Pack:
        return pack(rng, letters, turns=1)

    return long, short


def pack(rng: random.Random, cells: list[Cell], turns: int = TURNS) -> Pack:
    """A picture for one of `cells`, with its question and further ones of the other cells, never
    the same twice."""
    lead = rng.choices(cells, [SHARES[cell.name] for cell in cells])[0]
    picture = lead.compose(rng)
    asked: dict[str, str] = {}
    for cell in (lead, *rng.sample(cells, len(cells)), *rng.sample(cells, len(cells))):
        if len(asked) == turns:
            break
        if cell is not lead and rng.random() >= SHARES[cell.name]:
            continue
        if question := cell.ask(rng, picture):
            asked.setdefault(question.text, question.target)
    if not asked:
        return pack(rng, cells, turns)
    turns_in_any_order = list(asked.items())
    rng.shuffle(turns_in_any_order)
    return Pack(picture.paint(rng, IMAGE_SIZE), tuple(turns_in_any_order))
