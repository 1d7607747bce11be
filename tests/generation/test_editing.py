"""The image editor chooses, the edit is made; nothing is guessed."""

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image

from blindspot.core.images import encode
from blindspot.core.model import Model, Request
from blindspot.core.records import CellShare, Completion, Failure, Outcome
from blindspot.core.run_folder import RunFolder
from blindspot.core.training_set import PlanCell
from generation.agents.image_editor import Editing, EditorRequest
from generation.edit import edits
from generation.editing import EditedPicture, edited
from generation.means import Means
from generation.repaint import RepaintSettings
from generation.repainting import Painted
from generation.source import SourceSettings, Want

REPAINT = RepaintSettings(base_url="http://127.0.0.1:9/v1", model="painter", price=0.02)
ALL = SourceSettings(edit_share=1)


def picture(color: str = "red") -> bytes:
    image = Image.new("RGB", (60, 40), color)
    image.paste("white", (0, 0, 30, 20))
    return encode(image)


def want(seed: str = "0/0/x/0/0", capability: str = "counting") -> Want:
    share = CellShare(
        capability=capability,
        image_type="natural_photo",
        condition={},
        share=1,
        quota=1,
        weakness=None,
        why="",
    )
    return Want(PlanCell(name="c1", split="train", want=share, quota=1, brief="small things"), seed)


def says(operation: str | None, arguments: str = "{}") -> Editing:
    return Editing(operation=operation, arguments=arguments, why="it fits")


class Staff:
    """An image editor that reads its replies from a list and keeps what it was asked."""

    solvers = 0

    def __init__(self, *replies: Editing | Failure) -> None:
        self._replies = list(replies)
        self.requests: list[EditorRequest] = []
        self.cells: list[str] = []
        self.seeds: list[str] = []

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
        assert role == "image_editor"
        self.requests += requests
        self.cells += cells
        self.seeds += seeds
        return [self._replies.pop(0) for _ in requests]


def means(tmp_path: Path, *replies: Editing | Failure) -> Means:
    return Means(RunFolder(tmp_path), Staff(*replies))


def asked(of: Means) -> Staff:
    return cast(Staff, of.staff)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_the_chosen_edit_is_made_and_recorded(tmp_path: Path) -> None:
    with_editor = means(tmp_path, says("crop", '{"box": [0, 0, 0.5, 0.5]}'))
    (made,) = edited([want()], [picture()], ALL, with_editor)
    assert isinstance(made, EditedPicture)
    shown = Image.open(io.BytesIO(made.data))
    assert (shown.format, shown.size) == ("PNG", (30, 20))
    assert set(shown.get_flattened_data()) == {(255, 255, 255)}
    (edit,) = made.lineage
    assert (edit.parent, edit.child) == (sha256(picture()), sha256(made.data))
    assert (edit.operation, edit.arguments) == ("crop", {"box": [0, 0, 0.5, 0.5]})


def test_the_editor_sees_the_picture_the_cell_and_what_can_be_done(tmp_path: Path) -> None:
    with_editor = means(tmp_path, says(None))
    edited([want()], [picture()], ALL, with_editor)
    (request,) = asked(with_editor).requests
    assert with_editor.folder.images.path(request.picture).read_bytes() == picture()
    assert (request.capability, request.brief) == ("counting", "small things")
    assert request.capability_definition
    offered = {operation.name: operation for operation in request.operations}
    assert set(offered) == set(edits.names()) - {"collage"}
    assert json.loads(offered["crop"].arguments) == edits.load("crop").arguments
    assert asked(with_editor).cells == ["c1"]
    assert asked(with_editor).seeds == ["0/0/x/0/0"]


def test_a_capability_that_no_taxonomy_knows_has_no_definition(tmp_path: Path) -> None:
    with_editor = means(tmp_path, says(None))
    edited([want(capability="own_word")], [picture()], ALL, with_editor)
    assert asked(with_editor).requests[0].capability_definition == ""


def test_no_edit_leaves_the_very_bytes(tmp_path: Path) -> None:
    data = picture()
    assert edited([want()], [data], ALL, means(tmp_path, says(None))) == [EditedPicture(data)]


def test_repainting_is_offered_only_where_it_is_configured(tmp_path: Path) -> None:
    with_editor = means(tmp_path, says(None), says(None))
    edited([want()], [picture()], ALL, with_editor)
    edited([want()], [picture()], ALL, replace(with_editor, repaint=REPAINT))
    without, with_model = asked(with_editor).requests
    assert with_model.operations[:-1] == without.operations
    assert with_model.operations[-1].name == "repaint"
    assert "prompt" in json.loads(with_model.operations[-1].arguments)["properties"]


