"""The start checkpoint in, the trained checkpoint out: a Hugging Face folder that any server
loads.

Out goes what came in, with other weights: config and generation config are those of the start
checkpoint, since trainers change them (no cache, other special tokens).
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from blindspot.core.errors import ConfigError, DataError
from blindspot.core.model import ModelSettings
from training.settings import TrainingSettings

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, ProcessorMixin

_TOWERS: Final = frozenset({"vision_tower", "vision_model", "visual", "vision_encoder"})


@dataclass(frozen=True)
class Loaded:
    """A start checkpoint."""

    name: str
    model: "PreTrainedModel"
    processor: "ProcessorMixin"


def check_policy(policy: ModelSettings) -> None:
    """Raise ConfigError for a policy whose weights this machine cannot train."""
    if policy.backend != "transformers_local":
        raise ConfigError(
            f"model.backend = '{policy.backend}'",
            "only weights in a Hugging Face folder can be trained, not a server behind an address",
            "Set model.backend = 'transformers_local' and model.checkpoint to the folder",
        )
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise ConfigError(
            "Training under a launcher with several processes",
            "this version trains in one process",
            "Start blindspot without accelerate launch or torchrun",
        )


def load(policy: ModelSettings, settings: TrainingSettings, resumed: Path | None = None) -> Loaded:
    """Load model and processor for training, the weights from a trainer's checkpoint if one is
    `resumed`. Raises DataError when they cannot be.

    `Trainer` does not do that reliably: where transformers saves weights under other names than
    the model has them (LLaVA, Qwen-VL), it finds none of them again and goes on with the start
    weights, without an error (huggingface/transformers#43701).
    """
    import torch
    from transformers import AutoModelForImageTextToText, AutoProcessor

    name = policy.checkpoint
    try:
        processor = AutoProcessor.from_pretrained(name)
        model = AutoModelForImageTextToText.from_pretrained(
            resumed or name, dtype=getattr(torch, settings.dtype)
        )
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise _refused(
            name,
            f"transformers cannot load it as an image-text-to-text model ({_line(error)})",
            "Give a checkpoint with weights, config, processor and tokenizer",
        ) from error
    model.config._name_or_path = name  # where TRL finds the reference
    _check_processor(name, processor)
    if not settings.train_vision_tower:
        _freeze_tower(name, model)
    model.to(_device(policy.device))  # pyright: ignore[reportArgumentType]
    return Loaded(name, model, processor)


def save(loaded: Loaded, folder: Path, settings: TrainingSettings) -> None:
    """Write weights, config, generation config, processor, tokenizer and chat template."""
    import torch

    model = loaded.model
    config, generation = _start_configs(loaded.name)
    dtype = config.dtype or torch.float32
    if settings.save_dtype != "start":
        dtype = getattr(torch, settings.save_dtype)
        for part in config.sub_configs:
            getattr(config, part).dtype = dtype
    model.config = config
    if generation is not None:
        model.generation_config = generation
    model.to(dtype).save_pretrained(folder)  # pyright: ignore[reportArgumentType]
    loaded.processor.save_pretrained(folder)


def _start_configs(name: str) -> tuple[Any, Any]:
    """Config and generation config as they stand in the start checkpoint."""
    from transformers import AutoConfig, GenerationConfig

    config = AutoConfig.from_pretrained(name)
    try:
        return config, GenerationConfig.from_pretrained(name)
    except OSError:  # it has none; the model's own stays
        return config, None


def _check_processor(name: str, processor: Any) -> None:
    if not getattr(processor, "chat_template", None):
        raise _refused(
            name, "its processor has no chat template", "Add chat_template.jinja to the folder"
        )
    if getattr(processor, "tokenizer", None) is None:
        raise _refused(name, "its processor has no tokenizer", "Give a vision-language checkpoint")
    if processor.tokenizer.eos_token_id is None:
        raise _refused(
            name,
            "its tokenizer has no end token, so no answer would ever end",
            "Set eos_token in tokenizer_config.json",
        )


def _freeze_tower(name: str, model: Any) -> None:
    tower = [p for path, p in model.named_parameters() if _TOWERS & set(path.split("."))]
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
    if name.startswith("cuda") and torch.cuda.device_count() > 1:
        raise ConfigError(
            f"Training on {torch.cuda.device_count()} GPUs",
            "this version trains on one",
            "Make one visible, e.g. CUDA_VISIBLE_DEVICES=0",
        )
    return torch.device(name)


def _refused(name: str, why: str, way_out: str) -> DataError:
    return DataError(f"The checkpoint {name}", why, way_out)


def _line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
