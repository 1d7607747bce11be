"""Command-line options as `--set` overrides: what one means is declared once, in the settings."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from blindspot.core.errors import UsageError


def evaluation(
    model: str | None = None,
    backend: str | None = None,
    base_urls: Sequence[str] | None = None,
    suite: str | None = None,
    benchmarks: Sequence[str] | None = None,
    data: Path | None = None,
    limit: int | None = None,
    repeats: int | None = None,
    min_coverage: float | None = None,
    executor: str | None = None,
) -> list[str]:
    """The options of `blindspot evaluate` that were given. A model with an address is an
    endpoint's, any other a checkpoint.
    """
    named = {"name": _slug(model)} if model else {}
    of_model = {
        "model.backend": backend or ("openai_api" if base_urls else None),
        "model.model" if base_urls else "model.checkpoint": model,
        "model.base_urls": list(base_urls) if base_urls else None,
    }
    of_evaluation = {
        "evaluation.suite": suite,
        "evaluation.benchmarks": list(benchmarks) if benchmarks else None,
        "evaluation.data": str(data.resolve()) if data else None,
        "evaluation.limit": limit,
        "evaluation.repeats": repeats,
        "evaluation.min_coverage": min_coverage,
        "evaluation.executor": executor,
    }
    given = {**named, **of_model, **of_evaluation}
    return [f"{key}={json.dumps(value)}" for key, value in given.items() if value is not None]


def diagnosis(human_labels: Path | None) -> list[str]:
    """The options of `blindspot diagnose` that were given."""
    if human_labels is None:
        return []
    return [f"diagnosis.human_labels={json.dumps(str(human_labels.resolve()))}"]


def generation(budget: float | None) -> list[str]:
    """The options of `blindspot generate` that were given."""
    return [] if budget is None else [f"generation.budget={json.dumps(budget)}"]


def training(optimiser: str | None, lora: bool | None, preset: str | None) -> list[str]:
    """The options of `blindspot train` that were given. Raises UsageError for an unknown preset."""
    given = {"training.optimiser": optimiser, "training.lora.enabled": lora}
    said = [f"{key}={json.dumps(value)}" for key, value in given.items() if value is not None]
    return [*_preset(preset), *said] if preset else said


def _preset(name: str) -> tuple[str, ...]:
    from training import preset

    try:
        return preset.overrides(name)
    except ValueError as error:
        raise UsageError(
            f"--preset {name}", str(error), f"Presets: {', '.join(preset.names())}"
        ) from error


def _slug(model: str) -> str:
    """`Qwen/Qwen2.5-VL-7B-Instruct` as the name of a folder."""
    return re.sub(r"[^\w.\-]+", "-", Path(model).name).strip("-.").casefold() or "run"
