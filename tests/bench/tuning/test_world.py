"""The trials' setups: what smoke leaves out, and that trials of another setup are refused."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bench.extent import Extent
from bench.tuning import gain, world
from bench.tuning.world import claim, setup_of
from blindspot.core.errors import ConfigError


def test_smoke_measures_less_with_the_difficulty_gate_off(tmp_path: Path):
    small, whole = setup_of(Extent(False, tmp_path)), setup_of(Extent(True, tmp_path))
    assert (small.seeds, whole.seeds) == (1, 8)
    assert small.config.training.steps < whole.config.training.steps
    assert not whole.config.generation.difficulty.enabled
    again = setup_of(Extent(True, tmp_path), difficulty=True)
    assert again.config.generation.difficulty.enabled
    assert again.work != whole.work


def test_budget_and_steps_are_those_of_the_docstring(tmp_path: Path):
    config = setup_of(Extent(True, tmp_path)).config
    training = config.training
    assert config.diagnosis.budget == 720
    assert (training.steps, training.prompts_per_step) == (40, 24)
    assert "720 samples\n  and 40 optimiser steps of 24 prompts" in str(gain.__doc__)


def test_trials_of_another_setup_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(world, "fingerprint", lambda _: "model")
    claim(setup_of(Extent(False, tmp_path)))
    claim(setup_of(Extent(False, tmp_path)))
    with pytest.raises(ConfigError, match=r"Settings\..* was "):
        claim(setup_of(Extent(True, tmp_path)))


def test_only_the_held_out_rows_are_asked_of_a_trained_model(tmp_path: Path):
    setup = setup_of(Extent(True, tmp_path))
    setup.work.mkdir()
    world._keep_held_out(setup, ["arithmetic-minus-0001", "chart_color-0001"])
    (benchmark,) = world.held_out(setup).benchmarks
    assert benchmark.half == "held_out"
    rows = pq.read_table(benchmark.path).column("id").to_pylist()
    assert rows == ["arithmetic-minus-0001", "chart_color-0001"]
