"""What can be known before anything is spent: `blindspot validate` and `blindspot list`."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from blindspot import estimates, footprint, loads
from blindspot.core import spread, taxonomy
from blindspot.core.advice import Note
from blindspot.core.errors import ConfigError, UnknownNameError
from blindspot.core.images import ImageStore
from blindspot.core.model import ModelSettings, backends, fingerprint
from blindspot.core.registry import Registry, nearest
from blindspot.core.statistics import needed
from blindspot.loads import Demand
from blindspot.settings import Config
from diagnostics.settings import DiagnosticsSettings
from harness.benchmark import Item, Opened


def checks(config: Config) -> Iterator[str]:
    """One line per check that passed, or a `Note`. Raises a BlindspotError at the first that does
    not. What a run will ask and take comes first: a config is also read on machines that could not
    run it.
    """
    demands: list[Demand] = []
    for line, demand in _benchmarks(config):
        yield line
        demands.append(demand)
    yield from estimates.lines(config, demands)
    yield f"model: {_model(config.model)}"
    if config.evaluation.executor == "ray":
        spread.check(config.model)
    if config.evaluation.judge:
        yield f"judge: {_model(config.evaluation.judge)}"
    yield from _diagnosis(config.diagnosis)
    yield _catalogue(config)
    yield from _training(config)


def plugins(kind: str | None = None) -> dict[str, list[tuple[str, str]]]:
    """Names and first lines of the plugins of one kind, or of all."""
    known = _registries()
    if kind is not None and kind not in known:
        raise UnknownNameError(f"'{kind}'", "there are no such plugins", nearest(kind, list(known)))
    wanted = {kind: known[kind]} if kind else known
    return {k: [(n, r.summary(n)) for n in r.names()] for k, r in wanted.items()}


def benchmark_table(data: Path | None = None) -> list[tuple[str, ...]]:
    """One row per benchmark: name, samples, judge, whether its data is here, licence, paper. `data`
    is a folder with one subfolder per benchmark.
    """
    from harness import rows, suite
    from harness.benchmark import benchmarks
    from harness.settings import BenchmarkSettings, EvaluationSettings

    named = tuple(BenchmarkSettings(name=name) for name in benchmarks.names())
    config = EvaluationSettings(benchmarks=named, data=data)
    return [
        (
            entry.settings.name,
            f"{entry.benchmark.facts.size:,}",
            "where the rule cannot decide" if entry.benchmark.facts.judge else "never",
            "yes" if rows.is_here(entry.settings, entry.benchmark.facts) else "no",
            entry.benchmark.facts.licence,
            entry.benchmark.facts.paper,
        )
        for entry in suite.entries(config)
    ]


def _model(settings: ModelSettings) -> str:
    """The fingerprint, of a checkpoint on this machine without asking the hub."""
    backend = backends.load(settings.backend)
    backend.check(settings)
    known = footprint.footprint(settings)
    if settings.backend in footprint.LOCAL and not (known.complete or known.is_own):
        return f"{settings.backend}, to download: {settings.checkpoint}"
    here = {"checkpoint": str(known.folder)} if known.folder else {}
    found = settings.model_copy(update=here)
    return f"{settings.backend}, fingerprint {fingerprint(found)[:12]}"


def _benchmarks(config: Config) -> Iterator[tuple[str, Demand]]:
    """What is here is opened and counted; nothing is downloaded."""
    from harness import rows, suite

    for entry in suite.entries(config.evaluation):
        name, facts = entry.settings.name, entry.benchmark.facts
        if facts.dataset and not rows.is_here(entry.settings, facts):
            size = "size unknown" if facts.download_gb is None else f"{facts.download_gb} GB"
            line = f"benchmark {name}: {facts.size} samples, to download: {facts.dataset} ({size})"
            yield line, loads.unseen(name, facts, config.evaluation.limit)
            continue
        with tempfile.TemporaryDirectory() as scratch:
            images = ImageStore(Path(scratch) / "images")
            opened = entry.open()
            items = list(suite.stored(opened.items(), images))
            demand = loads.seen(name, facts, items, images, config.evaluation.limit)
        flaws = [*_broken(items), *_unmet(opened, items)]
        line = ", ".join([f"benchmark {name}: {len(items)} samples", *flaws])
        yield Note(line) if flaws else line, demand


def _broken(items: Sequence[Item]) -> list[str]:
    broken = sum(item.failure is not None for item in items)
    return [f"{broken} pictures cannot be read"] if broken else []


def _unmet(opened: Opened, items: Sequence[Item]) -> list[str]:
    """Targets that no answer can meet, with the first of them."""
    from harness.benchmark import validate

    unmet = validate(opened, items)
    return [f"{len(unmet)} targets its own rule does not accept ({unmet[0]} …)"] if unmet else []


def _diagnosis(config: DiagnosticsSettings) -> Iterator[str]:
    """The taxonomy, and whoever a diagnosis asks."""
    from diagnostics.causes import human

    yield f"taxonomy: {taxonomy.load(config.taxonomy).title}"
    if config.human_labels:
        yield f"human labels: {len(human.read(config.human_labels))}"
    if config.teacher:
        yield f"teacher: {_model(config.teacher.model)}"
    if config.labeller:
        yield f"labeller: {_model(config.labeller.model)}"


def _catalogue(config: Config) -> str:
    from generation.executor import executors
    from generation.stage import catalogue

    executors.load(config.generation.executor).check()
    kinds = catalogue(config.generation)
    if not kinds:
        raise ConfigError("generation", "its sources can make nothing", "Configure another source")
    return f"generation: {len(kinds)} kinds of samples can be made"


def _training(config: Config) -> Iterator[str]:
    """What training will take; a model behind an address can only be evaluated and diagnosed."""
    from training import readiness
    from training.optimiser import optimisers

    optimisers.load(config.training.optimiser)
    if config.model.backend != "transformers_local":
        line = f"training: none, {config.model.backend} can only be evaluated and diagnosed"
        yield Note(line)
        return
    found = footprint.footprint(config.model)
    yield from readiness.lines(config.training, config.model, found.folder)
    if config.generation.canary < needed(config.acceptance.margin):
        yield Note(_too_few(config))


def _too_few(config: Config) -> str:
    margin, enough = config.acceptance.margin, needed(config.acceptance.margin)
    return (
        f"acceptance: generation.canary = {config.generation.canary} cannot show that a strong "
        f"category held within {margin:.0%}; {enough} can, 200 or more should"
    )


def _registries() -> dict[str, Registry[Any]]:
    from diagnostics.causes.attributor import attributors
    from diagnostics.causes.probe import probes
    from diagnostics.labelling.labeller import labellers
    from generation.agent import agents
    from generation.edit import edits
    from generation.executor import executors
    from generation.exporting import exports
    from generation.family import families
    from generation.gate import gates
    from generation.search import searches
    from generation.source import sources
    from generation.verifier import verifiers
    from harness.benchmark import benchmarks
    from reports.section import sections
    from training.monitor import monitors
    from training.optimiser import optimisers
    from training.reward import rewards

    return {
        "agents": agents,
        "attributors": attributors,
        "backends": backends,
        "benchmarks": benchmarks,
        "edits": edits,
        "executors": executors,
        "exports": exports,
        "families": families,
        "gates": gates,
        "labellers": labellers,
        "monitors": monitors,
        "optimisers": optimisers,
        "probes": probes,
        "rewards": rewards,
        "searches": searches,
        "sections": sections,
        "sources": sources,
        "verifiers": verifiers,
    }