@pytest.mark.parametrize(
    ("operation", "arguments", "why"),
    [
        ("shrink", "{}", "'shrink', which was not offered"),
        ("collage", '{"arrangement": "row"}', "not offered"),
        ("repaint", '{"prompt": "night"}', "not offered"),
        ("../../secrets", "{}", "not offered"),
        ("crop", "box=0,0,1,1", "crop: "),
        ("crop", "[0, 0, 1, 1]", "no JSON object"),
        ("crop", "{}", "box: Field required"),
        ("crop", '{"box": [0, 0, 1, 1], "box": [0, 0, 0.5, 1]}', "'box' stands twice"),
        ("crop", '{"box": [0, 0, 1, 1], "note": 1}', "note: Extra"),
        ("crop", '{"box": [0.9, 0, 0.1, 1]}', "is empty"),
        ("crop", '{"box": [0, 0, 0.01, 0.01]}', "1×1 pixels"),
        ("brightness", '{"factor": NaN}', "NaN is no number"),
        ("brightness", '{"factor": Infinity}', "Infinity is no number"),
        ("brightness", '{"factor": 1e999}', "factor"),
        ("brightness", '{"factor": ' + "9" * 5000 + "}", "brightness: "),
        ("brightness", "[" * 100_000, "brightness: "),
    ],
)
def test_a_reply_that_makes_no_sense_is_a_failure(
    operation: str, arguments: str, why: str, tmp_path: Path
) -> None:
    (made,) = edited([want()], [picture()], ALL, means(tmp_path, says(operation, arguments)))
    assert isinstance(made, Failure)
    assert (made.kind, made.retryable) == ("unreadable", False)
    assert why in made.message
    assert "\n" not in made.message


def test_an_editor_that_did_not_answer_is_a_failure(tmp_path: Path) -> None:
    silent = Failure(kind="timeout", message="late", retryable=True)
    assert edited([want()], [picture()], ALL, means(tmp_path, silent)) == [silent]


def test_one_failure_costs_one_picture_and_order_is_kept(tmp_path: Path) -> None:
    replies = [says("flip", '{"axis": "left_right"}'), says("nothing"), says(None)]
    datas = [picture(), picture("blue"), picture("green")]
    made = edited([want(f"s{i}") for i in range(3)], datas, ALL, means(tmp_path, *replies))
    assert isinstance(made[0], EditedPicture)
    assert made[0].lineage[0].operation == "flip"
    assert isinstance(made[1], Failure)
    assert made[2] == EditedPicture(datas[2])


def test_bytes_that_are_no_picture_are_a_failure_that_nobody_is_asked_about(
    tmp_path: Path,
) -> None:
    with_editor = means(tmp_path, says(None))
    bad, good = edited([want("a"), want("b")], [b"no picture", picture()], ALL, with_editor)
    assert isinstance(bad, Failure)
    assert bad.kind == "image"
    assert good == EditedPicture(picture())
    assert asked(with_editor).seeds == ["b"]


def test_only_the_wanted_share_is_shown_and_each_place_by_its_own_lot(tmp_path: Path) -> None:
    wants, datas = [want(f"0/0/c/{i}/0") for i in range(400)], [picture()] * 400
    quarter = SourceSettings(edit_share=0.25)
    with_editor = means(tmp_path, *[says(None)] * 400)
    edited(wants, datas, quarter, with_editor)
    seen = asked(with_editor).seeds
    assert 75 <= len(seen) <= 125
    alone = means(tmp_path, *[says(None)] * 400)
    for each in wants[:40]:
        edited([each], [picture()], quarter, alone)
    assert asked(alone).seeds == [s for s in seen if s in {w.seed for w in wants[:40]}]


def test_a_share_of_none_asks_nobody(tmp_path: Path) -> None:
    settings, with_editor = SourceSettings(edit_share=0), means(tmp_path)
    assert edited([want()], [picture()], settings, with_editor) == [EditedPicture(picture())]
    assert asked(with_editor).requests == []


def test_the_same_place_gets_the_same_bytes_and_another_others(tmp_path: Path) -> None:
    noise = says("noise", '{"strength": 0.2}')
    seeds = ["0/0/c/1/0", "0/0/c/1/0", "0/0/c/1/1"]
    made = [edited([want(seed)], [picture()], ALL, means(tmp_path, noise))[0] for seed in seeds]
    first, again, other = (m.data for m in made if isinstance(m, EditedPicture))
    assert first == again != other


def test_a_model_repaints_all_at_once_and_the_lineage_names_it(tmp_path: Path) -> None:
    night = encode(Image.new("RGB", (60, 40), "black"))
    calls: list[tuple[list[Request], str, list[str]]] = []
    with_editor = means(
        tmp_path,
        says("repaint", '{"prompt": "Make it night."}'),
        says("flip", '{"axis": "top_bottom"}'),
        says("repaint", '{"prompt": ""}'),
        says("repaint", '{"prompt": "Add a dog."}'),
    )

    def asker(
        model: Model, requests: Sequence[Request], role: str, cells: Sequence[str]
    ) -> list[Outcome]:
        calls.append((list(requests), role, list(cells)))
        name = with_editor.folder.images.put(night)
        text = Painted(image=name).model_dump_json()
        return [Completion(text=text), Failure(kind="budget", message="spent", retryable=True)]

    wants, datas = [want(f"s{i}") for i in range(4)], [picture()] * 4
    painted, flipped, empty, refused = edited(
        wants, datas, ALL, replace(with_editor, repaint=REPAINT, asker=asker)
    )
    assert isinstance(painted, EditedPicture)
    assert painted.data == night
    (edit,) = painted.lineage
    assert edit.operation == "repaint"
    assert edit.arguments == {"prompt": "Make it night.", "model": "painter"}
    assert (edit.parent, edit.child) == (sha256(picture()), sha256(night))
    assert isinstance(flipped, EditedPicture)
    assert flipped.lineage[0].operation == "flip"
    assert isinstance(empty, Failure)
    assert empty.message.startswith("repaint: prompt")
    assert isinstance(refused, Failure)
    assert refused.kind == "budget"
    ((requests, role, cells),) = calls
    assert [request.prompt for request in requests] == ["Make it night.", "Add a dog."]
    assert (role, cells) == ("image_editor", ["c1", "c1"])
