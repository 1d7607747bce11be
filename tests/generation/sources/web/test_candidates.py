"""The web source, from topics to candidates, against a server that speaks three sites' JSON."""

import hashlib
import io

from PIL import Image

from blindspot.core.images import encode
from blindspot.core.records import Failure
from generation.agents.planner import Topic, Topics
from generation.seeking import NO_CHOICE
from generation.source import Candidate, SourceSettings


def test_a_topic_becomes_a_candidate(tmp_path, sites, desk):
    staff = desk.staff()
    [one, _, three] = desk.made(desk.opened(tmp_path, staff).candidates(desk.wants(desk.cell())))
    assert (one.question, one.target, one.answer_kind) == ("idea 0?", "3", "number")
    assert three.question == "idea 2?"
    assert one.truth == "agents"
    assert one.licence == "CC-BY-2.0"
    address = one.origin.removeprefix("web:")
    assert address.startswith("https://page.example/")
    number = address.rpartition("/")[2]
    assert one.attribution == f"Stall {number}, Doe Jo, {address}"
    path = address.removeprefix("https://page.example")
    with Image.open(io.BytesIO(one.images[0])) as shown:
        assert encode(shown.convert("RGB")) == desk.picture(f"{path}.png")
    assert len({each.images for each in (one, three)}) == 2
    assert {role: len(asked) for role, asked in staff.prompts.items()} == {
        **{"planner": 1, "image_seeker": 6, "writer": 3}
    }


def test_what_a_place_gets_does_not_depend_on_the_others(tmp_path, sites, desk):
    asked = [
        *desk.wants(desk.cell(3)),
        *desk.wants(desk.cell(2, "validation"), 1),
        *desk.wants(desk.cell(2, name="ocr/map")),
    ]
    whole = desk.opened(tmp_path / "a").candidates(asked)
    other = desk.opened(tmp_path / "b")
    assert [other.candidates([want])[0] for want in asked[::-1]] == desk.made(whole)[::-1]


def test_a_run_that_was_killed_fetches_nothing_twice(tmp_path, sites, desk):
    first = desk.opened(tmp_path).candidates(desk.wants(desk.cell()))
    asked = len(sites.asked)
    sites.broken = {"api.openverse.org", "live.example"}
    assert desk.opened(tmp_path).candidates(desk.wants(desk.cell())) == desk.made(first)
    assert len(sites.asked) == asked


def test_attempts_take_the_next_offers_and_then_another_topic(tmp_path, sites, desk):
    source = desk.opened(tmp_path)
    found = desk.made(
        [source.candidates(desk.wants(desk.cell(1), attempt))[0] for attempt in range(4)]
    )
    assert len({one.origin for one in found}) == 4
    subjects = [one.origin.split("/")[3] for one in found]
    assert len(set(subjects[:3])) == 1
    assert subjects[3] != subjects[0]


def test_when_the_choice_is_used_up_there_is_nothing(tmp_path, sites, desk):
    sites.count = 1
    source = desk.opened(tmp_path)
    found = [source.candidates(desk.wants(desk.cell(1), attempt))[0] for attempt in range(9)]
    lost = [one.message for one in found if isinstance(one, Failure)]
    assert NO_CHOICE in lost
    assert len({one.origin for one in found if isinstance(one, Candidate)}) == 9 - len(lost)


def test_training_and_measuring_share_no_picture(tmp_path, sites, desk):
    staff = desk.staff()
    staff.planner = lambda request, seed: Topics(topics=(Topic(subject="one", idea="i"),))
    source = desk.opened(tmp_path, staff)
    origins = {
        split: {
            one.origin
            for attempt in range(3)
            for one in source.candidates(desk.wants(desk.cell(2, split), attempt))
            if isinstance(one, Candidate)
        }
        for split in ("train", "validation")
    }
    assert origins["train"]
    assert origins["validation"]
    assert not origins["train"] & origins["validation"]


def test_the_next_search_is_asked_where_the_first_found_too_little(tmp_path, sites, desk):
    both = ("openverse", "wikimedia")
    desk.made(desk.opened(tmp_path / "a", searches=both).candidates(desk.wants(desk.cell(1))))
    assert sites.hosts == {"api.openverse.org", "live.example"}
    sites.count = 1
    [one] = desk.made(
        desk.opened(tmp_path / "b", searches=both).candidates(desk.wants(desk.cell(1)))
    )
    assert {"commons.wikimedia.org", "upload.example"} <= sites.hosts
    assert one.licence == "CC0-1.0"
    assert any("1280px" in path for _, path, _ in sites.asked)
    assert not any(path.endswith(".svg") for _, path, _ in sites.asked)


def test_edited_pictures_say_what_was_done(tmp_path, sites, desk):
    [one] = desk.made(desk.opened(tmp_path, edit_share=1.0).candidates(desk.wants(desk.cell(1))))
    [edit] = one.lineage
    assert edit.operation == "crop"
    assert edit.child == hashlib.sha256(one.images[0]).hexdigest()
    assert Image.open(io.BytesIO(one.images[0])).size == (60, 45)


def test_nothing_is_asked_for_nobody(tmp_path, sites, desk):
    assert desk.opened(tmp_path).candidates([]) == []
    assert sites.asked == []


def test_the_catalogue_and_the_agents_it_needs(desk):
    chosen = SourceSettings(plugin="web", capabilities=("ocr",), image_types=("map", "diagram"))
    assert [(m.capability, m.image_type) for m in desk.source.catalogue(chosen)] == [
        *(("ocr", "diagram"), ("ocr", "map"))
    ]
    assert len(desk.source.catalogue(SourceSettings())) > 100
    assert desk.source.roles(chosen) == ("planner", "image_seeker", "writer")
    edited = chosen.model_copy(update={"edit_share": 0.5})
    assert "image_editor" in desk.source.roles(edited)
