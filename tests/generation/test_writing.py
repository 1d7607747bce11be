"""Pictures to candidates: what the writer is asked, and what becomes of its reply."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image

from blindspot.core.images import encode
from blindspot.core.records import CellShare, Failure
from blindspot.core.run_folder import RunFolder
from blindspot.core.training_set import PlanCell
from generation.agents.writer import WriterRequest, Writing
from generation.means import Means
from generation.source import Candidate, SourceSettings, Want
from generation.writing import Pictured, write

PLAIN = SourceSettings(plugin="pool")
LOST = Failure(kind="fetch", message="lost", retryable=False)
GOOD = Writing(
    seen="left", usable=True, question=" How many? ", answer_kind="number", options=(), target=" 3 "
)


class Staff:
    """A writer that reads its replies from a list."""

    solvers = 0

    def __init__(self, *replies: Writing | Failure) -> None:
        self._replies = list(replies)
        self.requests: list[WriterRequest] = []
        self.calls: list[tuple[str, Sequence[str], Sequence[str]]] = []

    def consult(
        self,
        role: str,
        agent: Any,
        requests: Sequence[Any],
        cells: Sequence[str],
        *,
        seeds: Sequence[str] = (),
        member: int = 0,
    ) -> list[Any]:
        self.requests += requests
        self.calls.append((role, cells, seeds))
        return [self._replies.pop(0) for _ in requests]


def want(number: int) -> Want:
    share = CellShare(capability="counting", image_type="map", share=1, quota=3, why="weak")
    of = PlanCell(name=share.name, split="train", want=share, quota=3, brief="small things")
    return Want(of, f"0/0/train/{of.name}/{number}/0")


def pictured(color: str = "red") -> Pictured:
    data = encode(Image.new("RGB", (40, 30), color))
    return Pictured(data, "a caption", "CC0-1.0", "Title, Jo, https://x", "web:https://x")


def written(folder: Path, pictures: Sequence[Pictured | Failure], *replies: Writing | Failure):
    means = Means(RunFolder(folder), Staff(*replies))
    wants = [want(number) for number in range(len(pictures))]
    ideas = [f"idea {number}" for number in range(len(pictures))]
    return write(wants, pictures, PLAIN, means, ideas), cast(Staff, means.staff), means


def test_a_candidate_has_all_that_is_known_of_its_picture(tmp_path):
    (found,), staff, means = written(tmp_path, [pictured()], GOOD)
    assert found == Candidate(
        images=(pictured().data,),
        question="How many?",
        target="3",
        answer_kind="number",
        origin="web:https://x",
        truth="agents",
        licence="CC0-1.0",
        attribution="Title, Jo, https://x",
    )
    [request] = staff.requests
    assert means.folder.images.path(request.picture).read_bytes() == pictured().data
    assert (request.idea, request.caption, request.brief) == ("idea 0", "a caption", "small things")
    assert request.capability_definition == "how many"
    assert staff.calls == [("writer", ["counting/map"], ["0/0/train/counting/map/0/0"])]


def test_failures_keep_their_place_and_cost_no_call(tmp_path):
    pictures = [LOST, pictured(), LOST, pictured("blue")]
    late = Failure(kind="timeout", message="late", retryable=True)
    found, staff, _ = written(tmp_path, pictures, GOOD, late)
    assert [found[0], found[2], found[3]] == [LOST, LOST, late]
    assert isinstance(found[1], Candidate)
    assert [request.idea for request in staff.requests] == ["idea 1", "idea 3"]
    assert len(staff.calls) == 1


def test_nobody_is_asked_about_nothing(tmp_path):
    found, staff, _ = written(tmp_path, [LOST])
    assert (found, staff.calls) == ([LOST], [])


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        ({"usable": False, "question": "", "target": ""}, "image", "cannot use the picture: left"),
        ({"usable": False, "seen": "x\n" * 999}, "image", "cannot use the picture: x x"),
        ({"question": " "}, "unreadable", "the writer gave no question"),
        ({"options": ("a", "b\ud800")}, "unreadable", "half a character"),
        ({"target": ""}, "unreadable", "the writer gave no key"),
    ],
)
def test_a_reply_that_is_no_question_is_a_failure(tmp_path, change, kind, message):
    (found,), _, _ = written(tmp_path, [pictured()], GOOD.model_copy(update=change))
    assert isinstance(found, Failure)
    assert found.kind == kind
    assert message in found.message
    assert len(found.message) <= 200
    assert found.message.isprintable()


def test_bytes_that_are_no_picture_are_a_failure(tmp_path):
    broken = Pictured(b"broken", "", "CC0-1.0", "", "pool:x")
    (found, other), _, _ = written(tmp_path, [broken, pictured()], GOOD)
    assert isinstance(found, Failure)
    assert found.kind == "image"
    assert isinstance(other, Candidate)
