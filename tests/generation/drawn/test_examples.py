"""The examples in the docstrings of the figures are true."""

import doctest
import importlib
import random
from pathlib import Path

import numpy as np
import pytest

import generation.drawn

MODULES = sorted(
    path.stem
    for folder in generation.drawn.__path__
    for path in Path(folder).glob("*.py")
    if ">>>" in path.read_text()
)


def test_most_figures_have_one():
    assert len(MODULES) >= 12


@pytest.mark.parametrize("name", MODULES)
def test_the_example_is_true(name: str):
    module = importlib.import_module(f"generation.drawn.{name}")
    found = doctest.testmod(module, extraglobs={"random": random, "np": np})
    assert found.attempted
    assert not found.failed
