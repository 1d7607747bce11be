"""Labelled samples of a supporting dataset, as they are searched and given to places.

Columns are those of an own benchmark: `question` and `target` (needed), `image` or `images`, `id`,
`options`, `answer_kind`, `capability`, `image_type`, `group`; and `content`, `evidence`, `licence`,
`attribution`, `attributes` as in a training set. All others are attributes; of these,
those with few values are conditions that a cell may ask for.

A row without question, target or picture, or whose target cannot be graded, is left out and
counted: large datasets have some. Two rows of one id are an error, since nothing else tells rows
apart.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError

from blindspot.core.artifact import digest_of
from blindspot.core.grading import is_gradable, letter, likely_kind
from blindspot.core.records import AnswerKind, Edit
from generation.family import Box
from generation.retrieval import stored, tables
from generation.retrieval.stored import Stored
from generation.retrieval.tables import in_hash_order, refused, text

MAX_VALUES: Final = 64
"""Different values up to which an attribute is a condition."""
ANSWER_KIND: Final = "answer kind"
"""The condition that a diagnosis makes of it."""
_UNSTATED: Final = ("unmapped", "mixed")
_COLUMNS: Final = (
    *("id", "question", "target", "image", "images", "options", "answer_kind"),
    *("capability", "image_type", "group", "content", "evidence", "licence", "attribution"),
)
_OF_A_TRAINING_SET: Final = (
    *("attributes", "lineage", "split", "cell", "prompt", "source", "pass_rate", "rollouts"),
)
_BOXES: Final = TypeAdapter(tuple[Box, ...])
_EDITS: Final = TypeAdapter(tuple[Edit, ...])
_ATTRIBUTES: Final = TypeAdapter(dict[str, Any])
T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """One labelled sample."""

    id: str
    question: str
    target: str
    answer_kind: AnswerKind
    options: tuple[str, ...]
    capability: str
    """Empty where the dataset does not say."""
    image_type: str
    """Empty where the dataset does not say."""
    attributes: Mapping[str, str]
    pictures: tuple[Stored, ...]
    bonds: tuple[str, ...]
    """What binds it to other rows: its pictures, by digest or path, and its group."""
    content: str = ""
    evidence: tuple[Box, ...] = ()
    licence: str = ""
    attribution: str = ""
    lineage: tuple[Edit, ...] = ()

    @property
    def statements(self) -> dict[str, str]:
        """All that may be a condition."""
        return {**self.attributes, ANSWER_KIND: self.answer_kind}

    @property
    def text(self) -> str:
        """What is searched: words and tags."""
        tags = [f"{name} {value}" for name, value in sorted(self.attributes.items())]
        labels = (self.capability, self.image_type)
        return "\n".join([self.question, *self.options, self.content, *labels, *tags])


@dataclass(frozen=True)
class Labelled:
    """The rows of a supporting dataset that can be used, in hash order of their ids."""

    rows: tuple[Row, ...]
    conditions: Mapping[str, tuple[str, ...]]
    """Attributes with few values, and these."""
    unusable: str = ""
    """How many rows were left out, and why the first was; empty for none."""


def load(files: Sequence[Path], pictures: bool = True) -> Labelled:
    """Read a supporting dataset; without `pictures` rows have none. Raises DataError for a file
    that cannot be read, lacks `question` or `target`, names two rows alike or has none to use.
    """
    found: dict[str, Row] = {}
    faults: list[str] = []
    for file in files:
        for number, given in tables.rows(file, pictures):
            if not number:
                _check_columns(file, given)
            row = _row(file, number, given, pictures)
            if isinstance(row, str):
                faults.append(f"row {number + 1} of {file.name} {row}")
            elif row.id in found and text(given.get("id")):
                why = f"the id '{row.id}' stands twice, the second time in row {number + 1}"
                raise refused(file, why, "Give every row an id of its own")
            else:
                found[row.id] = row  # a row without id that says and shows the same is the same
    if not found:
        why = f"it has no row that can be used ({faults[0]})" if faults else "it has no rows"
        raise refused(files[0].parent if files[1:] else files[0], why, "Correct the data")
    ordered = tuple(found[id_] for id_ in in_hash_order(found))
    counted = f"{len(faults)} of its {len(faults) + len(ordered)} rows cannot be used: "
    return Labelled(ordered, _conditions(ordered), counted + faults[0] if faults else "")


def _check_columns(file: Path, given: Mapping[str, Any]) -> None:
    for needed in ("question", "target"):
        if needed not in given:
            why = f"it has no column '{needed}' (the columns are {', '.join(given)})"
            raise refused(file, why, "Rename the columns as an own benchmark has them")


def _row(file: Path, number: int, given: Mapping[str, Any], pictures: bool) -> Row | str:
    """The row, or what is wrong with it."""
    question, target = text(given.get("question")), text(given.get("target"))
    options = tuple(text(option) for option in _list(given.get("options")))
    kind: Any = text(given.get("answer_kind")) or likely_kind(target, options)
    target = letter(options.index(target)) if kind == "choice" and target in options else target
    shown, identities = _pictures(file, number, given) if pictures else ((), ())
    fault = _fault(question, target, kind, options)
    if fault or (pictures and not shown):
        return fault or "has no picture"
    row = Row(
        id=text(given.get("id")),
        question=question,
        target=target,
        answer_kind=kind,
        options=options,
        capability=_stated(given, "capability"),
        image_type=_stated(given, "image_type"),
        attributes=_attributes(given),
        pictures=shown,
        bonds=_bonds(given, identities),
        content=text(given.get("content")),
        evidence=_parsed(_BOXES, given.get("evidence"), ()),
        licence=text(given.get("licence")),
        attribution=text(given.get("attribution")),
        lineage=_parsed(_EDITS, given.get("lineage"), ()),
    )
    return row if row.id else replace(row, id=_digest(row))


def _fault(question: str, target: str, kind: Any, options: tuple[str, ...]) -> str:
    if not question or not target:
        return f"has no '{'target' if question else 'question'}'"
    if kind not in get_args(AnswerKind):
        return f"has the answer_kind '{kind}'"
    if kind == "choice" and not options:
        return "is a choice without options"
    if not is_gradable(target, kind, options):
        return f"has the target '{target:.40}', which cannot be graded as {kind}"
    return ""


def _bonds(given: Mapping[str, Any], identities: tuple[str, ...]) -> tuple[str, ...]:
    group = text(given.get("group"))
    return (*identities, f"group {group}") if group else identities


def _digest(row: Row) -> str:
    """Of all that it says and shows, wherever it lies."""
    said = asdict(replace(row, pictures=(), lineage=()))
    return digest_of(said)[:16]


def _pictures(
    file: Path, number: int, given: Mapping[str, Any]
) -> tuple[tuple[Stored, ...], tuple[str, ...]]:
    """Where the row's pictures lie, and what tells them from others."""
    column = "images" if given.get("images") is not None else "image"
    shown, identities = [], []
    for place, cell in enumerate(stored.listed(given.get(column))):
        held = stored.content(cell)
        if isinstance(held, bytes):
            shown.append(Stored(file, row=number, column=column, place=place))
            identities.append(hashlib.sha256(held).hexdigest())
        elif held is not None:
            shown.append(Stored(file.parent, path=held))
            identities.append(held)
    return tuple(shown), tuple(identities)


def _attributes(given: Mapping[str, Any]) -> dict[str, str]:
    nested = _parsed(_ATTRIBUTES, given.get("attributes"), {})
    flat = {**{k: v for k, v in given.items() if k not in _COLUMNS + _OF_A_TRAINING_SET}, **nested}
    return {name: text(value) for name, value in flat.items() if text(value)}


def _stated(given: Mapping[str, Any], axis: str) -> str:
    term = text(given.get(axis))
    return "" if term in _UNSTATED else term


def _list(given: Any) -> list[Any]:
    return given if isinstance(given, list) else []


def _parsed(kind: TypeAdapter[T], given: Any, otherwise: T) -> T:
    """A cell that may be nested, or JSON text; in another dataset its column may mean anything."""
    try:
        return kind.validate_json(given) if isinstance(given, str) else kind.validate_python(given)
    except ValidationError:
        return otherwise


def _conditions(rows: Sequence[Row]) -> dict[str, tuple[str, ...]]:
    values: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        for name, value in row.statements.items():
            if len(values[name]) <= MAX_VALUES:
                values[name].add(value)
    few = sorted(name for name, known in values.items() if len(known) <= MAX_VALUES)
    return {name: tuple(sorted(values[name])) for name in few}
