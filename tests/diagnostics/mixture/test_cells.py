"""From weaknesses and the catalogue to rows."""

import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.core.records import CellShare, Weakness
from blindspot.core.training_set import Makeable
from diagnostics.mixture.cells import Aim, Catalogue, cell_name, mixture
from diagnostics.settings import DiagnosticsSettings

SETTINGS = DiagnosticsSettings(budget=1000)
COVERAGE = {("counting", "geometric"): 0.5, ("ocr", "text_dense"): 0.3, ("ocr", "map"): 0.2}


def aim(capability: str, image_type: str, upper90: float = 0.5, **condition: str) -> Aim:
    name = cell_name(capability, image_type, condition)
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


def rows(aims, can_make=(), previous=(), coverage=COVERAGE, fallen=()):
    found, note = mixture(aims, coverage, previous, Catalogue(can_make), SETTINGS, fallen)
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
    assert found["counting/geometric"].share == pytest.approx(0.35)
    assert note == (
        "70% aims at “ocr/map font=small”, “counting/geometric”, "
        "the rest follows the benchmarks' own mix."
    )


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


def test_two_attributes_are_kept_only_where_one_source_makes_both():
    apart = (
        Makeable(capability="ocr", image_type="map", conditions={"font": ("small",)}),
        Makeable(capability="ocr", image_type="map", conditions={"side": ("left",)}),
    )
    both = Makeable(
        capability="ocr", image_type="map", conditions={"font": ("small",), "side": ("left",)}
    )
    weakness = aim("ocr", "map", font="small", side="left")
    assert set(rows([weakness], apart)[0]) == {"ocr/map font=small", "ocr/map"}
    assert set(rows([weakness], (*apart, both))[0]) == {"ocr/map font=small side=left", "ocr/map"}


@pytest.mark.parametrize("attribute", ["topic", "wording", "answer kind"])
def test_what_no_source_can_be_asked_for_aims_at_the_category(attribute: str):
    can_make = (Makeable(capability="ocr", image_type="map"),)
    found, note = rows([aim("ocr", "map", 0.5, **{attribute: "street, name"})], can_make)
    assert found["ocr/map"].weakness == f"ocr/map {attribute}=street, name"
    assert note.startswith("100% aims at")


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


MANY_ABSENT = Makeable(
    capability="presence",
    image_type="geometric",
    conditions={"truth": ("present", "absent"), "objects": ("few", "many")},
)


@pytest.mark.parametrize(
    ("decided_by", "opposites"),
    [
        (("truth",), {"objects=many truth=present"}),
        ((), {"objects=many truth=present", "objects=few truth=absent"}),
    ],
)
def test_a_bias_under_two_attributes_turns_what_decides_it(decided_by, opposites):
    bias = aim("presence", "geometric", truth="absent", objects="many")
    bias = replace(bias, own_answers=("no",), decided_by=decided_by)
    can_make = (MANY_ABSENT, *(Makeable(capability=c, image_type=t) for c, t in COVERAGE))
    found, _ = rows([bias, aim("ocr", "map")], can_make)
    balance = {k.partition(" ")[2] for k, row in found.items() if row.why.startswith("Balances")}
    assert balance == opposites
    aimed = found["presence/geometric objects=many truth=absent"].share
    balanced = sum(found[f"presence/geometric {k}"].share for k in balance)
    assert balanced == pytest.approx(aimed)


def test_a_category_that_fell_has_twice_the_floor_and_the_note_is_in_its_row():
    large = {("counting", t): 0.33 for t in ("geometric", "chart_graph", "diagram")}
    coverage = {**large, ("ocr", "map"): 0.005, ("ocr", "art"): 0.005}
    found, _ = rows([], coverage=coverage, fallen={("ocr", "map"), ("ocr", "medical")})
    assert found["ocr/art"].quota == 20
    assert found["ocr/map"].quota == found["ocr/medical"].quota == 40
    assert "floor doubled to 4%" in found["ocr/map"].why


def test_what_fell_and_no_source_can_make_gets_nothing():
    can_make = (Makeable(capability="counting", image_type="geometric"),)
    found, _ = rows([], can_make, fallen={("ocr", "map")})
    assert set(found) == {"counting/geometric"}


def test_a_type_sampled_for_what_no_source_makes_is_not_called_never_sampled():
    can_make = tuple(Makeable(capability="counting", image_type=t) for t in ("geometric", "map"))
    found, _ = rows([], can_make)
    assert "map images, sampled for other capabilities" in found["counting/map"].why


uppers = st.floats(0, 1)
upper_lists = st.lists(st.one_of(st.none(), uppers), min_size=3, max_size=3)


@given(upper_lists, st.integers(0, 2), uppers, st.randoms())
def test_what_holds_for_every_mixture(
    upper: list[float | None], which: int, lower: float, rng: random.Random
):
    aims = _aims(upper)
    found, note = rows(aims)
    assert rows(rng.sample(aims, len(aims)))[0].keys() == found.keys()
    shuffled, _ = rows(sorted(aims, key=lambda a: a.weakness.id, reverse=True))
    assert {k: r.quota for k, r in shuffled.items()} == {k: r.quota for k, r in found.items()}
    supported = any(u is not None and u < 0.9 for u in upper)
    assert ("aims at" in note) == supported
    name = "/".join(list(COVERAGE)[which])
    if (old := upper[which]) is not None:
        changed = [min(lower, old) if i == which else u for i, u in enumerate(upper)]
        assert rows(_aims(changed))[0][name].share >= found[name].share - 1e-9


@given(st.sets(st.sampled_from(sorted(COVERAGE)), min_size=1), upper_lists)
def test_no_share_goes_to_what_cannot_be_made(makeable, upper: list[float | None]):
    can_make = [Makeable(capability=c, image_type=t) for c, t in sorted(makeable)]
    before = CellShare(capability="ocr", image_type="art", share=1.0, quota=9, why=".")
    found, _ = rows(_aims(upper), can_make, [before], fallen=COVERAGE)
    assert {(r.capability, r.image_type) for r in found.values()} == makeable


def _aims(upper: list[float | None]) -> list[Aim]:
    """Of the categories covered, those that have an upper bound."""
    pairs = zip(COVERAGE, upper, strict=True)
    return [aim(*category, u) for category, u in pairs if u is not None]


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
