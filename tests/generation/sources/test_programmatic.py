"""The programmatic source: its catalogue is its families, a cell decides who draws."""

import pytest

from blindspot.core.errors import UnknownNameError
from blindspot.core.grading import is_gradable
from generation.family import families
from generation.source import SourceSettings, makes, sources

SETTINGS = SourceSettings(size=48)
SOURCE = sources.load("programmatic")


def test_the_catalogue_has_every_family_once_per_category():
    rows = SOURCE.catalogue(SETTINGS)
    loaded = [families.load(name) for name in families.names()]
    assert {(r.capability, r.image_type) for r in rows} == {
        (f.capability, f.image_type) for f in loaded
    }
    assert len(rows) == len({(r.capability, r.image_type) for r in rows})


def test_families_of_one_category_share_a_row_and_both_draw(kit):
    (ocr,) = [r for r in SOURCE.catalogue(SETTINGS) if r.capability == "ocr"]
    assert set(ocr.conditions["text"]) == {"digits", "word"}
    cell = kit.share("ocr/text_dense", 1)
    asked = {SOURCE.candidate(cell, f"s{i}", SETTINGS).question for i in range(20)}
    assert len(asked) == 2


def test_a_known_condition_is_met_and_an_unknown_one_dropped(kit):
    cell = kit.share("ocr/text_dense", 1, text="word", lighting="dim", size="9999")
    for i in range(10):
        assert SOURCE.candidate(cell, f"s{i}", SETTINGS).attributes["text"] == "word"


def test_equal_seeds_give_equal_bytes_and_other_seeds_others(kit):
    cell = kit.share("counting/geometric", 1)
    first = SOURCE.candidate(cell, "0/0/train/x/1/0", SETTINGS)
    assert SOURCE.candidate(cell, "0/0/train/x/1/0", SETTINGS) == first
    assert SOURCE.candidate(cell, "0/0/train/x/2/0", SETTINGS).images != first.images


def test_every_cell_of_the_catalogue_makes_gradable_candidates(kit):
    for row in SOURCE.catalogue(SETTINGS):
        made = SOURCE.candidate(
            kit.share(f"{row.capability}/{row.image_type}", 1), "seed", SETTINGS
        )
        assert is_gradable(made.target, made.answer_kind, made.options)
        assert made.content
        assert "seed" in made.origin


def test_named_families_alone_draw(kit):
    settings = SourceSettings(size=48, families=("counting",))
    rows = SOURCE.catalogue(settings)
    assert makes(rows, kit.share("counting/geometric", 1))
    assert not makes(rows, kit.share("ocr/text_dense", 1))
    with pytest.raises(UnknownNameError, match="counting"):
        SOURCE.catalogue(SourceSettings(families=("countin",)))
