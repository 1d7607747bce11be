"""The programmatic source: its catalogue is its families, a cell decides who draws."""

import pytest

from blindspot.core.errors import UnknownNameError
from blindspot.core.grading import is_gradable
from generation.agent import AgentsSettings
from generation.family import families, smallest
from generation.means import Means
from generation.source import Candidate, SourceSettings, Want, makes, sources
from generation.staff import Staff

SETTINGS = SourceSettings(size=48)
SOURCE = sources.load("programmatic")


def drawn(kit, world, name, seed="seed", **condition):
    """One candidate of a cell."""
    cell = kit.cell(name, **condition)
    source = SOURCE.open(SETTINGS, Means(world.folder, Staff(AgentsSettings(), world.folder)))
    (made,) = source.candidates([Want(cell, seed)])
    assert isinstance(made, Candidate)
    return made


def test_the_catalogue_has_every_family_once_per_category():
    rows = SOURCE.catalogue(SETTINGS)
    loaded = [families.load(name) for name in families.names()]
    loaded = [f for f in loaded if smallest(f) <= SETTINGS.size]
    assert {(r.capability, r.image_type) for r in rows} == {
        (f.capability, f.image_type) for f in loaded
    }
    assert len(rows) == len({(r.capability, r.image_type) for r in rows})


def test_families_of_one_category_share_a_row_and_both_draw(kit, world):
    (ocr,) = [r for r in SOURCE.catalogue(SETTINGS) if r.capability == "ocr"]
    assert set(ocr.conditions["text"]) == {"digits", "word"}
    asked = {drawn(kit, world, "ocr/text_dense", f"s{i}").question for i in range(20)}
    assert len(asked) == 2


def test_a_known_condition_is_met_and_an_unknown_one_dropped(kit, world):
    wanted = {"text": "word", "lighting": "dim", "size": "9999"}
    for i in range(10):
        made = drawn(kit, world, "ocr/text_dense", f"s{i}", **wanted)
        assert made.attributes["text"] == "word"


def test_equal_seeds_give_equal_bytes_and_other_seeds_others(kit, world):
    first = drawn(kit, world, "counting/geometric", "0/0/train/x/1/0")
    assert drawn(kit, world, "counting/geometric", "0/0/train/x/1/0") == first
    assert drawn(kit, world, "counting/geometric", "0/0/train/x/2/0").images != first.images


def test_what_one_place_gets_does_not_depend_on_the_others(kit, world):
    source = SOURCE.open(SETTINGS, Means(world.folder, Staff(AgentsSettings(), world.folder)))
    wants = [Want(kit.cell("counting/geometric"), f"s{i}") for i in range(4)]
    assert source.candidates(wants)[::-1] == source.candidates(wants[::-1])


def test_every_cell_of_the_catalogue_makes_gradable_candidates(kit, world):
    for row in SOURCE.catalogue(SETTINGS):
        made = drawn(kit, world, f"{row.capability}/{row.image_type}")
        assert is_gradable(made.target, made.answer_kind, made.options)
        assert made.content
        assert "seed" in made.origin
        assert made.truth == "construction"


def test_named_families_alone_draw(kit):
    settings = SourceSettings(size=48, families=("counting",))
    rows = SOURCE.catalogue(settings)
    assert makes(rows, kit.share("counting/geometric", 1))
    assert not makes(rows, kit.share("ocr/text_dense", 1))
    with pytest.raises(UnknownNameError, match="counting"):
        SOURCE.catalogue(SourceSettings(families=("countin",)))


def test_small_pictures_are_drawn_by_those_that_can():
    small, large = (
        {(r.capability, r.image_type) for r in SOURCE.catalogue(SourceSettings(size=size))}
        for size in (48, 448)
    )
    assert small < large
