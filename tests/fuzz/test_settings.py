"""Configs, `--set`, taxonomies, suites and locks, broken: settings, or an error with the key."""

import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from blindspot.core import config, taxonomy
from blindspot.settings import Config
from harness import lock, suite
from harness.settings import EvaluationSettings

CONFIG: dict[str, Any] = {
    "name": "mine",
    "rounds": 2,
    "model": {"backend": "openai_api", "base_urls": ["http://localhost:8000/v1"], "model": "m"},
    "evaluation": {
        "suite": "eleven",
        "sampling": {"temperature": 0.5, "stop": ["x"]},
        "benchmarks": [{"name": "b", "path": "b.parquet", "columns": {"target": "answer"}}],
    },
    "diagnosis": {"seed": 1},
    "training": {"steps": 3},
}
TERMS = {
    "name": "mine",
    "image_types": {"plot": {"definition": "plots of data"}},
    "capabilities": {"counting": {"definition": "how many", "patterns": ["\\bhow many\\b"]}},
    "maps": [
        {
            "benchmark": "m",
            "attribute": "skills",
            "capabilities": {"counting reasoning": "counting"},
        }
    ],
}
SUITE = {"benchmarks": ["mmmu", {"name": "b", "path": "b.parquet", "half": "held_out"}]}
LOCK = {
    "mmstar": {"source": "Lin-Chen/MMStar", "revision": "bc98d668301da7b14f648724866e57302778ab27"}
}
SETS = (
    "training.steps=20",
    "model.base_urls=['a']",
    "evaluation.sampling.stop=[]",
    "a.b.c=1",
    "name.x=1",
    "=",
    "rounds",
    "evaluation.benchmarks.0.name=x",
    ".=1",
    "rounds=9\nname='y'",
)
fuzzed = settings.get_profile("fuzz")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], Path]:
    root, numbers = tmp_path_factory.mktemp("toml"), itertools.count()

    def write(content: bytes) -> Path:
        path = root / f"{next(numbers)}.toml"
        path.write_bytes(content)
        return path

    return write


def toml(fuzz: Any, data: st.DataObject, seed: dict[str, Any]) -> bytes:
    """TOML like the seed, with other values where TOML can say them; broken as bytes too."""
    broken = fuzz.value(data, seed)
    try:
        text = tomli_w.dumps(broken)
        raw = text.encode("utf-8", "surrogatepass")
    except (TypeError, ValueError, AttributeError):  # what TOML cannot say
        raw = tomli_w.dumps(seed).encode()
    return fuzz.raw(data, raw) if data.draw(st.integers(0, 3)) == 3 else raw


@settings(fuzzed, max_examples=fuzzed.max_examples * 3)
@given(data=st.data())
def test_configs(fuzz: Any, written: Callable[[bytes], Path], data: st.DataObject) -> None:
    path = written(toml(fuzz, data, CONFIG))
    found = fuzz.documented(lambda: config.load(path, Config))
    if found is not None:
        assert config.identity(found)


@settings(fuzzed, max_examples=fuzzed.max_examples * 2)
@given(data=st.data())
def test_options_on_the_command_line(fuzz: Any, data: st.DataObject) -> None:
    sets = tuple(fuzz.text(data, data.draw(st.sampled_from(SETS))) for _ in range(2))
    fuzz.documented(lambda: config.load(None, Config, sets))


@fuzzed
@given(data=st.data())
def test_taxonomies(fuzz: Any, written: Callable[[bytes], Path], data: st.DataObject) -> None:
    path = written(toml(fuzz, data, TERMS))
    found = fuzz.documented(lambda: taxonomy.load(path))
    if found is not None:
        assert all(re.compile(p) for t in found.capabilities.values() for p in t.patterns)


@fuzzed
@given(data=st.data())
def test_suites(fuzz: Any, written: Callable[[bytes], Path], data: st.DataObject) -> None:
    path = written(toml(fuzz, data, SUITE))
    fuzz.documented(lambda: suite.entries(EvaluationSettings(suite=str(path))))


@fuzzed
@given(data=st.data())
def test_locks(fuzz: Any, written: Callable[[bytes], Path], data: st.DataObject) -> None:
    path = written(toml(fuzz, data, LOCK))
    found = fuzz.documented(lambda: lock.locked(path, "mmstar", "Lin-Chen/MMStar"))
    assert found is None or isinstance(found, str)
    fuzz.documented(lambda: lock.keep(path, "other", "s", "r"))
