"""The suite: which benchmarks a config names, and their samples with pictures in the store."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from blindspot.core import config
from blindspot.core.config import Settings
from blindspot.core.errors import ConfigError, DataError, UnknownNameError
from blindspot.core.images import ImageStore
from blindspot.core.progress import progress
from blindspot.core.records import Failure, Sample
from blindspot.core.registry import nearest
from blindspot.core.spool import Spool
from harness import own_data
from harness.benchmark import Benchmark, Doc, Item, Opened, benchmarks
from harness.halves import unit_hash
from harness.settings import BenchmarkSettings, EvaluationSettings

_SUITES: Final = Path(__file__).parent / "suites"
_BLOCK: Final = 64
"""Items whose pictures are stored at once; it bounds how many pictures are in memory."""
_SHARE: Final = 2**18
"""Bytes of pictures that a thread takes of them at least: handing over a small one would take
longer than finding it stored.
"""


class _Suite(Settings):
    """A suite's file."""

    benchmarks: tuple[BenchmarkSettings, ...]


@dataclass(frozen=True)
class Entry:
    """One benchmark of the suite."""

    settings: BenchmarkSettings
    benchmark: Benchmark
    lock: Path

    def digest(self) -> str:
        """Digest of its data."""
        return self.benchmark.digest(self.settings, self.lock)

    def open(self) -> Opened:
        """Open its data."""
        return self.benchmark.open(self.settings, self.lock)


@dataclass
class Loaded:
    """What there is to ask. Samples lie on disk; native rows are held in memory, since they are
    whatever a benchmark makes them.
    """

    samples: Sequence[Sample] = ()
    docs: dict[str, Doc] = field(default_factory=dict)
    """Native rows by sample id, where the benchmark needs them."""
    broken: dict[str, Failure] = field(default_factory=dict)
    """Why a sample's pictures cannot be had, by its id."""
    opened: dict[str, Opened] = field(default_factory=dict)
    """By name of the benchmark."""

    def doc(self, sample: Sample) -> Doc:
        """A sample's native row; empty where its benchmark needs none."""
        return self.docs.get(sample.id, {})


def entries(chosen: EvaluationSettings) -> list[Entry]:
    """The suite in order. Raises ConfigError for an empty one, UnknownNameError with the nearest
    name for a benchmark that is not known.
    """
    named = [*_suite(chosen.suite), *chosen.benchmarks]
    if not named:
        way_out = 'Name some: evaluation.suite = "eleven" or [[evaluation.benchmarks]]'
        raise ConfigError("The suite", "it has no benchmarks", way_out)
    twice = [b.name for i, b in enumerate(named) if b.name in {other.name for other in named[:i]}]
    if twice:
        why = f"'{twice[0]}' stands in it twice"
        raise ConfigError("The suite", why, "Name every benchmark once")
    placed = [_placed(b, chosen.data) for b in named]
    return [Entry(b, _benchmark(b), chosen.lock) for b in placed]


def digests(listed: Sequence[Entry]) -> dict[str, str]:
    """Digest of every benchmark's data, by name."""
    return {entry.settings.name: entry.digest() for entry in listed}


def load(listed: Sequence[Entry], images: ImageStore, limit: int | None = None) -> Loaded:
    """Every sample that is asked, at most `limit` of each benchmark, its pictures stored. Raises
    DataError for a benchmark that cannot be used.
    """
    samples: Spool[Sample] = Spool(Sample)
    loaded, ids = Loaded(samples), set[str]()
    for entry in listed:
        opened = entry.open()
        loaded.opened[entry.settings.name] = opened
        total = limit or entry.benchmark.facts.size
        with progress(f"read {entry.settings.name}", total or None) as advance:
            for item in stored(opened.items(_wanted(opened, limit)), images):
                _refuse_twice(item.sample.id, ids)
                samples.append(item.sample)
                _note(loaded, item)
                advance()
    return loaded


def stored(items: Iterable[Item], images: ImageStore) -> Iterator[Item]:
    """The items with their samples' pictures in the store, some at a time on several threads."""
    todo = iter(items)
    with ThreadPoolExecutor() as pool:
        while block := list(islice(todo, _BLOCK)):
            for share in pool.map(lambda some: [_stored(i, images) for i in some], _shares(block)):
                yield from share


def _shares(block: Iterable[Item]) -> Iterator[list[Item]]:
    share, size = list[Item](), 0
    for item in block:
        share, size = [*share, item], size + sum(map(len, item.pictures))
        if size >= _SHARE:
            yield share
            share, size = [], 0
    yield share


def names() -> list[str]:
    """The suites that come with the package."""
    return sorted(p.stem for p in _SUITES.glob("*.toml"))


def _stored(item: Item, images: ImageStore) -> Item:
    try:
        kept = tuple(images.put(picture) for picture in item.pictures)
    except DataError as error:
        failure = Failure(kind="image", message=error.why, retryable=False)
        return Item(item.sample, (), item.doc, failure)
    return Item(item.sample.model_copy(update={"images": kept}), (), item.doc, item.failure)


def _refuse_twice(name: str, ids: set[str]) -> None:
    """Raises DataError for an id that was there already."""
    if name in ids:
        why = f"the id '{name}' stands in more than one of them"
        raise DataError("The suite's benchmarks", why, "Give every sample an id of its own")
    ids.add(name)


def _note(loaded: Loaded, item: Item) -> None:
    """What not every sample has."""
    if item.doc:
        loaded.docs[item.sample.id] = item.doc
    if item.failure:
        loaded.broken[item.sample.id] = item.failure


def _wanted(opened: Opened, limit: int | None) -> set[str] | None:
    """A fixed random subset that depends on the ids alone; None for all."""
    if limit is None:
        return None
    return set(sorted(opened.ids(), key=unit_hash)[:limit])


def _suite(name: str) -> list[BenchmarkSettings]:
    """The benchmarks of a suite by name or file."""
    if not name:
        return []
    file = Path(name) if name.endswith(".toml") else _SUITES / f"{name}.toml"
    if not file.is_file():
        why = "there is no such suite"
        raise UnknownNameError(f"The suite '{name}'", why, nearest(name, names()))
    try:
        return list(config.load(file, _Suite).benchmarks)
    except ConfigError as error:
        why = f"it is not a TOML file with benchmarks = […] ({error.why})"
        raise ConfigError(f"The suite {file}", why, "Correct it") from error


def _placed(settings: BenchmarkSettings, data: Path | None) -> BenchmarkSettings:
    """With its subfolder of the data folder as its path, where one lies there."""
    own = data / settings.name if data is not None else None
    if settings.path is not None or own is None or not own.exists():
        return settings
    return settings.model_copy(update={"path": own})


def _benchmark(settings: BenchmarkSettings) -> Benchmark:
    """The benchmark that the settings mean."""
    if settings.file is not None:
        from harness import python_file

        return python_file.load(settings.file)
    if settings.task:
        from harness import lmms_task

        return lmms_task.load(settings)
    if settings.name in benchmarks.names():
        return benchmarks.load(settings.name)
    if settings.path is not None:
        return own_data.BENCHMARK
    raise UnknownNameError(
        f"The benchmark '{settings.name}'",
        "it is not one of ours and has no path, task or file",
        nearest(settings.name, benchmarks.names()),
    )
