"""A user's own benchmark: parquet, JSONL, or a folder of pictures with `metadata.jsonl` or
`metadata.csv`.

Columns that are read: `question` and `target` (needed); `id`, `image` or `images`, `options`,
`answer_kind`, `capability`, `image_type`, `group` (optional). All others become attributes. A row
that contradicts itself is an error that names it; a picture that cannot be read is a failure of
that sample, since the rest of the benchmark can still be measured.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from string import ascii_uppercase
from typing import Any, Final, get_args

from blindspot.core.artifact import digest_of
from blindspot.core.grading import GRADER, Grade, grade, is_gradable, letter, likely_kind
from blindspot.core.prompt import render
from blindspot.core.records import AnswerKind, Failure, Sample
from harness import own_rows
from harness.benchmark import Benchmark, Doc, Facts, Item, Scored, accuracy
from harness.own_rows import refused
from harness.rows import local_digest
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


class OwnData:
    """Any such file or folder as a benchmark."""

    facts = Facts(title="your own data", size=0, licence="your own", paper="")

    def digest(self, settings: BenchmarkSettings, lock: Path) -> str:
        """Digest of its files, which may change as they like: nothing is locked."""
        return local_digest(settings)

    def open(self, settings: BenchmarkSettings, lock: Path) -> "OpenedData":
        """Open it."""
        return OpenedData(settings)


class OpenedData:
    """A user's own benchmark; rows are read when they are asked for."""

    grader = GRADER

    def __init__(self, settings: BenchmarkSettings) -> None:
        self.settings = settings

    def ids(self) -> list[str]:
        """Ids of all rows."""
        return [_id(row, pictures) for row, pictures, _ in self._rows()]

    def items(self, wanted: Collection[str] | None = None) -> Iterator[Item]:
        """The wanted samples, or all. Raises DataError naming the row that contradicts itself."""
        seen: dict[str, int] = {}
        for number, (row, pictures, failure) in enumerate(self._rows(), 1):
            name = _id(row, pictures)
            if name in seen:
                why = f"the id '{name}' stands twice, the second time in row {number}"
                raise refused(self.settings, why, "Give every row an id of its own")
            seen[name] = number
            if wanted is None or name in wanted:
                sample = _sample(self.settings, f"row {number}", row, name)
                yield Item(sample, tuple(pictures), {}, failure)
        if not seen:
            raise refused(self.settings, "it has no rows", "Give a file with at least one question")

    def grade(self, sample: Sample, doc: Doc, text: str) -> Grade | None:
        """As the trainer's reward does."""
        return grade(text, target=sample.target, kind=sample.answer_kind, options=sample.options)

    def metrics(self, scored: Sequence[Scored]) -> dict[str, float]:
        """The mean score."""
        return accuracy(scored)

    def _rows(self) -> Iterator[tuple[dict[str, Any], list[bytes], Failure | None]]:
        """Rows under our names, with their pictures or why these cannot be read."""
        named = {self.settings.columns.get(name, name): name for name in _KNOWN}
        for number, given in enumerate(own_rows.read(self.settings), 1):
            row = {named.get(key, key): value for key, value in given.items()}
            for needed in ("question", "target"):
                if row.get(needed) in (None, ""):
                    why = f"row {number} has no '{needed}' (the columns are {', '.join(row)})"
                    way_out = "Name the column in the benchmark's `columns`"
                    raise refused(self.settings, why, way_out)
            try:
                yield row, own_rows.pictures(self.settings, row), None
            except OSError as error:
                message = f"{type(error).__name__}: {error}"
                yield row, [], Failure(kind="image", message=message, retryable=False)


def _id(row: Mapping[str, Any], pictures: Sequence[bytes]) -> str:
    """The row's own id, or a digest of its question and pictures."""
    given = row.get("id")
    if given not in (None, ""):
        return str(given)
    seen = [hashlib.sha256(picture).hexdigest() for picture in pictures]
    return digest_of([str(row["question"]), seen])[:16]


def _sample(settings: BenchmarkSettings, where: str, row: Mapping[str, Any], name: str) -> Sample:
    options = _options(settings, where, row.get("options"))
    kind = _answer_kind(settings, where, row, options)
    question = str(row["question"])
    return Sample(
        id=name,
        benchmark=settings.name,
        group=None if row.get("group") is None else str(row["group"]),
        question=question,
        prompt=render(question, options, kind),
        options=options,
        target=_target(settings, where, str(row["target"]), kind, options),
        answer_kind=kind,
        capability=str(row.get("capability") or "unmapped"),
        image_type=str(row.get("image_type") or "mixed"),
        attributes={k: str(v) for k, v in row.items() if k not in _KNOWN and v is not None},
    )


def _options(settings: BenchmarkSettings, where: str, given: Any) -> tuple[str, ...]:
    """A list, or one written as JSON, as a CSV must: at most as many as there are letters."""
    listed = _listed(given) if isinstance(given, str) else given
    plain = listed is None or (
        isinstance(listed, list)
        and all(isinstance(o, str | int | float) for o in listed)
        and own_rows.is_text(listed)
    )
    if not plain or len(listed or ()) > len(ascii_uppercase):
        why = f"{where} has the options {given!r:.60}"
        way_out = f'Give a list of at most {len(ascii_uppercase)} texts, ["red", "blue"]'
        raise refused(settings, why, way_out)
    return tuple(str(option) for option in listed or ())


def _listed(text: str) -> Any:
    """What a text says as JSON; None where it is empty, the text itself where it is none."""
    try:
        return json.loads(text) if text.strip() else None
    except (ValueError, RecursionError):
        return text


def _answer_kind(
    settings: BenchmarkSettings, where: str, row: Mapping[str, Any], options: tuple[str, ...]
) -> AnswerKind:
    """The kind that the row states, or the one its target looks like."""
    stated = row.get("answer_kind")
    if stated is not None:
        if stated not in get_args(AnswerKind):
            kinds = ", ".join(get_args(AnswerKind))
            raise refused(settings, f"{where} has the answer_kind '{stated}'", f"Known: {kinds}")
        return stated
    return likely_kind(str(row["target"]), options)


def _target(
    settings: BenchmarkSettings, where: str, target: str, kind: AnswerKind, options: tuple[str, ...]
) -> str:
    """The target as it is graded; an option's text becomes its letter."""
    if kind == "choice":
        if target in options:
            target = letter(options.index(target))
        if target not in [letter(i) for i in range(len(options))]:
            why = f"in {where} the target '{target}' is not among the options {list(options)}"
            raise refused(settings, why, "Correct the row")
    if not is_gradable(target, kind, options):
        why = f"in {where} the target '{target}' cannot be graded as a {kind}"
        raise refused(settings, why, "Correct the target or the answer_kind")
    return target


BENCHMARK: Final[Benchmark] = OwnData()
