"""Rollouts by a vLLM server: what it needs, how it is started, what TRL is told.

    VLLM_SERVER_DEV_MODE=1 vllm serve Qwen/Qwen2.5-VL-7B-Instruct --weight-transfer-config \
'{"backend": "nccl"}' --logprobs-mode processed_logprobs --max-logprobs -1

The server holds GPUs that no training process uses (`CUDA_VISIBLE_DEVICES` on both sides). TRL 1.16
hands it the weights of every step and corrects the loss for what the two engines compute
differently (its own default). A server's rollouts are not the same bits twice: a killed run
continues with the same data, but not to the same weights. `trl vllm-serve`, the older way, starts
the same command and says that it will be removed. None of this was run on a GPU here: what is
tested is what TRL is told, and what is said where something is missing.
"""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, Final

from blindspot.core.errors import ConfigError, StageError
from training.settings import TrainingSettings, VllmSettings

_SECTION: Final = "training.grpo.vllm.enabled = true"
_TRANSFER: Final = """'{"backend": "nccl"}'"""


def used(settings: TrainingSettings) -> bool:
    """Whether rollouts come from a server."""
    return settings.optimiser == "grpo" and settings.grpo.vllm.enabled


def check(settings: TrainingSettings) -> None:
    """Raise ConfigError where vLLM is asked for and this machine's training cannot speak to it."""
    if used(settings) and find_spec("vllm") is None:
        raise ConfigError(
            _SECTION,
            "vLLM is not installed here; the trainer needs it to hand the weights over",
            "Install TRL's extra (pip install 'trl[vllm]'), or set it to false: transformers then "
            "generates the rollouts",
        )


def check_device(on_gpu: bool) -> None:
    """Raise ConfigError where there is no GPU to hand weights over from."""
    if not on_gpu:
        raise ConfigError(
            _SECTION,
            "weights are handed over from GPU to GPU, and the policy is trained on a CPU",
            "Set it to false, or model.device = 'cuda'",
        )


def command(checkpoint: str, settings: VllmSettings) -> str:
    """The shell line that starts the server."""
    port = settings.base_url.rstrip("/").rpartition(":")[2]
    listens = f" --port {port}" if port.isdigit() and port != "8000" else ""
    return (
        f"VLLM_SERVER_DEV_MODE=1 vllm serve {shlex.quote(checkpoint)}{listens} "
        f"--weight-transfer-config {_TRANSFER} --logprobs-mode processed_logprobs --max-logprobs -1"
    )


def arguments(settings: TrainingSettings) -> dict[str, Any]:
    """Of TRL's `GRPOConfig`; none where transformers generates."""
    if not used(settings):
        return {}
    own = settings.grpo.vllm
    return {
        "use_vllm": True,
        "vllm_mode": "server",
        "vllm_server_base_url": own.base_url.rstrip("/"),
        "vllm_server_timeout": own.timeout,
        "vllm_group_port": own.group_port,
    }


@contextmanager
def reached(settings: TrainingSettings, checkpoint: str) -> Iterator[None]:
    """A server that does not answer becomes a StageError that says what to start."""
    try:
        yield
    except ConnectionError as error:
        if not used(settings):
            raise
        own = settings.grpo.vllm
        raise StageError(
            f"The rollout server at {own.base_url}",
            f"it did not answer within {own.timeout:g} s",
            f"Start it on GPUs of its own: {command(checkpoint, own)}",
        ) from error
