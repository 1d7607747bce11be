"""T9: contributions, the edited source, the supporting data, the diversity of a set."""

import random
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from bench.tuning import supporting
from bench.tuning.ablations import PARTS, arms, contributions
from bench.tuning.diversity import effective, spread
from bench.tuning.edited_source import MILD, edited, install
from blindspot.core.images import encode, pixels
from blindspot.core.records import CellShare
from generation.edit import edits
from generation.settings import GenerationSettings
from generation.source import Candidate, SourceSettings, sources


@pytest.fixture
def candidate() -> Candidate:
    rng = np.random.default_rng(0)
    from PIL import Image

    noise = Image.fromarray(rng.integers(0, 256, (48, 48, 3), dtype=np.uint8))
    return Candidate((encode(noise),), "How many?", "3", "number", "retrieve:7", "construction")


def figures(whole: list[float], without: list[float]) -> dict[str, list[float]]:
    return {"whole": whole, "without-retrieval": without, "without-editing": whole} | {
        "diagnosis": whole,
        "uniform": whole,
    }


def test_a_part_contributes_what_is_lost_without_it():
    gains = figures([0.04, 0.05, 0.06], [0.01, 0.02, 0.03])
    rows = contributions(gains, figures([0.3] * 3, [0.1] * 3))
    by_part = {row.measure.split(":")[0]: row for row in rows[::2]}
    assert set(by_part) == {part.name for part in PARTS}
    assert by_part["image retrieval"].value == pytest.approx(3.0)
    assert by_part["image retrieval"].met is True
    assert "p 0.250, Holm 0.750" in by_part["image retrieval"].measure
    assert (by_part["image editing"].value, by_part["image editing"].met) == (0.0, None)
    assert rows[3].value == pytest.approx(0.2)


def test_a_part_that_harms_is_a_miss():
    rows = contributions(figures([0.01, 0.02], [0.04, 0.05]), figures([0.1] * 2, [0.1] * 2))
    assert rows[2].met is False


def test_arms_differ_in_one_thing_each(tmp_path):
    whole, random_rows, unedited = (arm.sources[0] for arm in arms(tmp_path))
    assert random_rows == whole.model_copy(update={"ranking": "random"})
    assert unedited == whole.model_copy(update={"edit_share": 0.0})


def test_the_share_decides_who_is_edited(candidate):
    assert edited(candidate, "0/1", 0.0) is candidate
    changed = sum(edited(candidate, f"0/{n}", 0.5) is not candidate for n in range(200))
    assert 70 < changed < 130


def test_an_edit_comes_again_and_says_what_it_did(candidate):
    once, again = (edited(candidate, "0/3", 1.0) for _ in range(2))
    assert once == again
    assert once.images != candidate.images
    assert once.origin.split()[1] in MILD
    assert (once.target, once.truth) == (candidate.target, "construction")


@pytest.mark.parametrize("operation", sorted(MILD))
def test_every_mild_edit_is_one_of_the_products(candidate, operation):
    shown = pixels(candidate.images[0])
    for n in range(20):
        rng = random.Random(n)
        made = edits.load(operation).apply(shown, MILD[operation](rng), rng)
        assert made.image.size == shown.size
        assert made.effect != "destroys"


def test_supporting_data_say_the_type_of_picture_alone(tmp_path, monkeypatch):
    cell = CellShare(
        capability="counting",
        image_type="geometric",
        condition={"objects": "many"},
        share=0,
        quota=0,
        why="a test",
    )
    file = tmp_path / "rows.parquet"
    settings = GenerationSettings(sources=(SourceSettings(size=48),))
    supporting.write(file, [cell], 5, settings)
    table = pq.read_table(file)
    assert table.num_rows == 5
    assert {"capability", "objects", "content"}.isdisjoint(table.column_names)
    assert set(table["image_type"].to_pylist()) == {"geometric"}
    monkeypatch.setattr("sys.path", ["/nowhere", *__import__("sys").path])
    install(tmp_path / "site")
    own = SourceSettings(plugin="edited", path=Path(file))
    catalogue = sources.load("edited").catalogue(own)
    assert ("counting", "geometric") in {(m.capability, m.image_type) for m in catalogue}


def test_effective_number_of_cells():
    assert effective(["a"] * 4) == 1.0
    assert effective(["a", "b", "c", "d"]) == 4.0
    assert 1 < effective(["a", "a", "a", "b"]) < 2


def test_spread_is_the_mean_over_pairs():
    pictures = [np.zeros((2, 2)), np.full((2, 2), 0.5), np.ones((2, 2))]
    assert spread(pictures) == pytest.approx((0.5 + 0.5 + 1.0) / 3)
