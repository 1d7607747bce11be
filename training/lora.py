"""Low-rank adapters: which layers get them, and merging them into whole weights at the end.

The reference of GRPO and DPO is the same model with its adapters off, so none is loaded twice.
Adapters are merged in float32 and rounded once, whatever the weights were trained in.
"""

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from blindspot.core.artifact import write_text
from blindspot.core.errors import ConfigError
from blindspot.core.loading import load_weights
from training.settings import TrainingSettings

if TYPE_CHECKING:
    from peft import LoraConfig

TOWERS: Final = ("vision_tower", "vision_model", "visual", "vision_encoder")
"""What image encoders are called in the paths of a model's parts."""
FOLDER: Final = "adapter"
"""Where the adapter lies beside the merged weights."""

_KEPT: Final = ("adapter_model.safetensors", "adapter_config.json")


def adapter(settings: TrainingSettings) -> "LoraConfig | None":
    """The adapters to train, or None where all weights are."""
    if not settings.lora.enabled:
        return None
    from peft import LoraConfig

    own = settings.lora
    tower = None if settings.train_vision_tower else rf"(.*\.)?({'|'.join(TOWERS)})(\..*)?"
    return LoraConfig(
        r=own.rank,
        lora_alpha=own.alpha,
        lora_dropout=own.dropout,
        target_modules=own.target_modules
        if isinstance(own.target_modules, str)
        else list(own.target_modules),
        exclude_modules=tower,
    )


def check(settings: TrainingSettings, model: Any) -> None:
    """Raise ConfigError for target modules that the model does not have."""
    own = settings.lora
    if not own.enabled or own.target_modules == "all-linear":
        return
    parts = {path.rsplit(".", 1)[-1] for path, _ in model.named_modules()}
    if missing := sorted(n for n in own.target_modules if n.rsplit(".", 1)[-1] not in parts):
        raise ConfigError(
            "training.lora.target_modules",
            f"the model has no part called {missing[0]}",
            "Use names of its linear layers (q_proj, v_proj, …), or 'all-linear'",
        )


def merged(name: str, saved: Path) -> Any:
    """The start checkpoint in float32 with the adapter in `saved` merged into it."""
    from peft import PeftModel

    return PeftModel.from_pretrained(load_weights(name, "float32"), str(saved)).merge_and_unload()


def keep(saved: Path, folder: Path) -> None:
    """Put the adapter beside the merged weights, without the path it was trained at."""
    folder.mkdir(exist_ok=True)
    for name in _KEPT:
        shutil.copyfile(saved / name, folder / name)
    config = json.loads((folder / _KEPT[1]).read_text()) | {"base_model_name_or_path": None}
    for key, value in config.items():  # sets of names, in an order that varies
        if isinstance(value, list) and all(isinstance(v, str) for v in value):
            config[key] = sorted(value)
    write_text(folder / _KEPT[1], json.dumps(config, indent=1, sort_keys=True) + "\n")
