"""Questions of a family without painting, and its drawings."""

import random
from collections.abc import Callable

import pytest

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
