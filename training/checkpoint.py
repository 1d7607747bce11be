"""The start checkpoint in, the trained checkpoint out: a Hugging Face folder that any server
loads.

Out goes what came in, with other weights: config and generation config are those of the start
checkpoint, since trainers change them (no cache, other special tokens). The processor has the chat
template and pixel limits that it was trained with. An adapter lies beside the weights that it was
merged into.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blindspot.core import checkpoints
from blindspot.core.artifact import write_text
from blindspot.core.errors import ConfigError, DataError
from blindspot.core.loading import load_processor, load_weights
from blindspot.core.model import ModelSettings
from training import distributed, lora
from training.settings import TrainingSettings

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, ProcessorMixin


@dataclass(frozen=True)
class Loaded:
    """A start checkpoint."""

    name: str
    model: "PreTrainedModel"
    processor: "ProcessorMixin"
    on_gpu: bool
    """Whether it is trained on one; of several processes, each takes its own later."""


def check_policy(policy: ModelSettings) -> None:
    """Raise ConfigError for a policy whose weights this machine cannot train."""
    if policy.backend != "transformers_local":
        raise ConfigError(
            f"model.backend = '{policy.backend}'",
            "only weights in a Hugging Face folder can be trained, not a server behind an address",
            "Set model.backend = 'transformers_local' and model.checkpoint to the folder",
        )


def load(policy: ModelSettings, settings: TrainingSettings, resumed: Path | None = None) -> Loaded:
    """Load model and processor for training, the weights from a trainer's checkpoint if one is
    `resumed`. Raises DataError when they cannot be.

    `Trainer` does not do that reliably: where transformers saves weights under other names than
    the model has them (LLaVA, Qwen-VL), it finds none of them again and goes on with the start
    weights, without an error (huggingface/transformers#43701).
    """
    name = policy.checkpoint
    processor = load_processor(policy)
    whole = None if settings.lora.enabled else resumed
    model = load_weights(name, settings.dtype, whole)
    if whole:
        _check_architecture(name, model, whole)
    model.config._name_or_path = name  # where TRL finds the reference
    _check_tokenizer(name, processor)
    lora.check(settings, model)
    if not settings.train_vision_tower:
        _freeze_tower(name, model)
    device = _device(policy.device)
    if distributed.world_size() == 1:
        model.to(device)
    return Loaded(name, model, processor, device.type != "cpu")


def finish(policy: ModelSettings, settings: TrainingSettings, saved: Path, folder: Path) -> None:
    """Write the folder that others load, from what the trainer saved: weights, config, generation
    config, processor, tokenizer and chat template. They are read from disk once more, so weights
    that could not be are found out here.
    """
    if settings.lora.enabled:
        model = lora.merged(policy.checkpoint, saved)
        lora.keep(saved, folder / lora.FOLDER)
    else:
        model = load_weights(policy.checkpoint, settings.dtype, saved)
    _save_weights(model, policy.checkpoint, folder, settings)
    load_processor(policy).save_pretrained(folder)
    _keep_video(checkpoints.fetch(policy), folder)


def _save_weights(model: Any, name: str, folder: Path, settings: TrainingSettings) -> None:
    import torch

    config, generation = _start_configs(name)
    dtype = config.dtype or torch.float32
    if settings.save_dtype != "start":
        dtype = getattr(torch, settings.save_dtype)
        for part in config.sub_configs:
            getattr(config, part).dtype = dtype
    model.config = config
    if generation is not None:
        model.generation_config = generation
    model.to(dtype).save_pretrained(folder)


def _keep_video(start: Path, folder: Path) -> None:
    """What the start checkpoint says of videos, which processors leave out where torchvision is
    missing; elsewhere they do not load without it.
    """
    for name in ("video_preprocessor_config.json", "preprocessor_config.json"):
        if (start / name).is_file() and not (folder / name).exists():
            shutil.copyfile(start / name, folder / name)
    old, new = start / "processor_config.json", folder / "processor_config.json"
    videos = _json(old).get("video_processor")
    if videos and "video_processor" not in (written := _json(new)):
        write_text(new, json.dumps(written | {"video_processor": videos}, indent=2) + "\n")


def _json(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text()) if file.is_file() else {}


def _start_configs(name: str) -> tuple[Any, Any]:
    """Config and generation config as they stand in the start checkpoint."""
    from transformers import AutoConfig, GenerationConfig

    config = AutoConfig.from_pretrained(name)
    try:
        return config, GenerationConfig.from_pretrained(name)
    except OSError:  # it has none; the model's own stays
        return config, None


def _check_architecture(name: str, model: Any, resumed: Path) -> None:
    """Raise DataError where the resumed weights are not of the start checkpoint's shapes."""
    import torch
    from transformers import AutoConfig, AutoModelForImageTextToText

    factory: Any = AutoModelForImageTextToText
    with torch.device("meta"):
        start = factory.from_config(AutoConfig.from_pretrained(name))
    wanted = {path: tuple(p.shape) for path, p in start.named_parameters()}
    found = {path: tuple(p.shape) for path, p in model.named_parameters()}
    if wanted != found:
        path = min(p for p in {*wanted, *found} if wanted.get(p) != found.get(p))
        raise DataError(
            f"The trainer's checkpoint {resumed}",
            f"it is of another architecture than {name} ({path} differs)",
            "Train from the beginning with --redo checkpoint",
        )


def _check_tokenizer(name: str, processor: Any) -> None:
    if getattr(processor, "tokenizer", None) is None:
        raise _refused(name, "its processor has no tokenizer", "Give a vision-language checkpoint")
    if processor.tokenizer.eos_token_id is None:
        raise _refused(
            name,
            "its tokenizer has no end token, so no answer would ever end",
            "Set eos_token in tokenizer_config.json",
        )


def _freeze_tower(name: str, model: Any) -> None:
    tower = [p for path, p in model.named_parameters() if {*lora.TOWERS} & {*path.split(".")}]
    if not tower:
        raise ConfigError(
            "training.train_vision_tower = false",
            f"no image encoder was recognised in {name}",
            "Set it to true",
        )
    for parameter in tower:
        parameter.requires_grad_(False)


def _device(name: str) -> "torch.device":
    import torch

    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    gpus = torch.cuda.device_count()
    if name.startswith("cuda") and gpus > 1 and distributed.world_size() == 1:
        raise ConfigError(
            f"Training on {gpus} GPUs",
            "one process trains on one",
            "Start it with: accelerate launch --config_file FILE -m blindspot.cli train RUN (files "
            "lie in training/presets), or make one visible: CUDA_VISIBLE_DEVICES=0",
        )
    return torch.device(name)


def _refused(name: str, why: str, way_out: str) -> DataError:
    return DataError(f"The checkpoint {name}", why, way_out)
