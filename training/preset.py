"""Presets: `[training]` sections that fit a machine, one TOML file each under `training/presets/`.

    tiny-cpu.toml        a model of a few megabytes in minutes
    one-gpu-lora.toml    7–8B parameters on one GPU of 80 GB
    eight-gpu-full.toml  DPE's recipe on eight
    multi-node.toml      the same on several machines

What a config sets itself wins over its preset. The launcher's files (`*.yaml`, `*.json`) lie
beside them, for `accelerate launch --config_file`.
"""

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


def launcher_files() -> list[Path]:
    """Files for `accelerate launch --config_file` and what they name."""
    return sorted(p for p in FOLDER.iterdir() if p.suffix in (".yaml", ".json"))


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Nested tables are merged, all else is replaced; rewards are one value, not a table."""
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(below.get(key), dict)
        merged[key] = _merged(below[key], value) if both and key != "rewards" else value
    return merged
