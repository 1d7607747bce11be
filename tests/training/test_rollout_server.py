"""What TRL is told of a rollout server, and what is said where one is missing. No vLLM runs."""

from pathlib import Path

import pytest

from blindspot.core.errors import ConfigError, StageError
from blindspot.core.model import ModelSettings
from training import readiness, rollout_server, stage
from training.optimiser import Job
from training.optimisers import grpo
from training.quiet import quiet
from training.settings import GrpoSettings, TrainingSettings, VllmSettings

SERVED = TrainingSettings(grpo=GrpoSettings(vllm=VllmSettings(enabled=True)))
POLICY = ModelSettings(checkpoint="Qwen/Qwen2.5-VL-7B-Instruct")


def is_installed(monkeypatch: pytest.MonkeyPatch, found: bool) -> None:
    spec = object() if found else None
    monkeypatch.setattr("training.rollout_server.find_spec", lambda _: spec)


def test_without_vllm_the_run_is_refused_before_anything_is_spent(
    monkeypatch: pytest.MonkeyPatch,
):
    is_installed(monkeypatch, found=False)
    with pytest.raises(ConfigError, match=r"vLLM is not installed.*pip install 'trl\[vllm\]'"):
        stage.check(SERVED, POLICY)
    stage.check(TrainingSettings(), POLICY)
    stage.check(SERVED.model_copy(update={"optimiser": "sft"}), POLICY)


def test_validate_says_what_to_start(monkeypatch: pytest.MonkeyPatch):
    is_installed(monkeypatch, found=True)
    said = next(s for s in readiness.lines(SERVED, POLICY, None) if s.startswith("rollouts: "))
    assert "vllm serve Qwen/Qwen2.5-VL-7B-Instruct --weight-transfer-config" in said
    assert not any(
        s.startswith("rollouts: ") for s in readiness.lines(TrainingSettings(), POLICY, None)
    )


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("http://127.0.0.1:8000", ""),
        ("http://gpu-1:8001/", " --port 8001"),
        ("http://gpu-1", ""),
    ],
)
def test_the_server_listens_where_it_is_asked(url: str, port: str):
    line = rollout_server.command("a model", VllmSettings(base_url=url))
    assert f"vllm serve 'a model'{port} --weight-transfer-config" in line


def test_what_trl_is_told(tmp_path: Path):
    job = Job(SERVED, None, None, None, tmp_path)  # pyright: ignore[reportArgumentType]
    with quiet():
        told = grpo._arguments(job)
    assert told.use_vllm
    assert told.vllm_mode == "server"
    assert told.vllm_server_base_url == "http://127.0.0.1:8000"
    assert told.vllm_server_timeout == 240
    assert told.vllm_group_port == 51216
    assert rollout_server.arguments(TrainingSettings()) == {}


def test_weights_are_handed_over_between_gpus():
    with pytest.raises(ConfigError, match="trained on a CPU"):
        rollout_server.check_device(on_gpu=False)
    rollout_server.check_device(on_gpu=True)


def test_a_server_that_does_not_answer():
    with (
        pytest.raises(StageError, match=r"did not answer within 240 s.*vllm serve m "),
        rollout_server.reached(SERVED, "m"),
    ):
        raise ConnectionError("can't be reached")


def test_the_server_is_not_blamed_where_there_is_none():
    with pytest.raises(ConnectionError), rollout_server.reached(TrainingSettings(), "m"):
        raise ConnectionError("something else")
