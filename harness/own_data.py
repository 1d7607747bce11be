"""A user's own benchmark: parquet, JSONL, or a folder of pictures with `metadata.jsonl` or
`metadata.csv`.

Columns that are read: `question` and `target` (needed); `id`, `image` or `images`, `options`,
`answer_kind`, `capability`, `image_type`, `group` (optional). All others become attributes. A row
that contradicts itself is an error that names it; a picture that cannot be read is a failure of
that sample, since the rest of the benchmark can still be measured.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, get_args

import pyarrow as pa
import pyarrow.parquet as pq

from blindspot.core.artifact import digest_of, file_digest, folder_digests
from blindspot.core.errors import DataError
from blindspot.core.grading import is_gradable, letter
from blindspot.core.images import ImageStore
from blindspot.core.prompt import render
from blindspot.core.records import AnswerKind, Failure, Sample
from harness.settings import BenchmarkSettings

_KNOWN: Final = (
    "id",
    "question",
    "target",
    "image",
    "images",
    "options",
    "answer_kind",
    "capability",
    "image_type",
    "group",
)
_PICTURES: Final = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp")


@dataclass(frozen=True)
class Loaded:
    """A benchmark's samples, and the failures of those whose picture cannot be read."""

    samples: list[Sample]
    broken: dict[str, Failure]


def digest(settings: BenchmarkSettings) -> str:
    """Digest of the benchmark's files. Raises DataError when there is nothing at its path."""
    if settings.path.is_dir():
        return digest_of(folder_digests(settings.path))
    if not settings.path.is_file():
        why = "there is no such file or folder"
        raise _refused(settings, why, "Correct its path in the config")
    return file_digest(settings.path)


def load(settings: BenchmarkSettings, images: ImageStore) -> Loaded:
    """Read the benchmark. Raises DataError naming the row for anything that contradicts itself."""
    loaded = Loaded([], {})
    for number, row in enumerate(_rows(settings), 1):
        named = {settings.columns.get(name, name): name for name in _KNOWN}
        row = {named.get(key, key): value for key, value in row.items()}
        _add(loaded, settings, f"row {number}", row, images)
    if not loaded.samples:
        raise _refused(settings, "it has no rows", "Give a file with at least one question")
    _refuse_duplicates(settings, loaded.samples)
    return loaded


def _add(
    loaded: Loaded, settings: BenchmarkSettings, where: str, row: dict[str, Any], images: ImageStore
) -> None:
    for needed in ("question", "target"):
        if row.get(needed) in (None, ""):
            have = f"the columns are {', '.join(row)}"
            why = f"{where} has no '{needed}' ({have})"
            raise _refused(settings, why, "Name the column in the benchmark's `columns`")
    names, failure = _kept(settings, row, images)
    sample = _sample(settings, where, row, names)
    loaded.samples.append(sample)
    if failure:
        loaded.broken[sample.id] = failure


def _kept(
    settings: BenchmarkSettings, row: dict[str, Any], images: ImageStore
) -> tuple[tuple[str, ...], Failure | None]:
    """Names of the row's pictures in the store, or why they cannot be read."""
    try:
        pictures = _pictures(settings, row)
    except OSError as error:
        return (), Failure(kind="image", message=_cause(error), retryable=False)
    try:
        return tuple(images.put(picture) for picture in pictures), None
    except DataError as error:
        return (), Failure(kind="image", message=_cause(error), retryable=False)


def _sample(
    settings: BenchmarkSettings, where: str, row: dict[str, Any], images: tuple[str, ...]
) -> Sample:
    options = tuple(str(o) for o in row.get("options") or ())
    kind = _answer_kind(settings, where, row, options)
    question = str(row["question"])
    return Sample(
        id=str(row.get("id") or digest_of([question, images])[:16]),
        benchmark=settings.name,
        group=None if row.get("group") is None else str(row["group"]),
        question=question,
        prompt=render(question, options, kind),
        images=images,
        options=options,
        target=_target(settings, where, str(row["target"]), kind, options),
        answer_kind=kind,
        capability=str(row.get("capability") or "unmapped"),
        image_type=str(row.get("image_type") or "mixed"),
        attributes={k: str(v) for k, v in row.items() if k not in _KNOWN and v is not None},
    )


