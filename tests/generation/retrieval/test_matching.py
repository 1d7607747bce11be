"""Which rows serve a cell, what is searched for, and what training and measuring never share."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.core.records import CellShare
from blindspot.core.training_set import PlanCell
from generation.retrieval.labelled import ANSWER_KIND, Labelled, Row
from generation.retrieval.matching import (
    HELD_SHARE,
    agreement,
    categories,
    is_held,
    parts,
    query,
    suggested,
)

ROW = Row("r", "How many bars are there?", "4", "number", (), "", "", {}, (), ())
CONDITIONS = {"bars": ("4", "6"), ANSWER_KIND: ("number", "text")}


def share(name, **condition):
    capability, image_type = name.split("/")
    return CellShare(
        **{"capability": capability, "image_type": image_type, "condition": condition},
        **{"share": 1, "quota": 1, "why": "weak"},
    )


@pytest.mark.parametrize(
    ("capability", "image_type", "bars", "expected"),
    [
        ("counting", "chart_graph", "4", (4, 1)),
        ("counting", "chart_graph", "", (4, 0)),
        ("counting", "", "4", (2, 1)),
        ("", "", "4", (0, 1)),
        ("", "", "", (0, 0)),
        ("counting", "chart_graph", "6", None),
        ("ocr", "chart_graph", "4", None),
        ("counting", "map", "4", None),
    ],
)
def test_labels_and_conditions_agree_are_silent_or_contradict(
    capability, image_type, bars, expected
):
    row = replace(
        ROW,
        capability=capability,
        image_type=image_type,
        attributes={"bars": bars} if bars else {},
    )
    assert agreement(row, share("counting/chart_graph", bars="4"), CONDITIONS) == expected


def test_conditions_that_the_data_do_not_know_only_help_the_search():
    cell = share("counting/chart_graph", lighting="dim", bars="5")
    row = replace(ROW, attributes={"bars": "6", "lighting": "bright"})
    assert agreement(row, cell, CONDITIONS) == (0, 0)
    assert "lighting dim" in query(
        PlanCell(name=cell.name, split="train", want=cell, quota=1, brief="")
    )


def test_the_answer_kind_is_a_condition():
    cell = share("counting/chart_graph", **{ANSWER_KIND: "number"})
    assert agreement(ROW, cell, CONDITIONS) == (0, 1)
    assert agreement(replace(ROW, answer_kind="text"), cell, CONDITIONS) is None


def test_words_suggest_a_term_where_there_is_no_label():
    other = replace(ROW, question="Which word is written?")
    said = suggested([ROW, other], "capability", "counting")
    assert said == [True, False]
    cell = share("counting/chart_graph")
    assert agreement(ROW, cell, {}, (True, False)) == (1, 0)
    assert agreement(replace(ROW, capability="counting"), cell, {}, (True, False)) == (2, 0)
    assert suggested([ROW], "capability", "a term of one's own") == [False]


def test_the_query_has_terms_definitions_conditions_and_what_the_cell_aims_at():
    cell = PlanCell(
        **{"name": "c", "split": "train", "want": share("counting/chart_graph", bars="4")},
        **{"quota": 1, "brief": "overlapping bars"},
        skills=("tell bars apart",),
        examples=("How many bars lie under others?",),
    )
    for part in ("counting", "how many", "chart_graph", "plots of data", "bars 4", "overlapping"):
        assert part in query(cell)
    assert query(cell).endswith("tell bars apart\nHow many bars lie under others?")


def test_the_catalogue_has_labelled_pairs_and_every_term_of_a_missing_label():
    rows = [
        replace(ROW, capability="counting", image_type="map", attributes={"bars": "4"}),
        replace(ROW, capability="ocr"),
    ]
    data = Labelled(tuple(rows), CONDITIONS)
    found = {
        (m.capability, m.image_type): m.conditions
        for m in categories(data, (), ("map", "text_dense"))
    }
    kind = {ANSWER_KIND: ("number",)}
    assert found == {
        ("counting", "map"): {"bars": ("4",), **kind},
        ("ocr", "map"): kind,
        ("ocr", "text_dense"): kind,
    }


def test_parts_by_hand():
    assert parts([["a", "b"], ["c"], ["b", "d"], ["d"], []]) == ["a", "c", "a", "a", ""]
    assert parts([]) == []


@given(st.lists(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=3), max_size=8))
def test_rows_that_share_a_bond_share_a_part_whatever_their_order(bonds):
    found = parts(bonds)
    for i, own in enumerate(bonds):
        for j, other in enumerate(bonds):
            assert found[i] == found[j] or not set(own) & set(other)
    assert parts(bonds[::-1]) == found[::-1]


def test_about_a_fifth_is_held_back():
    held = sum(is_held(f"picture {i}") for i in range(5000)) / 5000
    assert held == pytest.approx(HELD_SHARE, abs=0.02)
