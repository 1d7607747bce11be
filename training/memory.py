"""What training takes on a GPU, as far as parameters tell: weights, gradients, the optimiser's
numbers, the reference. Activations depend on pictures and answers and stand outside.

    8e9 parameters, all of them in float32, GRPO with a reference
        weights 29.8 GiB + gradients 29.8 + AdamW 59.6 + reference 29.8 = 149 GiB
    the same with adapters of .08e9 parameters on bfloat16 weights
        weights 14.9 + adapters .3 + gradients .3 + AdamW .6 = 16.1 GiB

What is shared out over GPUs (`shards`) is divided by their number; under ZeRO-2 and FSDP weights in
bfloat16 have a float32 master among the optimiser's numbers.
"""

import json
import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from training import lora
from training.optimiser import optimisers
from training.settings import TrainingSettings

GIB: Final = 2**30
MIB: Final = 2**20
_BYTES: Final = {"float32": 4, "bfloat16": 2}
_NOT_ADAPTED: Final = ("embed_tokens", "lm_head", "embedding")
"""In the names of matrices that get no adapter."""


@dataclass(frozen=True)
class Memory:
    """Bytes on one GPU, without activations."""

    weights: int
    gradients: int
    optimiser: int
    reference: int

    @property
    def total(self) -> int:
        return self.weights + self.gradients + self.optimiser + self.reference

    def said(self) -> str:
        """`149.0 GiB (weights 29.8, …), activations apart`."""
        parts = ("weights", "gradients", "optimiser", "reference")
        unit, scale = ("GiB", GIB) if self.total >= GIB / 10 else ("MiB", MIB)
        each = ", ".join(f"{p} {getattr(self, p) / scale:.1f}" for p in parts if getattr(self, p))
        return f"{self.total / scale:.1f} {unit} ({each}), activations apart"


def estimate(
    settings: TrainingSettings,
    parameters: int,
    adapters: int = 0,
    *,
    shards: int = 1,
    whole_weights: bool = True,
    master: bool = False,
) -> Memory:
    """Bytes on each GPU for a model of so many `parameters`; `adapters`: those of LoRA, in float32.
    `shards` GPUs share gradients and the optimiser's numbers, and the weights too unless
    `whole_weights`; `master`: the optimiser keeps float32 weights beside bfloat16 ones.
    """
    width = _BYTES[settings.dtype]
    adapted = settings.lora.enabled
    trained, trained_width = (adapters, 4) if adapted else (parameters, width)
    spread = 1 if whole_weights else shards
    twice = optimisers.load(settings.optimiser).keeps_reference(settings)
    numbers = 8 + 4 if master else 2 * trained_width
    return Memory(
        weights=(parameters * width + (4 * adapters if adapted else 0)) // spread,
        gradients=trained * trained_width // shards,
        optimiser=trained * numbers // shards,
        reference=parameters * width // spread if twice else 0,
    )


def adapter_parameters(shapes: dict[str, tuple[int, ...]], settings: TrainingSettings) -> int:
    """Parameters of the adapters: rank × (rows + columns) of every matrix that gets one."""
    return sum(
        settings.lora.rank * sum(shape)
        for name, shape in shapes.items()
        if len(shape) == 2 and _is_adapted(name, settings)
    )


def shapes(folder: Path) -> dict[str, tuple[int, ...]]:
    """Shape of every tensor in a folder's safetensors, from their headers alone; what cannot be
    read is left out.
    """
    found: dict[str, tuple[int, ...]] = {}
    for file in sorted(folder.glob("*.safetensors")):
        header = _header(file)
        found |= {k: tuple(v["shape"]) for k, v in header.items() if k != "__metadata__"}
    return found


def parameters(found: dict[str, tuple[int, ...]]) -> int:
    """Numbers in all of the tensors."""
    return sum(math.prod(shape) for shape in found.values())


def _is_adapted(name: str, settings: TrainingSettings) -> bool:
    parts = name.removesuffix(".weight").split(".")
    if any(word in name for word in _NOT_ADAPTED):
        return False
    if not settings.train_vision_tower and set(parts) & set(lora.TOWERS):
        return False
    targets = settings.lora.target_modules
    return targets == "all-linear" or parts[-1] in {t.rsplit(".", 1)[-1] for t in targets}


def _header(file: Path) -> dict[str, dict[str, list[int]]]:
    try:
        with file.open("rb") as stream:
            return json.loads(stream.read(struct.unpack("<Q", stream.read(8))[0]))
    except (OSError, struct.error, ValueError, OverflowError):
        return {}
