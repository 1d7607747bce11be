"""The loop around a trainer, and the sentence for each way in which its steps can fail (rewards
without signal: test_health, test_stage).
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from safetensors import SafetensorError

from blindspot.core.errors import StageError
from blindspot.core.training_set import TrainingSetArtifact
from training import checkpoint, data, loop, stage
from training.loop import WHOLE, clean, enough_memory, enough_room, last_whole, note
from training.quiet import quiet
from training.settings import LoraSettings, TrainingSettings


def test_only_whole_checkpoints_count(tmp_path: Path):
    for step in (2, 4, 10, 12):
        (tmp_path / f"checkpoint-{step}").mkdir()
    assert last_whole(tmp_path / "nothing") is None
    for step in (2, 10):
        (tmp_path / f"checkpoint-{step}" / WHOLE).touch()
    assert last_whole(tmp_path) == tmp_path / "checkpoint-10"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["checkpoint-10", "checkpoint-2"]


def test_the_log_keeps_steps_without_times():
    history = [{"loss": 1.0, "step": 1, "step_time": 0.3}, {"train_runtime": 5.0, "train_loss": 1}]
    assert clean(history) == [{"loss": 1.0, "step": 1}]


def test_what_stands_beside_the_bar():
    assert note({"loss": 0.5}) == "loss 0.500"
    record = {"loss": 0.0, "reward": 0.25, "frac_reward_zero_std": 0.5}
    assert note(record) == "reward 0.25, 50% of groups all alike"


def gpu_is_full() -> None:
    import torch

    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB\ntraceback")


def cublas_is_full() -> None:
    raise RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate")


def this_machine_is_full() -> None:
    import torch

    torch.empty(2**55)


def python_is_full() -> None:
    raise MemoryError


@pytest.mark.parametrize(
    "fill", [gpu_is_full, cublas_is_full, this_machine_is_full, python_is_full]
)
def test_want_of_memory_says_what_to_lower(fill: Callable[[], None]):
    said = r"ran out of memory: \w.*[Ll]ower training\.prompts_per_pass"
    with pytest.raises(StageError, match=said), enough_memory(TrainingSettings()):
        fill()


def torch_saves() -> None:
    import torch

    torch.save(torch.zeros(100_000), "/dev/full")


def safetensors_saves() -> None:
    raise SafetensorError("Error while serializing: No space left on device (os error 28)")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has such a device")
@pytest.mark.parametrize("save", [torch_saves, safetensors_saves])
def test_a_full_disk_is_told_whoever_finds_it(save: Callable[[], None], tmp_path: Path):
    told = r"No space left on device\. .*make room"
    with pytest.raises(StageError, match=told), enough_room(tmp_path / "checkpoint"):
        save()


def test_what_is_no_full_disk_stays_what_it_is(tmp_path: Path):
    with pytest.raises(RuntimeError, match="a defect"), enough_room(tmp_path):
        raise RuntimeError("a defect")


def test_what_is_no_want_of_memory_stays_what_it_is():
    with pytest.raises(RuntimeError, match="a defect"), enough_memory(TrainingSettings()):
        raise RuntimeError("a defect")


def test_adapters_of_another_rank_cannot_be_continued(
    inputs: stage.TrainingInputs, settings: Callable[..., TrainingSettings], tmp_path: Path
):
    table = data.read_samples(TrainingSetArtifact(inputs.training_set))

    def trainer(rank: int) -> Any:
        config = settings(optimiser="sft", steps=2, lora=LoraSettings(enabled=True, rank=rank))
        loaded = checkpoint.load(inputs.policy, config)
        return stage._trainer(config, inputs.policy, loaded, table, tmp_path / f"rank-{rank}")

    with quiet():
        trainer(2).train()
        with pytest.raises(StageError, match=r"other shapes.*--redo checkpoint"):
            loop._train(trainer(4), tmp_path / "rank-2" / "checkpoint-2")
