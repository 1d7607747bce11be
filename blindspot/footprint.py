"""What a checkpoint takes, as far as its files tell: tokens of a picture, bytes of its weights,
bytes that it keeps for every token it has read.

    preprocessor_config.json, processor_config.json    how pictures become tokens
    config.json                                        layers and heads: the KV cache
    *.safetensors (their headers)                      parameters

Nothing is loaded, downloaded or asked of the hub. Of a checkpoint that is not here, a few families
are known by name; whatever comes from there says so, and what nobody can know is None.
"""

import json
import math
import re
import struct
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from blindspot.core.model import ModelSettings

LOCAL: Final = ("transformers_local", "vllm_server")
"""Backends that load a checkpoint on this machine."""
BYTES: Final = {"float32": 4, "bfloat16": 2, "float16": 2}
"""Of one number."""
_SLIMMEST: Final = 200
"""Length by width from which Qwen2-VL's processor refuses a picture."""
_HEADER: Final = 100_000_000
"""Bytes of the longest header that a safetensors file may have."""
_BILLIONS: Final = re.compile(r"(?<![\dxX.])(\d+(?:\.\d+)?)[bB](?![a-zA-Z])")


@dataclass(frozen=True)
class Patches:
    """Pictures of any size, cut into squares of one token each: Qwen2-VL and its relatives."""

    edge: int
    """Pixels along such a square: patch size × merge size."""
    min_pixels: int
    """Smaller pictures are enlarged."""
    max_pixels: int
    """Larger pictures are reduced."""

    def tokens(self, width: int, height: int) -> int:
        """Tokens of one picture, rounded as transformers' `smart_resize` rounds."""
        down, across = (round(side / self.edge) for side in (height, width))
        if down * across * self.edge**2 > self.max_pixels:
            scale = math.sqrt(height * width / self.max_pixels)
            down, across = (
                max(1, math.floor(side / scale / self.edge)) for side in (height, width)
            )
        elif down * across * self.edge**2 < self.min_pixels:
            scale = math.sqrt(self.min_pixels / (height * width))
            down, across = (math.ceil(side * scale / self.edge) for side in (height, width))
        return down * across

    @property
    def most(self) -> int:
        """Tokens that no picture exceeds: of the largest, of the slimmest, of one enlarged."""
        largest = self.max_pixels // self.edge**2
        slimmest = math.isqrt(_SLIMMEST * self.max_pixels) // self.edge
        short, long = (
            math.sqrt(self.min_pixels * ratio) / self.edge + 1
            for ratio in (1 / _SLIMMEST, _SLIMMEST)
        )
        return max(largest, slimmest, math.floor(short * long))


@dataclass(frozen=True)
class Fixed:
    """Pictures brought to one size: LLaVA."""

    most: int
    """Tokens of every picture."""

    def tokens(self, width: int, height: int) -> int:
        """The same for all."""
        return self.most


@dataclass(frozen=True)
class Footprint:
    """What is known of a checkpoint; None is what is not."""

    name: str
    """As the config gives it."""
    folder: Path | None = None
    """Where it lies on this machine."""
    pictures: Patches | Fixed | None = None
    """How pictures become tokens."""
    parameters: int | None = None
    """Numbers in its weights."""
    cached: int | None = None
    """Numbers kept for each token: keys and values of all layers."""
    weights: int | None = None
    """Bytes of its weight files, as their index states them."""
    complete: bool = False
    """Whether all weight files lie in the folder."""
    by_name: bool = False
    """Whether pictures and parameters are taken from its name."""

    @property
    def is_own(self) -> bool:
        """Whether it is a folder that the config names, which no download completes."""
        return self.folder is not None and self.folder == Path(self.name)


_FAMILIES: Final = {
    "qwen2-vl": Patches(28, 3136, 12_845_056),
    "qwen2.5-vl": Patches(28, 3136, 12_845_056),
    "qwen3-vl": Patches(32, 65_536, 16_777_216),
}
"""By what a checkpoint's name contains, with the limits that its published files set."""


def footprint(settings: ModelSettings) -> Footprint:
    """What is known of the configured model."""
    name = settings.checkpoint if settings.backend in LOCAL else settings.model
    folder = here(settings)
    found = _from_files(name, folder) if folder else _from_name(name)
    return replace(found, pictures=_limited(found.pictures, settings))


