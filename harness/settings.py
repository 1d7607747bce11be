"""What is evaluated, and how."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from blindspot.core.config import OPERATIONAL, InputPath, OptionalInputPath, Settings
from blindspot.core.model import ModelSettings, Sampling
from blindspot.core.records import Half


class BenchmarkSettings(Settings):
    """One benchmark of the suite. In a list, a text stands for one: `"mmmu"`, `"task:ai2d"`,
    `"questions.parquet"`, `"mine.py"`.
    """

    name: str
    """One of `blindspot list benchmarks`, or what one of the user's own is called in results."""
    path: OptionalInputPath = None
    """Where its data is: of one of ours a folder or file in place of the hub; of the user's own a
    `.parquet` or `.jsonl` file, or a folder of pictures with `metadata.jsonl` or `.csv`.
    """
    columns: dict[str, str] = Field(default_factory=dict)
    """The user's own data: its name for one of ours where they differ, `{target = "answer"}`."""
    task: str = ""
    """A task of lmms-eval: its name, or the path of a YAML file."""
    score: str = ""
    """Of `task`: which of its metrics is the score of a sample, `exact_match` or `average.score`;
    needed only where that is not plain.
    """
    file: OptionalInputPath = None
    """A Python file with `PLUGIN: Benchmark`."""
    half: Half | None = None
    """Puts all its samples on one side: of a target task the validation set is `diagnosis`, the
    test set `held_out`.
    """

    @field_validator("task")
    @classmethod
    def _rooted(cls, value: str, info: ValidationInfo) -> str:
        """The path of a YAML file relative to the config file; a name is left alone."""
        root: Path | None = (info.context or {}).get("root")
        return str(root / value) if root and value.endswith((".yaml", ".yml")) else value

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, given: Any) -> Any:
        return _spelt_out(given) if isinstance(given, str) else given


class EvaluationSettings(Settings):
    """Settings of the harness."""

    suite: str = ""
    """A list of benchmarks by name, `eleven`, or a TOML file with `benchmarks = […]`; those below
    come in addition.
    """
    benchmarks: tuple[BenchmarkSettings, ...] = ()
    """The user's own list."""
    data: OptionalInputPath = None
    """A folder with one subfolder per benchmark; what lies there is read in place of the hub."""
    lock: InputPath = Field(default=Path("benchmarks.lock"), validate_default=True)
    """Keeps the revision of every benchmark that was downloaded; another one is refused."""
    sampling: Sampling = Sampling(max_tokens=4096)
    """How answers are drawn; greedy by default. Its `max_tokens` stands in place of a task's own
    limit, which would truncate a model that thinks.
    """
    repeats: int = Field(default=1, ge=1)
    """Answers per sample; a sample's score is their mean."""
    limit: int | None = Field(default=None, ge=1)
    """At most so many samples per benchmark, a fixed random subset."""
    diagnosis_share: float = Field(default=0.5, gt=0, lt=1)
    """Share of pictures in the diagnosis half; the others are held out."""
    judge: ModelSettings | None = None
    """Decides where a benchmark's rule cannot; without one such answers are `unjudged` failures."""
    judge_audit: int = Field(default=50, ge=0)
    """Answers per benchmark that the rule decided and the judge sees as well, to state how far they
    agree.
    """
    min_coverage: Annotated[float, OPERATIONAL] = Field(default=0.98, ge=0, le=1)
    """With fewer answers scored the command fails; the artifact is kept."""
    executor: Annotated[Literal["local", "ray"], OPERATIONAL] = "local"
    """Where a model in this process computes: here, or as `ray` on every GPU of a machine or
    cluster. The answers are the same.
    """
    ray_address: Annotated[str, OPERATIONAL] = ""
    """ray: the cluster's address; empty: RAY_ADDRESS where it is set, else this machine."""


def _spelt_out(text: str) -> dict[str, Any]:
    """`task:ai2d`, `mine.py`, `data/questions.parquet` or `mmmu` as settings."""
    if text.startswith("task:"):
        task = text.removeprefix("task:")
        return {"name": Path(task).stem, "task": task}
    if text.endswith(".py"):
        return {"name": Path(text).stem, "file": text}
    if "/" in text or text.endswith((".parquet", ".jsonl")):
        return {"name": Path(text).stem, "path": text}
    return {"name": text}
