"""What can be said of a training before a GPU is taken, a line each, for `blindspot validate`.

    training: dpo with adapters, 40 steps of 64
    memory: 16.4 GiB (weights 15.2, …), activations apart
    processor: LlavaProcessor, chat template

Raises what the training itself would, only earlier: steps that cannot be dealt out evenly, unknown
rewards, a processor without chat template, a policy that is no checkpoint.
"""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from blindspot.core.advice import Note
from blindspot.core.errors import DataError
from blindspot.core.loading import load_processor
from blindspot.core.model import ModelSettings
from training import memory, rollout_server, stage
from training.distributed import world_size
from training.settings import TrainingSettings


def lines(settings: TrainingSettings, policy: ModelSettings, folder: Path | None) -> Iterator[str]:
    """One line per check that passed. `folder`: where the checkpoint lies on this machine, or None
    while it is to be downloaded.
    """
    stage.check(settings, policy)
    yield _plan(settings)
    if "format" in settings.grpo.rewards and settings.optimiser == "grpo":
        yield "reward format: given where a prompt asks for a form, and to no other"
    if rollout_server.used(settings):
        line = rollout_server.command(policy.checkpoint, settings.grpo.vllm)
        yield f"rollouts: by vLLM on GPUs of its own, to be started with {line}"
    if folder is None:
        yield Note("memory and processor: unknown until the checkpoint is here")
        return
    yield f"memory: {_memory(settings, folder)}"
    yield f"processor: {_processor(policy)}"


def _plan(settings: TrainingSettings) -> str:
    kind = f"{settings.optimiser} with adapters" if settings.lora.enabled else settings.optimiser
    group = f", {settings.grpo.group_size} rollouts each" if settings.optimiser == "grpo" else ""
    return f"training: {kind}, {settings.steps} steps of {settings.prompts_per_step}{group}"


def _memory(settings: TrainingSettings, folder: Path) -> str:
    found = memory.shapes(folder)
    if not found:
        raise DataError(
            f"The checkpoint {folder}",
            "it has no safetensors whose headers can be read",
            "Download it again",
        )
    adapters = memory.adapter_parameters(found, settings) if settings.lora.enabled else 0
    estimate = memory.estimate(settings, memory.parameters(found), adapters)
    alone = " for one process; a launcher's config may share it out" if world_size() == 1 else ""
    return estimate.said() + alone


def _processor(policy: ModelSettings) -> str:
    """Loads it, for only that tells."""
    found = load_processor(policy)
    video = hasattr(found, "video_processor") or find_spec("torchvision") is not None
    apart = "" if video else ", without videos (no torchvision)"
    return f"{type(found).__name__}, chat template{apart}"