def _answer_kind(
    settings: BenchmarkSettings, where: str, row: dict[str, Any], options: tuple[str, ...]
) -> AnswerKind:
    """The kind that the row states, or the one its target looks like."""
    stated = row.get("answer_kind")
    if stated is not None:
        if stated not in get_args(AnswerKind):
            kinds = ", ".join(get_args(AnswerKind))
            raise _refused(settings, f"{where} has the answer_kind '{stated}'", f"Known: {kinds}")
        return stated
    if options:
        return "choice"
    target = str(row["target"]).strip()
    if target.casefold() in ("yes", "no"):
        return "yes_no"
    return "number" if is_gradable(target, "number") and _is_number(target) else "text"


def _target(
    settings: BenchmarkSettings, where: str, target: str, kind: AnswerKind, options: tuple[str, ...]
) -> str:
    """The target as it is graded; an option's text becomes its letter."""
    if kind == "choice":
        if target in options:
            target = letter(options.index(target))
        if target not in [letter(i) for i in range(len(options))]:
            why = f"in {where} the target '{target}' is not among the options {list(options)}"
            raise _refused(settings, why, "Correct the row")
    if not is_gradable(target, kind, options):
        why = f"in {where} the target '{target}' cannot be graded as a {kind}"
        raise _refused(settings, why, "Correct the target or the answer_kind")
    return target


def _rows(settings: BenchmarkSettings) -> Iterator[dict[str, Any]]:
    path = settings.path
    try:
        if path.is_dir():
            yield from _folder_rows(settings)
        elif path.suffix == ".parquet":
            for batch in pq.ParquetFile(path).iter_batches(batch_size=256):
                yield from batch.to_pylist()
        elif path.suffix == ".jsonl":
            yield from _jsonl(path)
        else:
            why = f"'{path.suffix}' files are not read"
            raise _refused(settings, why, "Give .parquet, .jsonl or a folder of pictures")
    except (OSError, pa.ArrowException, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise _refused(settings, f"it cannot be read ({error})", "Correct the file") from error


def _folder_rows(settings: BenchmarkSettings) -> Iterator[dict[str, Any]]:
    """Rows of `metadata.jsonl` or `metadata.csv`, whose `file_name` names the picture."""
    jsonl, table = settings.path / "metadata.jsonl", settings.path / "metadata.csv"
    if not jsonl.is_file() and not table.is_file():
        found = sum(p.suffix.lower() in _PICTURES for p in settings.path.iterdir())
        why = f"the folder has {found} pictures and no metadata.jsonl or metadata.csv"
        raise _refused(settings, why, "Add one with the columns file_name, question, target")
    for row in _jsonl(jsonl) if jsonl.is_file() else _csv(table):
        name = row.pop("file_name", None)
        yield row | ({"image": name} if name else {})


def _jsonl(path: Path) -> Iterator[dict[str, Any]]:
    with path.open() as file:
        yield from (json.loads(line) for line in file if line.strip())


def _csv(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(newline="") as file:
        yield from csv.DictReader(file)


def _pictures(settings: BenchmarkSettings, row: dict[str, Any]) -> list[bytes]:
    """Bytes of the row's pictures: `images`, or `image`; each bytes, {bytes, path} or a path."""
    given = row.get("images")
    given = list(given) if given is not None else [row.get("image")]
    base = settings.path if settings.path.is_dir() else settings.path.parent
    return [_bytes(picture, base) for picture in given if picture is not None]


def _bytes(picture: Any, base: Path) -> bytes:
    if isinstance(picture, dict):
        picture = picture.get("bytes") or picture.get("path")
    if isinstance(picture, bytes):
        return picture
    return (base / str(picture)).read_bytes()


def _refuse_duplicates(settings: BenchmarkSettings, samples: list[Sample]) -> None:
    seen: set[str] = set()
    for number, sample in enumerate(samples, 1):
        if sample.id in seen:
            why = f"the id '{sample.id}' stands twice, the second time in row {number}"
            raise _refused(settings, why, "Give every row an id of its own")
        seen.add(sample.id)


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", ""))
    except ValueError:
        return False
    return True


def _cause(error: Exception) -> str:
    return error.why if isinstance(error, DataError) else f"{type(error).__name__}: {error}"


def _refused(settings: BenchmarkSettings, why: str, way_out: str) -> DataError:
    return DataError(f"The benchmark '{settings.name}' ({settings.path})", why, way_out)
