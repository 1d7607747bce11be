"""What benchmarks say of their samples."""

import pytest

from diagnostics.labelling.labeller import Undecided
from diagnostics.labelling.labellers.metadata import PLUGIN

BOTH = ("capability", "image_type")


@pytest.fixture
def said(make, means):
    def say(benchmark: str, attributes: dict[str, str], terms=None, **more) -> dict:
        sample = make.sample(1, benchmark=benchmark, attributes=attributes, **more)
        (found,) = PLUGIN.label([Undecided(sample, BOTH)], means(terms)).said
        return {axis: {t: round(w, 3) for t, w in x.terms.items()} for axis, x in found.items()}

    return say


def test_a_list_of_skills_is_several_capabilities(said):
    skills = '["geometry reasoning", "algebraic reasoning", "arithmetic reasoning"]'
    assert said("mathvista", {"metadata.skills": skills}) == {
        "capability": {"geometry": 0.333, "math_reasoning": 0.333, "arithmetic": 0.333},
        "image_type": {"geometric": 1.0},
    }


def test_two_values_of_one_term_add_up(said):
    kinds = "['Paintings', 'Sculpture', 'Tables']"  # as Python writes a list
    assert said("mmmu", {"img_type": kinds})["image_type"] == {
        "artistic": 0.667,
        "text_dense": 0.333,
    }


def test_values_that_no_map_knows_leave_it_to_the_others(said):
    assert said("mmmu", {"img_type": "['Other', 'Maps']"})["image_type"] == {"map": 1.0}
    assert said("mmmu", {"img_type": "['Other']"})["image_type"] == {"geometric": 1.0}


def test_the_maps_of_two_attributes_add_up(said):
    attributes = {"metadata.subject": "Solid Geometry", "problem_version": "Vision Only"}
    found = said("mathverse", attributes)["capability"]
    assert found == {"geometry": 0.5, "spatial": 0.25, "ocr": 0.25}


def test_capitals_and_white_space_do_not_matter(said):
    assert said("pope", {"category": " Adversarial\n"})["capability"] == {
        "presence": 0.5,
        "hallucination_resistance": 0.5,
    }


def test_a_map_wins_over_what_the_sample_states_and_only_for_its_benchmark(said):
    attributes = {"subcategory": "chart"}
    mapped = said("hallusionbench", attributes, capability="hallucination_resistance")
    assert mapped["capability"] == {"hallucination_resistance": 0.667, "chart_reading": 0.333}
    assert said("another", attributes)["capability"] == {"counting": 1.0}


def test_terms_that_no_taxonomy_declares_are_kept(said, mine):
    found = said("own", {}, mine, capability="foo", image_type="bar")
    assert found == {"capability": {"foo": 1.0}, "image_type": {"bar": 1.0}}


def test_it_abstains_where_nothing_is_stated(said, mine):
    nothing = {"capability": "unmapped", "image_type": "mixed"}
    assert said("own", {"kind": "chart"}, mine, **nothing) == {}
    assert said("tiny", {"kind": "film"}, mine, **nothing) == {}
    assert said("tiny", {"kind": "chart"}, mine, **nothing) == {"image_type": {"plot": 1.0}}


def test_it_says_nothing_on_an_axis_that_is_not_asked(make, means):
    (found,) = PLUGIN.label([Undecided(make.sample(1), ("image_type",))], means()).said
    assert set(found) == {"image_type"}


@pytest.mark.parametrize("text", ["[", "[1, 2", "[{'a': 1}]", "[" * 100_000, "[1, null]", ""])
def test_what_is_no_list_is_a_value(said, mine, text: str):
    stated = {"counting": 1.0}
    assert said("tiny", {"skills": text}, mine)["capability"] == stated
