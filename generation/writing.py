"""Pictures in, candidates out: the image editor's changes, then the writer's question and key.

    Pictured(b"…", "Market, by A. Author", "CC-BY-4.0", …), "how many crates are blue"
        →  Candidate(images=(b"…",), question="How many crates are blue?", target="3", …)

The pictures are decoded already (`generation.decoding`). What the writer says is a proposal that
the gates decide on; where it finds that a picture cannot serve, there is no candidate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from blindspot.core import taxonomy
from blindspot.core.errors import DataError
from blindspot.core.images import ImageStore
from blindspot.core.records import Failure
from blindspot.core.taxonomy import Taxonomy
from generation.agents.writer import PLUGIN as WRITER
from generation.agents.writer import WriterRequest, Writing
from generation.editing import EditedPicture, edited
from generation.means import Means
from generation.prompting import shortened
from generation.source import Candidate, SourceSettings, Want

_REASON: Final = 200
"""Characters of a writer's reason that are kept."""


@dataclass(frozen=True)
class Pictured:
    """A picture that a place got, and what is known of it."""

    data: bytes
    """Decoded and written anew."""
    caption: str
    """What somebody wrote of it: quoted data."""
    licence: str
    """SPDX name; empty where it is not known."""
    attribution: str
    """`title, author, address`."""
    origin: str
    """The source, with the picture's address or path."""


@dataclass(frozen=True)
class _Task:
    """One picture that a question is written about."""

    want: Want
    picture: Pictured
    shown: EditedPicture
    idea: str
    name: str
    """In the image store."""


def write(
    wants: Sequence[Want],
    pictures: Sequence[Pictured | Failure],
    settings: SourceSettings,
    means: Means,
    ideas: Sequence[str],
) -> list[Candidate | Failure]:
    """A candidate for each place, or why there is none, in order: a place without a picture keeps
    its failure. One consultation per role.
    """
    known = [(w, p) for w, p in zip(wants, pictures, strict=True) if isinstance(p, Pictured)]
    shown = iter(edited([w for w, _ in known], [p.data for _, p in known], settings, means))
    images = means.folder.images
    found = [
        each if isinstance(each, Failure) else _task(want, each, next(shown), idea, images)
        for want, each, idea in zip(wants, pictures, ideas, strict=True)
    ]
    written = iter(_written([each for each in found if isinstance(each, _Task)], means))
    return [next(written) if isinstance(each, _Task) else each for each in found]


def _task(
    want: Want, picture: Pictured, shown: EditedPicture | Failure, idea: str, images: ImageStore
) -> _Task | Failure:
    if isinstance(shown, Failure):
        return shown
    try:
        return _Task(want, picture, shown, idea, images.put(shown.data))
    except DataError as error:
        return Failure(kind="image", message=str(error), retryable=False)


def _written(tasks: Sequence[_Task], means: Means) -> list[Candidate | Failure]:
    if not tasks:
        return []
    terms = taxonomy.load(None)
    replies = means.staff.consult(
        "writer",
        WRITER,
        [_request(task, terms) for task in tasks],
        [task.want.cell.name for task in tasks],
        seeds=[task.want.seed for task in tasks],
    )
    return [_candidate(task, reply) for task, reply in zip(tasks, replies, strict=True)]


def _request(task: _Task, terms: Taxonomy) -> WriterRequest:
    want = task.want.cell.want
    capability = terms.capabilities.get(want.capability)
    return WriterRequest(
        picture=task.name,
        capability=want.capability,
        capability_definition=capability.definition if capability else "",
        image_type=want.image_type,
        brief=task.want.cell.brief,
        idea=task.idea,
        caption=task.picture.caption,
    )


def _candidate(task: _Task, reply: Writing | Failure) -> Candidate | Failure:
    if isinstance(reply, Failure):
        return reply
    if not reply.usable:
        why = shortened(f"the writer cannot use the picture: {reply.seen}", _REASON)
        return Failure(kind="image", message=" ".join(why.split()), retryable=False)
    if not reply.question.strip() or not reply.target.strip():
        missing = "key" if reply.question.strip() else "question"
        return Failure(kind="unreadable", message=f"the writer gave no {missing}", retryable=False)
    if not _is_text(reply.question, reply.target, *reply.options):
        why = "the writer's words hold half a character, which no file can"
        return Failure(kind="unreadable", message=why, retryable=False)
    return Candidate(
        images=(task.shown.data,),
        question=reply.question.strip(),
        target=reply.target.strip(),
        answer_kind=reply.answer_kind,
        origin=task.picture.origin,
        truth="agents",
        options=reply.options,
        licence=task.picture.licence,
        attribution=task.picture.attribution,
        lineage=task.shown.lineage,
    )


def _is_text(*words: str) -> bool:
    """Whether they can be written down: JSON can escape halves of characters."""
    try:
        "".join(words).encode()
    except UnicodeEncodeError:
        return False
    return True
