"""A training set for others: folders that other trainers and hubs read, one format a file under
`exports/`.

    export(training_set, "parquet", out)   README.md  ATTRIBUTION.md  train/0000.parquet  …

Only what may be passed on leaves: a picture is drawn here, or it has a licence, and an author where
that licence asks for one. What has none is left out and counted. `canary` is never offered as
something to train on.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import pyarrow as pa

from blindspot.core.artifact import write_text
from blindspot.core.new_folder import new_folder
from blindspot.core.records import Split, TrainingSample
from blindspot.core.registry import Registry
from blindspot.core.tables import as_records, read_table
from blindspot.core.training_set import TrainingSetArtifact
from generation.attribution import attribution
from generation.calls import is_drawn

_UNSTATED: Final = {"", "unknown", "none", "noassertion", "n/a"}
"""What stands for no licence at all."""
_NAMES_AUTHOR: Final = ("cc-by", "odc-by")


@dataclass
class Leaving:
    """What leaves a training set, and what stays behind; counted while it is read."""

    training_set: TrainingSetArtifact
    left_out: Counter[str] = field(default_factory=Counter)
    """Samples by the cause for which they stay."""
    written: Counter[str] = field(default_factory=Counter)
    """Samples by the split that they went to."""
    credits: dict[tuple[str, str, str], int] = field(default_factory=dict)
    """Samples by (source plugin, licence, attribution)."""

    def shards(self, split: Split) -> Iterator[tuple[pa.Table, list[TrainingSample]]]:
        """The rows of a split that may be passed on, a shard at a time."""
        for path in self.training_set.shards(split):
            table = read_table(path)
            samples = _records(table)
            causes = [refused(sample) for sample in samples]
            self.left_out.update(cause for cause in causes if cause)
            kept = [i for i, cause in enumerate(causes) if not cause]
            yield table.take(pa.array(kept, pa.int64())), [samples[i] for i in kept]

    def leave(self, sample: TrainingSample, split: str) -> None:
        """Count a sample that was written."""
        self.written[split] += 1
        credit = plugin_of(sample), sample.licence, sample.attribution
        self.credits[credit] = self.credits.get(credit, 0) + 1


class Export(Protocol):
    """Contract of a file under `exports/`: `PLUGIN: Final[Export]`."""

    def write(self, leaving: Leaving, out: Path) -> str:
        """Write its files into an empty folder, and give the text of its card. Raises DataError
        where the training set lacks what the format needs.
        """
        ...


exports: Final = Registry[Export]("generation.exports")


@dataclass(frozen=True)
class Exported:
    """What was written."""

    path: Path
    written: dict[str, int]
    """Samples by split."""
    left_out: dict[str, int]
    """Samples by cause."""


def export(training_set: TrainingSetArtifact, name: str, out: Path) -> Exported:
    """Write a training set in the format `name` into `out`, which must not hold anything yet. The
    folder appears whole or not at all. Raises UnknownNameError, UsageError or DataError.
    """
    plugin = exports.load(name)
    leaving = Leaving(training_set)
    with new_folder(out) as part:
        card = plugin.write(leaving, part)
        write_text(part / "README.md", card)
        write_text(part / "ATTRIBUTION.md", attribution(leaving.credits))
    return Exported(out, dict(leaving.written), dict(sorted(leaving.left_out.items())))


def plugin_of(sample: TrainingSample) -> str:
    """The source that made a sample."""
    return sample.source.partition(":")[0]


def refused(sample: TrainingSample) -> str:
    """Why a sample may not be passed on, or nothing."""
    licence = sample.licence.strip().casefold()
    if licence in _UNSTATED:
        return "" if not licence and is_drawn(plugin_of(sample)) else "unknown licence"
    if licence.startswith(_NAMES_AUTHOR) and not sample.attribution.strip():
        return "no attribution"
    return ""


def origin(leaving: Leaving) -> str:
    """What every card says of where a training set came from."""
    manifest = leaving.training_set.artifact.manifest
    lines = [
        f"Made by blindspot {manifest.blindspot_version}; training set `{manifest.digest}`, from "
        f"the diagnosis `{manifest.inputs.get('diagnosis', 'unknown')}` (digests).",
        *_left(leaving),
        "Whom to name for its pictures stands in `ATTRIBUTION.md`.",
    ]
    return "\n".join(lines)


def counted(rows: Sequence[tuple[str, int]]) -> str:
    """A Markdown table of splits."""
    return "\n".join(["| split | rows |", "|---|---|", *(f"| {s} | {n} |" for s, n in rows)])


def _left(leaving: Leaving) -> list[str]:
    if not leaving.left_out:
        return []
    causes = ", ".join(f"{cause} {n}" for cause, n in sorted(leaving.left_out.items()))
    return [f"Left out, since they may not be passed on or cannot be said here: {causes}."]


def _records(table: pa.Table) -> list[TrainingSample]:
    names = [[p["path"] for p in row] for row in table["images"].to_pylist()]
    rows = table.drop_columns(["images"]).to_pylist()
    return as_records(
        [{**row, "images": own} for row, own in zip(rows, names, strict=True)], TrainingSample
    )