def here(settings: ModelSettings) -> Path | None:
    """The checkpoint's folder, or the hub's copy on this machine; None where there is neither."""
    if settings.backend not in LOCAL or not settings.checkpoint:
        return None
    if (folder := Path(settings.checkpoint)).is_dir():
        return folder
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError
    except ModuleNotFoundError:
        return None
    try:
        return Path(snapshot_download(settings.checkpoint, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError):
        return None


def cached_numbers(config: dict[str, Any]) -> int | None:
    """Keys and values of one token: 2 × layers × key-value heads × their size."""
    text = config.get("text_config") or config.get("llm_config") or config
    heads = text.get("num_attention_heads")
    layers, kept = text.get("num_hidden_layers"), text.get("num_key_value_heads") or heads
    size = text.get("head_dim") or (text.get("hidden_size", 0) // heads if heads else None)
    return 2 * layers * kept * size if layers and kept and size else None


def billions(name: str) -> int | None:
    """Parameters that a name states: `Qwen/Qwen2.5-VL-7B-Instruct` has 7 × 10^9."""
    found = _BILLIONS.search(name.rsplit("/", 1)[-1])
    return round(float(found[1]) * 1e9) if found else None


def _from_name(name: str) -> Footprint:
    pictures = next((p for part, p in _FAMILIES.items() if part in name.lower()), None)
    return Footprint(name, pictures=pictures, parameters=billions(name), by_name=True)


def _from_files(name: str, folder: Path) -> Footprint:
    config, index = _json(folder / "config.json"), _json(folder / "model.safetensors.index.json")
    return Footprint(
        name,
        folder,
        pictures=_pictures(folder, config),
        parameters=_in_headers(folder) or _in_index(index, config),
        cached=cached_numbers(config),
        weights=(index.get("metadata") or {}).get("total_size"),
        complete=_complete(folder, index),
    )


def _limited(pictures: Patches | Fixed | None, settings: ModelSettings) -> Patches | Fixed | None:
    """With the config's limits in place of the checkpoint's own."""
    if not isinstance(pictures, Patches):
        return pictures
    return replace(
        pictures,
        min_pixels=settings.min_pixels or pictures.min_pixels,
        max_pixels=settings.max_pixels or pictures.max_pixels,
    )


def _pictures(folder: Path, config: dict[str, Any]) -> Patches | Fixed | None:
    outer = _json(folder / "processor_config.json")
    inner = outer.get("image_processor") or _json(folder / "preprocessor_config.json")
    if "merge_size" in inner and "patch_size" in inner:
        size = inner.get("size") or {}
        return Patches(
            inner["patch_size"] * inner["merge_size"],
            inner.get("min_pixels") or size.get("shortest_edge") or 3136,
            inner.get("max_pixels") or size.get("longest_edge") or 1_003_520,
        )
    return _llava(outer, config) if config.get("model_type") == "llava" else None


def _llava(processor: dict[str, Any], config: dict[str, Any]) -> Fixed | None:
    """One token per patch, and those that the processor adds or its strategy drops."""
    vision = config.get("vision_config") or {}
    image, patch = vision.get("image_size"), vision.get("patch_size")
    if not image or not patch:
        return None
    tokens = (image // patch) ** 2 + processor.get("num_additional_image_tokens", 0)
    return Fixed(tokens - (processor.get("vision_feature_select_strategy") == "default"))


def _complete(folder: Path, index: dict[str, Any]) -> bool:
    """Whether the files are there that the index names; without one, whether there are any."""
    if named := set((index.get("weight_map") or {}).values()):
        return all((folder / name).is_file() for name in named)
    return any(file.suffix in (".safetensors", ".bin") for file in folder.iterdir())


def _in_headers(folder: Path) -> int | None:
    """Parameters by the headers of the weight files; None where one is missing or unreadable."""
    if not _complete(folder, _json(folder / "model.safetensors.index.json")):
        return None
    counts = [_in_header(file) for file in folder.glob("*.safetensors")]
    return sum(count or 0 for count in counts) if counts and all(counts) else None


def _in_index(index: dict[str, Any], config: dict[str, Any]) -> int | None:
    """Parameters by the index, which states their number or their bytes."""
    stated = index.get("metadata") or {}
    width = BYTES.get(config.get("dtype") or config.get("torch_dtype") or "")
    total = stated.get("total_size")
    return stated.get("total_parameters") or (total // width if total and width else None)


def _in_header(file: Path) -> int | None:
    """Numbers in one safetensors file; None where it is no such file."""
    try:
        with file.open("rb") as stream:
            length = struct.unpack("<Q", stream.read(8))[0]
            header = json.loads(stream.read(length)) if length <= _HEADER else {}
    except (OSError, struct.error, ValueError):
        return None
    tensors = (value for name, value in header.items() if name != "__metadata__")
    return sum(math.prod(tensor["shape"]) for tensor in tensors) or None


def _json(file: Path) -> dict[str, Any]:
    """A JSON object; an empty one where there is none. The backend says what is wrong with it."""
    try:
        value = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
