"""Any task of lmms-eval as a benchmark: one of its own by name, or a YAML of a user's own.

    [[evaluation.benchmarks]]
    name = "diagrams"
    task = "ai2d"                     # or "tasks/mine.yaml", or the folder that holds it
    score = "exact_match"             # only where it is not plain

Its YAML says where the data is (`dataset_path`, `dataset_name`, `dataset_kwargs.data_files`, the
test split or else the validation split; the benchmark's `path` stands in place of it), how it asks,
and by `process_results` how a completion is scored. `score` names the metric that is taken of what
that returns: `metric` or `metric.key`, and behind a comma the filter where the task has several,
`exact_match,strict`. Unnamed it is the first of `metric_list` where higher is better and that is,
for the first row's target, a number in [0, 1], itself or under a known key.

What cannot be seen from outside: a task whose `process_results` draws at random or asks a judge
does so here too, once per completion, and such scores cannot be reproduced. Where it raises on a
completion, its rule counts as undecided. Metrics that exist only over all samples are not computed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from blindspot.core.artifact import digest_of, file_digest
from blindspot.core.errors import BlindspotError, ConfigError, DataError
from harness import lmms, rows
from harness.benchmark import Facts, Scored, mean_score
from harness.lmms_benchmark import LmmsBenchmark, OpenedTask
from harness.lmms_fields import Columns
from harness.lmms_score import Rule, rule
from harness.settings import BenchmarkSettings

if TYPE_CHECKING:
    import datasets

_BUILDERS: Final = ("parquet", "json", "csv", "text", "arrow", "imagefolder")
_CODE: Final = (".yaml", ".yml", ".py", "")
_NAMED: Final = re.compile(r"^task\s*:\s*\S", re.MULTILINE)


@dataclass(frozen=True)
class LmmsTask:
    """A task of lmms-eval as a benchmark."""

    task: str
    """Its name, or the path of its YAML."""
    score: str
    """Which of its metrics is the score of a sample; empty where that is plain."""
    config: Mapping[str, Any]
    """Its YAML."""
    file: Path | None
    """The YAML's path where it is a user's own."""

    @property
    def facts(self) -> Facts:
        """What its YAML says."""
        return Facts(
            title=self.config["task"],
            size=0,
            licence="unverified",
            paper="",
            dataset=str(self.config.get("dataset_path") or ""),
            split=_split(self.config),
        )

    def digest(self, settings: BenchmarkSettings, lock: Path) -> str:
        """Digest of its data or the hub's revision, and of a user's own YAML and code."""
        settings = self._placed(settings)
        files = self._files(settings)
        data = _digest(files) if files else rows.digest(settings, self.facts, lock)
        return digest_of([data, self._code()]) if self.file else data

    def open(self, settings: BenchmarkSettings, lock: Path) -> OpenedTask:
        """Open its data. Raises ConfigError where it cannot be told what a sample's score is."""
        data = self._rows(self._placed(settings), lock)
        if not len(data):
            why = "it has no rows"
            raise DataError(f"The benchmark '{settings.name}'", why, "Give data with at least one")
        try:
            task = lmms.Task(self.config["task"], self.config, data)
            first = task.rows[0]
            doc = {k: v for k, v in first.items() if k not in lmms.pictures_in(first)}
            columns, scores = Columns.of(task.rows), rule(task, doc, self.score)
        except BlindspotError:
            raise
        except (Exception, SystemExit) as error:  # the task's own code may raise anything or exit
            why = f"it cannot read its first row ({type(error).__name__}: {error})"
            way_out = f"Give the data that it reads; this has {', '.join(data.column_names)}"
            raise DataError(f"The lmms-eval task '{self.task}'", why, way_out) from error
        return OpenedTask(self._composed(task, columns, scores), settings, task)

    def _composed(self, task: lmms.Task, columns: Columns, scores: Rule) -> LmmsBenchmark:
        """As a file under `benchmarks/` would say it; its name becomes that of its rule."""
        code = f":{self._code()[:12]}" if self.file else ""
        return LmmsBenchmark(
            name=f"{self.config['task']}:{scores}{code}",
            facts=self.facts,
            task=self.task,
            columns=(),
            fields=partial(columns.fields, task),
            grade=scores.grade,
            metrics=partial(_metrics, scores.metric),
        )

    def _placed(self, settings: BenchmarkSettings) -> BenchmarkSettings:
        """With the local folder that the YAML names as its path."""
        named = self.facts.dataset
        if settings.path is not None or not named:
            return settings
        beside = self.file.parent if self.file else Path()
        folders = [f for f in (Path(named), beside / named) if f.is_dir()]
        return settings.model_copy(update={"path": folders[0]}) if folders else settings

    def _rows(self, settings: BenchmarkSettings, lock: Path) -> "datasets.Dataset":
        given = self.config.get("dataset_kwargs") or {}
        options = {k: given[k] for k in ("data_files", "data_dir") if k in given}
        if self._files(settings):
            return rows.load_files(settings, self.facts, self.facts.dataset, options)
        name = self.config.get("dataset_name")
        config = None if name is None else str(name)
        return rows.load(settings, self.facts, lock, config, options)

    def _files(self, settings: BenchmarkSettings) -> list[Path]:
        """The local files that the YAML names, where no path stands in place of them."""
        if settings.path is not None or self.facts.dataset not in _BUILDERS:
            return []
        given = self.config.get("dataset_kwargs") or {}
        files = [Path(f) for f in _flat([given.get("data_files"), given.get("data_dir")])]
        missing = [f for f in files if not f.exists()]
        if missing or not files:
            why = f"there is no file {missing[0]}" if missing else "its YAML names no data_files"
            way_out = "Give the data as the benchmark's path, or correct data_files in the YAML"
            raise DataError(f"The benchmark '{settings.name}'", why, way_out)
        return files

    def _code(self) -> str:
        """Digest of what lies beside a user's own YAML: its code, and what it includes."""
        assert self.file is not None, "lmms-eval's own code has its version"
        beside = sorted(f for f in self.file.parent.iterdir() if f.is_file() and f.suffix in _CODE)
        return digest_of({f.name: file_digest(f) for f in beside})


