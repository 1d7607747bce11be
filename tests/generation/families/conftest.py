"""Questions of a family without painting, its drawings, and what is measured in them."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from generation.drawn.figure import Asked, FigureFamily
from generation.family import Drawing, draw, families
from generation.picture import settled

Put = tuple[str, Asked, dict[str, str]]
"""A content, a question about it, the conditions that it meets."""


@pytest.fixture
def asked() -> Callable[..., list[Put]]:
    def ask(name: str, count: int = 120) -> list[Put]:
        family, rng, made = families.load(name), random.Random(f"truth-{name}"), []
        assert isinstance(family, FigureFamily)
        while len(made) < count:
            condition = settled(rng, family.conditions, {})
            figure = family.compose(rng, condition)
            question = family.ask(rng, figure, condition)
            if question is not None:
                made.append((figure.content, question, condition))
        return made

    return ask


@pytest.fixture
def drawn() -> Callable[..., list[Drawing]]:
    def make(name: str, count: int = 12, size: int = 448, **condition: str) -> list[Drawing]:
        family = families.load(name)
        return [draw(family, f"seen-{i}", size, condition) for i in range(count)]

    return make


@pytest.fixture
def patches() -> Callable[[Any], tuple[np.ndarray, int]]:
    """Connected patches of a mask, numbered from 1, and how many there are."""
    label: Any = ndimage.label
    return label


@pytest.fixture
def near() -> Callable[..., np.ndarray]:
    """Where a picture has nearly that colour."""

    def seen(image: Image.Image, color: tuple[int, int, int], most: int = 12) -> np.ndarray:
        return np.abs(np.asarray(image, int) - color).max(axis=2) <= most

    return seen
