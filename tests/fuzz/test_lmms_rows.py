"""Rows of lmms-eval's tasks with other types, and completions of every kind: a score, or none."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import eleven
from harness import suite
from harness.settings import BenchmarkSettings, EvaluationSettings

fuzzed = settings.get_profile("fuzz")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Any, list[Any]]]:
    """Benchmarks with their stand-ins' samples: one that parses LaTeX, one with options, one that
    compares numbers, one with rules of its own.
    """
    root = tmp_path_factory.mktemp("eleven")
    names = ("mathvision", "mmmu", "chartqa", "ocrbench")
    for name in names:
        eleven.load(name).write(root)
    listed = tuple(BenchmarkSettings(name=name) for name in names)
    chosen = EvaluationSettings(benchmarks=listed, data=root, lock=root / "benchmarks.lock")
    found = {}
    for entry in suite.entries(chosen):
        one = entry.open()
        found[entry.settings.name] = (one, list(one.items()))
    return found


@fuzzed
@given(data=st.data())
def test_completions(fuzz: Any, opened: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(opened)))
    one, items = opened[name]
    item = data.draw(st.sampled_from(items))
    seeds = [item.sample.target, f"The answer is ({item.sample.target}).", "\\boxed{\\frac{1}{2}}"]
    said = fuzz.text(data, data.draw(st.sampled_from(seeds))).encode("utf-8", "replace").decode()
    grade = fuzz.documented(lambda: one.grade(item.sample, item.doc, said))
    if grade is not None:
        assert 0 <= grade.score <= 1
        (grade.answer or "").encode()


@fuzzed
@given(data=st.data())
def test_rows(fuzz: Any, opened: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(opened)))
    one, items = opened[name]
    item = data.draw(st.sampled_from(items))
    doc = fuzz.value(data, deepcopy(dict(item.doc)))
    if isinstance(doc, dict):
        fuzz.documented(lambda: one._item("x", doc, 1))
