"""A Hugging Face checkpoint on disk, as far as it can be known without loading it: whether it can
be served, where its files lie, and what of the settings decides its answers.

Shared by the backends that read a checkpoint themselves (`transformers_local`, `vllm_server`).
"""

import json
from pathlib import Path
from typing import Any, Final

from blindspot.core.artifact import file_digest
from blindspot.core.errors import ConfigError, DataError
from blindspot.core.model import ModelSettings

_WEIGHTS: Final = (".safetensors", ".bin", ".json", ".jinja", ".model", ".txt")
_MERGES: Final = "merge_size"
"""Stands in the image processor's file where it cuts pictures of any size into patches and merges
them (Qwen2-VL and its relatives): there, and only there, the limits count pixels.
"""


def check(settings: ModelSettings) -> None:
    """Raise DataError or ConfigError for a checkpoint, chat template or pixel limit that cannot be
    used. What only the hub knows is not asked here.
    """
    _check_folder(settings.checkpoint)
    if settings.chat_template and not Path(settings.chat_template).is_file():
        raise ConfigError(
            f"The chat template {settings.chat_template}",
            "there is no such file",
            "Correct model.chat_template; the path is relative to the config file",
        )
    if settings.min_pixels and settings.max_pixels and settings.min_pixels > settings.max_pixels:
        raise ConfigError(
            "model.min_pixels",
            f"{settings.min_pixels} is more than model.max_pixels, {settings.max_pixels}",
            "Give a smaller one",
        )
    if Path(settings.checkpoint).exists():
        _check_limits(settings, Path(settings.checkpoint))


def fetch(settings: ModelSettings) -> Path:
    """The checkpoint's folder, downloaded first when the settings name one on the hub."""
    folder = Path(settings.checkpoint)
    if folder.exists():
        return folder
    folder = _download(settings.checkpoint)
    _check_limits(settings, folder)
    return folder


def identity(settings: ModelSettings) -> dict[str, Any]:
    """What decides the answers of a checkpoint, whoever computes them: the digests of its files,
    the precision, and those options that were set.
    """
    folder = fetch(settings)
    files = sorted(
        p for p in folder.iterdir() if p.suffix in _WEIGHTS and p.name != "manifest.json"
    )
    template = settings.chat_template
    options = {
        **pixel_limits(settings),
        "chat_template": file_digest(Path(template)) if template else "",
        "template_arguments": settings.template_arguments,
    }
    return {
        "files": {p.name: file_digest(p) for p in files},
        "dtype": settings.dtype,
        **{name: value for name, value in options.items() if value},
    }


def pixel_limits(settings: ModelSettings) -> dict[str, int]:
    """The pixel limits that were set, by name."""
    limits = {"min_pixels": settings.min_pixels, "max_pixels": settings.max_pixels}
    return {name: value for name, value in limits.items() if value is not None}


def _check_folder(checkpoint: str) -> None:
    folder = Path(checkpoint)
    if not checkpoint:
        raise DataError("model.checkpoint", "it is empty", "Give a Hugging Face folder or hub name")
    looks_local = folder.is_absolute() or checkpoint.startswith(".") or checkpoint.count("/") != 1
    if not folder.exists() and looks_local:
        raise DataError(
            f"The checkpoint {checkpoint}", "there is no such folder", "Correct model.checkpoint"
        )
    if folder.exists() and not (folder / "config.json").is_file():
        raise DataError(
            f"The checkpoint {folder}",
            "it has no config.json",
            "Give a folder that from_pretrained can load",
        )


def _check_limits(settings: ModelSettings, folder: Path) -> None:
    """Refuse limits where the image processor has none: transformers and vLLM both would ignore
    them with no more than a line in a log.
    """
    limits = pixel_limits(settings)
    if limits and _MERGES not in _image_processor(folder):
        raise ConfigError(
            f"model.{next(iter(limits))}",
            f"the image processor of {settings.checkpoint} knows no limits in pixels, "
            "it brings every picture to sizes of its own",
            "Leave min_pixels and max_pixels out",
        )


def _image_processor(folder: Path) -> dict[str, Any]:
    """The settings of the image processor, from whichever of its two files is there."""
    inner = _json(folder / "processor_config.json").get("image_processor")
    return inner if isinstance(inner, dict) else _json(folder / "preprocessor_config.json")


def _json(file: Path) -> dict[str, Any]:
    """A JSON object; an empty one where there is no file."""
    try:
        value = json.loads(file.read_text()) if file.is_file() else {}
    except (OSError, ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise DataError(f"The file {file}", "it is no JSON object", "Copy or download it again")
    return value


def _download(name: str) -> Path:
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"The checkpoint {name}",
            "asking the hub for it needs the package 'huggingface_hub', which is not installed",
            "Install its extras, pip install 'blindspot-lmm[local]', or give a folder",
        ) from error
    try:
        return Path(snapshot_download(name))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        why = "it is neither a folder here nor can the hub be asked for it"
        raise DataError(
            f"The checkpoint {name}", why, "Correct model.checkpoint, or log in for a gated model"
        ) from error
