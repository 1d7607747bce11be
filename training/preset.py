"""Presets: `[training]` sections that fit a machine, one TOML file each under `training/presets/`.

    tiny-cpu.toml        a model of a few megabytes in minutes
    one-gpu-lora.toml    7–8B parameters on one GPU of 80 GB
    eight-gpu-full.toml  DPE's recipe on eight
    multi-node.toml      the same on several machines

What a config sets itself wins over its preset. The launcher's files (`*.yaml`, `*.json`) lie
beside them, for `accelerate launch --config_file`.
"""

import json
import tomllib
from pathlib import Path
from typing import Any, Final

from blindspot.core.registry import nearest

FOLDER: Final = Path(__file__).parent / "presets"


def names() -> list[str]:
    """All presets, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def under(given: dict[str, Any], name: str) -> dict[str, Any]:
    """`given`, over the preset's values. Raises ValueError where there is no such preset."""
    if name not in names():
        raise ValueError(f"there is no preset '{name}'. {nearest(name, names())}")
    values = tomllib.loads((FOLDER / f"{name}.toml").read_text())
    return _merged(values, given)


def overrides(name: str) -> tuple[str, ...]:
    """The same as `training.a.b=value`, for a run that keeps a config of its own: there every value
    is set already, so a preset's name alone would change nothing. Raises ValueError as above.
    """
    values = under({}, name)
    return (f"training.preset={name}", *_set("training", values))


def launcher_files() -> list[Path]:
    """Files for `accelerate launch --config_file` and what they name."""
    return sorted(p for p in FOLDER.iterdir() if p.suffix in (".yaml", ".json"))


def _set(section: str, values: dict[str, Any]) -> list[str]:
    lines = []
    for key, value in values.items():
        if isinstance(value, dict) and key != "rewards":
            lines += _set(f"{section}.{key}", value)
        else:
            lines.append(f"{section}.{key}={_toml(value)}")
    return lines


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + "}"
    return json.dumps(value)


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Nested tables are merged, all else is replaced; rewards are one value, not a table."""
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(below.get(key), dict)
        merged[key] = _merged(below[key], value) if both and key != "rewards" else value
    return merged
