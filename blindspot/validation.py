"""What can be known before anything is spent: `blindspot validate` and `blindspot list`."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from blindspot.core.errors import ConfigError, UnknownNameError
from blindspot.core.images import ImageStore
from blindspot.core.model import backends, fingerprint
from blindspot.core.registry import Registry, nearest
from blindspot.settings import Config


def checks(config: Config) -> Iterator[str]:
    """One line per check that passed. Raises a BlindspotError at the first that does not."""
    yield f"model: {config.model.backend}, fingerprint {fingerprint(config.model)[:12]}"
    yield from _benchmarks(config)
    yield _catalogue(config)
    yield _optimiser(config)


def plugins(kind: str | None = None) -> dict[str, list[tuple[str, str]]]:
    """Names and first lines of the plugins of one kind, or of all."""
    known = _registries()
    if kind is not None and kind not in known:
        raise UnknownNameError(f"'{kind}'", "there are no such plugins", nearest(kind, list(known)))
    wanted = {kind: known[kind]} if kind else known
    return {k: [(n, r.summary(n)) for n in r.names()] for k, r in wanted.items()}


def _benchmarks(config: Config) -> Iterator[str]:
    from harness import own_data

    with tempfile.TemporaryDirectory() as scratch:
        for settings in config.evaluation.benchmarks:
            own_data.digest(settings)
            loaded = own_data.load(settings, ImageStore(Path(scratch)))
            broken = f", {len(loaded.broken)} pictures cannot be read" if loaded.broken else ""
            yield f"benchmark {settings.name}: {len(loaded.samples)} samples{broken}"


def _catalogue(config: Config) -> str:
    from generation.stage import catalogue

    kinds = catalogue(config.generation)
    if not kinds:
        raise ConfigError("generation", "its sources can make nothing", "Configure another source")
    return f"generation: {len(kinds)} kinds of samples can be made"


def _optimiser(config: Config) -> str:
    from training.optimiser import optimisers

    optimisers.load(config.training.optimiser)
    if config.model.backend != "transformers_local":
        return f"training: none, {config.model.backend} can only be evaluated and diagnosed"
    return f"training: {config.training.optimiser}"


def _registries() -> dict[str, Registry[Any]]:
    from diagnostics.attributor import attributors
    from generation.family import families
    from generation.gate import gates
    from generation.source import sources
    from reports.section import sections
    from training.optimiser import optimisers
    from training.reward import rewards

    return {
        "attributors": attributors,
        "backends": backends,
        "families": families,
        "gates": gates,
        "optimisers": optimisers,
        "rewards": rewards,
        "sections": sections,
        "sources": sources,
    }
