"""The rows of a benchmark's dataset, from the hub or from a local folder, pictures as bytes.

A local copy is what `hf download --repo-type dataset NAME --local-dir FOLDER` makes, or parquet
files alone; both ways are read by the datasets library and give the same rows.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blindspot.core.digests import path_digest
from blindspot.core.errors import DataError
from harness import lock as lock_file
from harness.benchmark import Facts
from harness.settings import BenchmarkSettings

if TYPE_CHECKING:
    import datasets

_PARQUET = ".parquet"


def digest(settings: BenchmarkSettings, facts: Facts, lock: Path) -> str:
    """Digest of the local files, or the hub's revision; the first use locks it. Raises DataError
    when it is another one than locked, or the data cannot be had.
    """
    if settings.path is None:
        held = lock_file.locked(lock, settings.name, facts.dataset)
        found = held or _revision(settings, facts)
        lock_file.keep(lock, settings.name, facts.dataset, found)
        return found
    found = local_digest(settings)
    lock_file.keep(lock, settings.name, "local files", found)
    return found


def local_digest(settings: BenchmarkSettings) -> str:
    """Digest of the files at the benchmark's path."""
    path = settings.path
    if path is None or not path.exists():
        why = "there is no such file or folder"
        raise DataError(f"The benchmark '{settings.name}' ({path})", why, "Correct its path")
    return path_digest(path)


def load(
    settings: BenchmarkSettings,
    facts: Facts,
    lock: Path,
    config: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> "datasets.Dataset":
    """All rows of the benchmark's split, pictures as `{bytes, path}`. `config` is the dataset's
    configuration on the hub, `options` is what else the datasets library shall know (`data_files`).
    Raises DataError when they cannot be read.
    """
    import datasets
    from datasets.exceptions import DatasetsError

    datasets.disable_progress_bars()
    try:
        if settings.path is None:
            revision = digest(settings, facts, lock)
            rows = datasets.load_dataset(
                facts.dataset, config, split=facts.split, revision=revision, **(options or {})
            )
        else:
            rows = _local(settings.path, config, facts.split)
    except (OSError, ValueError, DatasetsError) as error:
        raise _unreadable(settings, facts, error) from error
    return _undecoded(rows)


def load_files(
    settings: BenchmarkSettings, facts: Facts, builder: str, options: Mapping[str, Any]
) -> "datasets.Dataset":
    """The same from local files by one of the library's own builders (`parquet`, `json`, …), which
    `options` name.
    """
    import datasets
    from datasets.exceptions import DatasetsError

    datasets.disable_progress_bars()
    try:
        return _undecoded(datasets.load_dataset(builder, split=facts.split, **options))
    except (OSError, ValueError, DatasetsError) as error:
        why = " ".join(str(error).split())[:200]
        way_out = "Correct its data files, or give one as the benchmark's path"
        raise DataError(f"The benchmark '{settings.name}'", why, way_out) from error


def is_here(settings: BenchmarkSettings, facts: Facts) -> bool:
    """Whether the data is on this machine."""
    if settings.path is not None:
        return settings.path.exists()
    from huggingface_hub.constants import HF_HUB_CACHE

    return (Path(HF_HUB_CACHE) / f"datasets--{facts.dataset.replace('/', '--')}").is_dir()


def require(
    rows: "datasets.Dataset", columns: tuple[str, ...], settings: BenchmarkSettings
) -> None:
    """Raise DataError when a column that the benchmark reads is missing."""
    missing = [name for name in columns if name not in rows.column_names]
    if missing:
        raise DataError(
            f"The data of the benchmark '{settings.name}'",
            f"it has no column '{missing[0]}' (it has {', '.join(rows.column_names)})",
            "Give the dataset that its task reads, or name your own data otherwise",
        )


def _local(path: Path, config: str | None, split: str) -> Any:
    """The split of a local copy; the only split of one that names none."""
    import datasets

    if path.is_file():
        return datasets.load_dataset("parquet", data_files=str(path), split="train")
    configs = datasets.get_dataset_config_names(str(path))
    name = config if config in configs else None
    splits = datasets.get_dataset_split_names(str(path), name)
    only = split if split in splits or len(splits) > 1 else splits[0]
    return datasets.load_dataset(str(path), name, split=only)


def _undecoded(rows: Any) -> "datasets.Dataset":
    """The rows with pictures as bytes, lists of pictures included."""
    import datasets

    features = rows.features.copy()
    for name, feature in features.items():
        if isinstance(feature, datasets.Image):
            features[name] = datasets.Image(decode=False)
        elif isinstance(feature, datasets.List) and isinstance(feature.feature, datasets.Image):
            features[name] = datasets.List(datasets.Image(decode=False))
    return rows.cast(features)


def _revision(settings: BenchmarkSettings, facts: Facts) -> str:
    """The hub's revision of today."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

    try:
        found = HfApi().dataset_info(facts.dataset).sha
    except (HfHubHTTPError, OSError, ValueError) as error:
        raise _unreadable(settings, facts, error) from error
    assert found, "the hub names a revision for every dataset"
    return found


def _unreadable(settings: BenchmarkSettings, facts: Facts, error: Exception) -> DataError:
    why = " ".join(str(error).split())[:200]
    if "gated" in why.casefold() or "401" in why:
        way_out = (
            f"Accept its terms at huggingface.co/datasets/{facts.dataset} and run: hf auth login"
        )
    else:
        way_out = (
            f"Copy it here (hf download --repo-type dataset {facts.dataset} --local-dir FOLDER) "
            "and give the folder as the benchmark's path, or all of them with --data"
        )
    where = settings.path or facts.dataset
    return DataError(f"The benchmark '{settings.name}' ({where})", why, way_out)