def load(settings: BenchmarkSettings) -> LmmsTask:
    """The benchmark of `settings.task`. Raises ConfigError for a task that is not known, with the
    nearest name, for a group of tasks, and for one that is not asked by one prompt.
    """
    file = _own_file(settings.task)
    try:
        config = lmms.config_of(str(file) if file else settings.task)
    except BlindspotError:
        raise
    except (Exception, SystemExit) as error:  # its YAML imports the user's code: anything, or exit
        why = f"it cannot be loaded ({type(error).__name__}: {' '.join(str(error).split())[:200]})"
        raise _refused(settings.task, why, "Correct its YAML and the code that it names") from error
    _require(settings.task, config)
    return LmmsTask(settings.task, settings.score, config, file)


def _require(task: str, config: Mapping[str, Any]) -> None:
    """Raise ConfigError for a task that is asked or stored in a way that is not ours."""
    asked = config.get("output_type", "generate_until")
    if asked != "generate_until":
        way_out = "Only 'generate_until' is asked: one prompt, one answer"
        raise _refused(task, f"its output_type is '{asked}'", way_out)
    if not _split(config):
        raise _refused(task, "it has no test_split and no validation_split", "Add one to its YAML")
    given = config.get("dataset_kwargs") or {}
    for key in ("load_from_disk", "revision"):
        if given.get(key):
            way_out = "Give the data as parquet, as the benchmark's path"
            raise _refused(task, f"its dataset_kwargs have '{key}', which is not read", way_out)


def _own_file(task: str) -> Path | None:
    """The YAML of a user's own task: the file, or the one with a `task:` in the folder."""
    path = Path(task)
    if path.suffix in (".yaml", ".yml"):
        return path
    if len(path.parts) == 1 or not path.is_dir():
        return None
    files = [f for f in sorted(path.glob("*.y*ml")) if _NAMED.search(f.read_text(errors="replace"))]
    if len(files) != 1:
        why = f"the folder has {len(files)} YAML files with a task: {[f.name for f in files]}"
        raise _refused(task, why, "Name the one that is meant")
    return files[0]


def _split(config: Mapping[str, Any]) -> str:
    return str(config.get("test_split") or config.get("validation_split") or "")


def _metrics(name: str, scored: Sequence[Scored]) -> dict[str, float]:
    return {name: mean_score(scored)}


def _flat(value: Any) -> list[str]:
    """All texts inside lists and tables."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        return [text for inner in value for text in _flat(inner)]
    return [] if value is None else [str(value)]


def _digest(files: Sequence[Path]) -> str:
    return digest_of([rows.local_digest(BenchmarkSettings(name="data", path=f)) for f in files])


def _refused(task: str, why: str, way_out: str) -> ConfigError:
    return ConfigError(f"The lmms-eval task '{task}'", why, way_out)
