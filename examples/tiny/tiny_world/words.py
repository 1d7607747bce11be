"""The whole words of the vocabulary: those of the families' questions and answers, but for the
words to be read from pictures."""

import re
from typing import Final

from generation.families.ocr_words import WORDS
from generation.family import draw, families

from .cells import Cell, all_cells

_DRAWS: Final = 200
_SMALL: Final = 24
"""Pixels; the pictures are thrown away."""


def vocabulary() -> list[str]:
    """Every word of more than one letter that a family asks or answers, sorted."""
    texts = [text for cell in all_cells() for text in _texts(cell)]
    words = {word for text in texts for word in re.findall("[a-z]{2,}", text.lower())}
    return sorted(words - set(WORDS))


def _texts(cell: Cell) -> list[str]:
    family = families.load(cell.family)
    drawings = [
        draw(family, f"words/{cell.name}/{i}", _SMALL, cell.condition) for i in range(_DRAWS)
    ]
    return [f"{drawing.question} {drawing.target}" for drawing in drawings]
