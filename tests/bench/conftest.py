"""The mock endpoint with a data set, calls that it saw, an extent without one; and a bench whose
measure is a stand-in.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bench.endpoint import Call
from bench.harness_arms import Server, serving
from bench.harness_data import Data, Kind, make
from bench.harness_trials import FULL, Bench


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    return make(tmp_path_factory.mktemp("data"), Kind("tiny", samples=75, pictures=40))


@pytest.fixture
def call() -> Callable[..., Call]:
    """A call that the endpoint saw; without `answered`, one that was under way."""

    def made(sample: int, arrived: float = 0.0, answered: float | None = None) -> Call:
        return Call(sample=sample, arrived=arrived, size=1, digest="", answered=answered)

    return made


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Three repetitions, of lmms-eval one, and no endpoint."""
    extent = replace(FULL, tiny=Kind("tiny", 4, 4), repetitions=3, slow_repetitions=1)
    server: Any = None
    return Bench(server, extent, tmp_path / "work", tmp_path / "data")


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Path]:
    """Puts `measure` in the place of a bench's module, and its work and results below a folder."""

    def use(front: ModuleType, name: str, measure: Callable[..., Any]) -> Path:
        module = ModuleType(name)
        module.measure = measure  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, name, module)
        monkeypatch.setattr(front, "BUILD", tmp_path / "build")
        monkeypatch.setattr(front, "RESULTS", tmp_path / "results")
        return tmp_path

    return use
