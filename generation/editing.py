"""Editing pictures before a question is written: the image editor chooses, the edit is made.

    edited([want], [picture], settings, means)
        →  [EditedPicture(b"\\x89PNG…", (Edit(parent="9c…", operation="crop", …),))]

A share of the pictures, drawn by lot for each place, is shown to the image editor; the others stay
as they are. It chooses among the files under `edits/`, without `collage`, which needs further
pictures with licences of their own, and, where one is configured, a model that repaints. A reply
that names no such edit or gives it arguments that make no sense is a failure: nothing is guessed.

No question stands yet, so the effect on an answer does not matter here: the writer sees the edited
picture.
"""

import hashlib
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from blindspot.core import taxonomy
from blindspot.core.errors import DataError
from blindspot.core.images import ImageStore, encode, pixels
from blindspot.core.records import Edit, Failure
from generation.agents.image_editor import PLUGIN as EDITOR
from generation.agents.image_editor import Editing, EditorRequest, Operation
from generation.edit import edits
from generation.edits._arguments import read
from generation.means import Means
from generation.repaint import ABOUT, OPERATION, RepaintArguments, RepaintSettings
from generation.source import SourceSettings, Want

_NEED_OTHERS: Final = {"collage"}


@dataclass(frozen=True)
class EditedPicture:
    """A picture and what it went through."""

    data: bytes
    """Encoded; PNG where it was edited here."""
    lineage: tuple[Edit, ...] = ()
    """Empty where it was left as it was."""


@dataclass(frozen=True)
class _Task:
    """One picture that the image editor sees."""

    place: int
    want: Want
    data: bytes
    name: str
    """In the image store."""


@dataclass(frozen=True)
class _Choice:
    operation: str
    arguments: dict[str, Any]


def edited(
    wants: Sequence[Want],
    pictures: Sequence[bytes],
    settings: SourceSettings,
    means: Means,
) -> list[EditedPicture | Failure]:
    """Each place's picture (decoded bytes, see `generation.decoding`), edited or left as it was, or
    why there is none, in order.
    """
    repaint = means.repaint
    found: list[EditedPicture | Failure] = [EditedPicture(data) for data in pictures]
    tasks = []
    for place, want in enumerate(wants):
        if _is_chosen(want, settings.edit_share):
            stored = _stored(means.folder.images, pictures[place])
            if isinstance(stored, Failure):
                found[place] = stored
            else:
                tasks.append(_Task(place, want, pictures[place], stored))
    choices = _choices(tasks, _offered(repaint), means)
    for task, choice in zip(tasks, choices, strict=True):
        if isinstance(choice, Failure):
            found[task.place] = choice
        elif choice is not None and choice.operation != OPERATION:
            found[task.place] = _made(task, choice)
    if repaint is not None:
        found = _painted(found, tasks, choices, repaint, means)
    return found


def _is_chosen(want: Want, share: float) -> bool:
    return random.Random(f"{want.seed}/edit_share").random() < share


def _stored(images: ImageStore, data: bytes) -> str | Failure:
    try:
        return images.put(data)
    except DataError as error:
        return Failure(kind="image", message=str(error), retryable=False)


def _offered(repaint: RepaintSettings | None) -> tuple[Operation, ...]:
    """What the image editor may choose, by name."""
    names = [name for name in edits.names() if name not in _NEED_OTHERS]
    known = [(name, edits.load(name)) for name in names]
    own = [Operation(name=n, about=e.about, arguments=json.dumps(e.arguments)) for n, e in known]
    schema = json.dumps(RepaintArguments.model_json_schema())
    model = [Operation(name=OPERATION, about=ABOUT, arguments=schema)] if repaint else []
    return (*own, *model)


def _choices(
    tasks: Sequence[_Task], offered: tuple[Operation, ...], means: Means
) -> list[_Choice | Failure | None]:
    """The editor's choice for each picture; None leaves it as it is."""
    if not tasks:
        return []
    replies = means.staff.consult(
        "image_editor",
        EDITOR,
        [_request(task, offered) for task in tasks],
        [task.want.cell.name for task in tasks],
        seeds=[task.want.seed for task in tasks],
    )
    names = {operation.name for operation in offered}
    return [r if isinstance(r, Failure) else _chosen(r, names) for r in replies]


def _request(task: _Task, offered: tuple[Operation, ...]) -> EditorRequest:
    want = task.want.cell.want
    term = taxonomy.load(None).capabilities.get(want.capability)
    return EditorRequest(
        picture=task.name,
        capability=want.capability,
        capability_definition=term.definition if term else "",
        brief=task.want.cell.brief,
        operations=offered,
    )


def _chosen(reply: Editing, names: set[str]) -> _Choice | Failure | None:
    if reply.operation is None:
        return None
    if reply.operation not in names:
        return _unreadable(f"the image editor chose {reply.operation!r}, which was not offered")
    try:
        return _Choice(reply.operation, _parsed(reply.arguments))
    except (ValueError, RecursionError) as error:
        return _unreadable(f"{reply.operation}: {error}")


def _parsed(text: str) -> dict[str, Any]:
    """A JSON object; ValueError for anything else, a key that stands in it twice, or NaN."""
    found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    if not isinstance(found, dict):
        raise ValueError("its arguments are no JSON object")
    return found


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} stands twice in its arguments")
        found[key] = value
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _made(task: _Task, choice: _Choice) -> EditedPicture | Failure:
    """The edit, made on the pixels that the image editor saw."""
    edit, rng = edits.load(choice.operation), random.Random(f"{task.want.seed}/edit")
    try:
        made = edit.apply(pixels(task.data), choice.arguments, rng)
    except ValueError as error:
        return _unreadable(f"{choice.operation}: {error}")
    return _with_lineage(task, choice, encode(made.image))


def _painted(
    found: Sequence[EditedPicture | Failure],
    tasks: Sequence[_Task],
    choices: Sequence[_Choice | Failure | None],
    settings: RepaintSettings,
    means: Means,
) -> list[EditedPicture | Failure]:
    """`found` with the pictures that a model paints, all asked for at once."""
    from generation.repainting import repainted

    result, wanted = list(found), []
    for task, choice in zip(tasks, choices, strict=True):
        if isinstance(choice, _Choice) and choice.operation == OPERATION:
            try:
                wanted.append((task, read(RepaintArguments, choice.arguments).prompt))
            except ValueError as error:
                result[task.place] = _unreadable(f"{OPERATION}: {error}")
    prompts, names = [prompt for _, prompt in wanted], [task.name for task, _ in wanted]
    cells = [task.want.cell.name for task, _ in wanted]
    pictures = (
        repainted(prompts, names, cells, settings, means.folder, means.asker) if wanted else []
    )
    for (task, prompt), data in zip(wanted, pictures, strict=True):
        told = _Choice(OPERATION, {"prompt": prompt, "model": settings.model})
        result[task.place] = data if isinstance(data, Failure) else _with_lineage(task, told, data)
    return result


def _with_lineage(task: _Task, choice: _Choice, child: bytes) -> EditedPicture:
    edit = Edit(
        parent=hashlib.sha256(task.data).hexdigest(),
        operation=choice.operation,
        arguments=choice.arguments,
        child=hashlib.sha256(child).hexdigest(),
    )
    return EditedPicture(child, (edit,))


def _unreadable(why: str) -> Failure:
    return Failure(kind="unreadable", message=" ".join(why.split())[:300], retryable=False)
