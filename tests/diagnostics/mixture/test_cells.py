"""From weaknesses and the catalogue to rows."""

from dataclasses import replace
from itertools import pairwise

import pytest

from blindspot.core.records import CellShare, Weakness
from blindspot.core.training_set import Makeable
from diagnostics.mixture.cells import Aim, Catalogue, mixture
from diagnostics.settings import DiagnosticsSettings

SETTINGS = DiagnosticsSettings(budget=1000)
COVERAGE = {("counting", "geometric"): 0.5, ("ocr", "text_dense"): 0.3, ("ocr", "map"): 0.2}


def aim(capability: str, image_type: str, upper90: float = 0.5, **condition: str) -> Aim:
    name = f"{capability}/{image_type}" + "".join(f" {k}={v}" for k, v in condition.items())
    return Aim(
        Weakness(
            id=name,
            name=name,
            capability=capability,
            image_type=image_type,
            condition=condition,
            n=100,
            passed=40,
            raw_rate=0.4,
            rate=0.42,
            interval=(0.3, 0.5),
            gap=0.4,
            coverage=0.2,
            p=0.001,
            p_adjusted=0.01,
            learnability=0.9,
        ),
        upper90,
    )


def rows(aims, can_make=(), previous=(), coverage=COVERAGE):
    found, note = mixture(aims, coverage, previous, Catalogue(can_make), SETTINGS)
    assert sum(r.quota for r in found) == 1000
    assert sum(r.share for r in found) == pytest.approx(1)
    assert all(a.quota >= b.quota for a, b in pairwise(found))
    return {r.name: r for r in found}, note


def test_the_weight_is_the_formula():
    assert aim("ocr", "map", 0.5).weight(0.9) == pytest.approx(0.2 * 0.4 * 0.9)
    assert aim("ocr", "map", 0.95).weight(0.9) == 0


def test_nothing_significant_gives_the_prior_and_says_so():
    found, note = rows([], coverage=dict.fromkeys(COVERAGE, 1 / 3))
    assert {r.quota for r in found.values()} == {333, 334}
    assert note.startswith("No slice is reliably below the rest")


def test_a_weakness_and_its_category_are_two_cells():
    found, note = rows([aim("ocr", "map", font="small"), aim("counting", "geometric")])
    cell = found["ocr/map font=small"]
    assert cell.weakness == "ocr/map font=small"
    assert cell.share == pytest.approx(0.35)
    assert found["ocr/map"].weakness is None
    assert "rate 0.42 and below 0.50" in cell.why
    assert note.startswith("75% aims at “ocr/map font=small”, “counting/geometric”")


def test_a_weakness_that_no_source_can_make_gets_no_share_and_is_named():
    can_make = (Makeable(capability="counting", image_type="geometric"),)
    found, note = rows([aim("ocr", "map")], can_make)
    assert set(found) == {"counting/geometric"}
    assert "no source can make “ocr/map”" in note


def test_a_condition_is_kept_as_far_as_a_source_knows_it():
    can_make = (
        Makeable(capability="ocr", image_type="map", conditions={"font": ("small",)}),
        Makeable(capability="ocr", image_type="text_dense"),
    )
    known, _ = rows([aim("ocr", "map", font="small", side="left")], can_make)
    assert known["ocr/map font=small"].condition == {"font": "small"}
    unknown, _ = rows([aim("ocr", "map", font="tiny")], can_make)
    assert set(unknown) == {"ocr/map", "ocr/text_dense"}
    assert unknown["ocr/map"].weakness == "ocr/map font=tiny"


def test_a_bias_is_balanced_by_the_other_answer():
    can_make = (
        Makeable(
            capability="presence",
            image_type="geometric",
            conditions={"truth": ("present", "absent")},
        ),
    )
    bias = replace(aim("presence", "geometric", truth="absent"), own_answers=("no",))
    found, _ = rows([bias], can_make, coverage={("presence", "geometric"): 1.0})
    aimed, other = (found[f"presence/geometric truth={t}"] for t in ("absent", "present"))
    assert (aimed.share, aimed.quota) == (other.share, other.quota)
    assert aimed.weakness == bias.weakness.id
    assert other.weakness is None
    assert other.why.startswith("Balances presence/geometric truth=absent, where only “no”")


def test_a_never_sampled_type_gets_the_floor_split_evenly():
    can_make = tuple(
        Makeable(capability=c, image_type=t)
        for c, t in [*COVERAGE, ("counting", "medical"), ("spatial", "medical")]
    )
    found, _ = rows([], can_make, coverage=dict.fromkeys(COVERAGE, 1 / 3))
    assert found["counting/medical"].quota == found["spatial/medical"].quota == 10
    assert "never sampled" in found["spatial/medical"].why


def test_half_of_the_mixture_is_last_rounds():
    before = CellShare(capability="ocr", image_type="art", share=1.0, quota=9, why=".")
    found, _ = rows([], previous=[before])
    assert found["ocr/art"].share == pytest.approx(0.35)
    assert "100.0% in the previous round" in found["ocr/art"].why


def test_unmapped_samples_ask_for_no_data():
    found, _ = rows([], coverage={**COVERAGE, ("unmapped", "mixed"): 0.4})
    assert "unmapped/mixed" not in found
