import json
import struct
from pathlib import Path

import pytest

from training.memory import GIB, adapter_parameters, estimate, parameters, shapes
from training.quiet import quiet
from training.settings import GrpoSettings, LoraSettings, TrainingSettings

B = 8_000_000_000


def test_all_weights_in_float32_by_hand():
    found = estimate(TrainingSettings(), B)
    assert (found.weights, found.gradients, found.optimiser) == (4 * B, 4 * B, 8 * B)
    assert found.reference == 4 * B
    assert found.total == 20 * B
    assert found.said().startswith(f"{20 * B / GIB:.1f} GiB (weights 29.8, gradients 29.8")
    small = estimate(TrainingSettings(), 2**20).said()
    assert small.startswith("20.0 MiB (weights 4.0, gradients 4.0, optimiser 8.0, reference 4.0)")


def test_no_reference_where_none_is_compared_with():
    without = TrainingSettings(grpo=GrpoSettings(beta=0))
    assert estimate(without, B).reference == 0
    assert estimate(TrainingSettings(optimiser="sft"), B).reference == 0
    assert estimate(TrainingSettings(optimiser="dpo"), B).reference == 4 * B


def test_adapters_on_bfloat16_weights():
    settings = TrainingSettings(dtype="bfloat16", lora=LoraSettings(enabled=True))
    found = estimate(settings, B, adapters=B // 100)
    small = 4 * B // 100
    assert found.weights == 2 * B + small
    assert (found.gradients, found.optimiser, found.reference) == (small, 2 * small, 0)


def test_shared_out_over_eight():
    zero2 = estimate(TrainingSettings(dtype="bfloat16"), B, shards=8, master=True)
    assert (zero2.weights, zero2.reference) == (2 * B, 2 * B)
    assert (zero2.gradients, zero2.optimiser) == (2 * B // 8, 12 * B // 8)
    assert zero2.total / GIB < 80 * 0.6  # room for activations on a GPU of 80 GB
    fsdp = estimate(TrainingSettings(), B, shards=16, whole_weights=False)
    assert fsdp.total == 20 * B // 16


def header(folder: Path, **tensors: list[int]) -> None:
    text = json.dumps(
        {"__metadata__": {"format": "pt"}}
        | {name: {"dtype": "F32", "shape": shape} for name, shape in tensors.items()}
    ).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text)


def test_adapters_are_counted_from_the_headers(tmp_path: Path):
    header(
        tmp_path,
        **{
            "language_model.layers.0.q_proj.weight": [64, 64],
            "language_model.layers.0.down_proj.weight": [64, 256],
            "language_model.layers.0.norm.weight": [64],
            "vision_tower.layers.0.fc1.weight": [32, 16],
            "embed_tokens.weight": [1000, 64],
            "lm_head.weight": [1000, 64],
        },
    )
    found = shapes(tmp_path)
    assert parameters(found) == 64 * 64 + 64 * 256 + 64 + 32 * 16 + 2 * 64_000
    lora = LoraSettings(enabled=True, rank=4)
    every = TrainingSettings(lora=lora)
    assert adapter_parameters(found, every) == 4 * (128 + 320 + 48)
    frozen = TrainingSettings(lora=lora, train_vision_tower=False)
    assert adapter_parameters(found, frozen) == 4 * (128 + 320)
    one = lora.model_copy(update={"target_modules": ("q_proj",)})
    assert adapter_parameters(found, TrainingSettings(lora=one)) == 4 * 128


@pytest.mark.parametrize("content", [b"", b"\x00" * 20, struct.pack("<Q", 5) + b"nojso"])
def test_what_is_no_safetensors_counts_nothing(tmp_path: Path, content: bytes):
    (tmp_path / "model.safetensors").write_bytes(content)
    assert shapes(tmp_path) == {}


def test_the_estimate_agrees_with_peft(checkpoint: Path):
    from peft import get_peft_model

    from blindspot.core.loading import load_weights
    from training.lora import adapter

    settings = TrainingSettings(lora=LoraSettings(enabled=True, rank=4))
    config = adapter(settings)
    assert config is not None
    with quiet():
        model = get_peft_model(load_weights(str(checkpoint), "float32"), config)
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    assert adapter_parameters(shapes(checkpoint), settings) == trained
