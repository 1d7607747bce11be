"""The arithmetic of a large loop, by hand."""

import json
from pathlib import Path

import pytest

from bench.scaling.reckoning import Assumed, Known, known, lines, main, parts

PLAIN = Assumed(
    rounds=3,
    samples=100,
    prompt=1000,
    answer=100,
    prefill=1000,
    decode=100,
    parameters=1e9,
    flops=8e12,
    used=0.5,
    agent_prompt=1000,
    agent_answer=500,
    prompt_price=1.0,
    answer_price=2.0,
    gpu_price=2.0,
)
COUNTED = Known(
    requests=3600,
    judged=500,
    validation=0.5,
    steps=10,
    prompts=6,
    group=4,
    calls={"writer": 2.0, "solver": 3.0, "policy": 8.0},
    cpu_ms=1.0,
)


def test_each_part_is_what_a_pencil_finds():
    found = {part.name: part for part in parts(PLAIN, COUNTED)}
    evaluation = found["evaluation"]
    assert (evaluation.times, evaluation.calls) == (4, 14_400)
    assert evaluation.gpu_hours == pytest.approx(8)  # one second of reading, one of writing
    judge = found["judge, where every rule abstains"]
    assert (judge.calls, judge.price) == (2000, pytest.approx(4))
    agents = found["agents of generation"]
    assert agents.calls == 3 * 150 * 5
    assert agents.price == pytest.approx(2250 * 0.002)
    assert found["difficulty of candidates"].calls == 3 * 150 * 8
    assert found["rollouts of training"].calls == 720
    assert found["rollouts of training"].gpu_hours == pytest.approx(0.4)
    passes = found["passes of training"]
    assert passes.gpu_hours == pytest.approx(8e9 * 720 * 1100 / 4e12 / 3600)


def test_the_table_adds_up():
    text = "\n".join(lines(PLAIN, COUNTED))
    hours = sum(part.gpu_hours for part in parts(PLAIN, COUNTED))
    paid = sum(part.price for part in parts(PLAIN, COUNTED))
    assert f"GPU hours at 2 each: {hours * 2:,.0f}; " in text
    assert f"with the endpoints: {hours * 2 + paid:,.0f}" in text
    assert "decode 100" in text
    assert "CPU of the harness beside it: 0.00 hours" in text


def test_what_is_measured_comes_from_the_results(tmp_path: Path):
    calls = [
        {"measure": "calls of the writer for a training sample, of 200", "value": 1.5},
        {"measure": "calls of the policy for a training sample, of 200", "value": 9.0},
    ]
    cpu = [{"measure": "CPU per sample while requesting", "value": -1.0}]
    cpu.append({"measure": "CPU per sample of the whole command with grading", "value": 2.5})
    (tmp_path / "scale-S5.json").write_text(json.dumps({"rows": calls}))
    (tmp_path / "harness-H6.json").write_text(json.dumps({"rows": cpu}))
    found = known(tmp_path)
    assert found.calls == {"writer": 1.5, "policy": 9.0}
    assert (found.cpu_ms, found.validation) == (2.5, 0.1)
    assert (found.steps, found.prompts, found.group) == (10, 512, 8)
    assert (found.requests, found.judged) == (25_596, 5_940)


def test_assumptions_are_options(capsys: pytest.CaptureFixture[str]):
    main(["--rounds", "1", "--decode", "4000"])
    text = capsys.readouterr().out
    assert "eleven benchmarks, 1 rounds" in text
    assert "decode 4000" in text


def test_the_page_shows_what_the_command_prints(capsys: pytest.CaptureFixture[str]):
    main([])
    page = Path(__file__).parents[3] / "docs" / "scale.md"
    assert capsys.readouterr().out in page.read_text(), (
        "put it there anew: python -m bench.scaling.reckoning"
    )
