"""Labels of whole evaluations."""

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from blindspot.core import taxonomy
from blindspot.core.images import encode
from blindspot.core.records import Sample
from blindspot.core.run_folder import RunFolder
from diagnostics.labelling.labelling import label

UNSTATED = {"capability": "unmapped", "image_type": "mixed"}


def summary(labelled, sample_id: str) -> list[tuple]:
    return [
        (x.axis, x.term, round(x.weight, 3), x.source)
        for x in labelled.labels
        if x.sample_id == sample_id
    ]


def squares() -> Image.Image:
    image = Image.new("RGB", (200, 200), "white")
    draw = ImageDraw.Draw(image)
    draw.ellipse((20, 20, 80, 80), fill="red")
    draw.rectangle((110, 110, 170, 170), fill="blue")
    return image


def test_what_a_sample_states_is_kept_with_certainty(make, folder: RunFolder):
    stated = make.sample(1)
    labelled = label([stated], taxonomy.load(None), folder, None)
    assert labelled.samples == (stated,)
    assert labelled.several == {}
    assert {x.confidence for x in labelled.labels} == {1.0}
    assert summary(labelled, stated.id) == [
        ("capability", "counting", 1.0, "metadata"),
        ("image_type", "geometric", 1.0, "metadata"),
    ]


def test_what_nobody_knows_is_unmapped_and_mixed_from_no_source(make, folder: RunFolder):
    unknown = make.sample(1, question="Hm?", images=(), **UNSTATED)
    labelled = label([unknown], taxonomy.load(None), folder, None)
    assert labelled.samples[0].category == "unmapped/mixed"
    assert {(x.source, x.confidence, x.weight) for x in labelled.labels} == {("none", 0.0, 1.0)}


def test_the_first_labeller_that_knows_decides_an_axis(make, folder: RunFolder):
    name = folder.images.put(encode(squares()))
    text = "What is the value at the peak of the red curve in this scatter plot?"
    both = make.sample(1, question=text, images=(name,), **UNSTATED)
    stated = make.sample(2, "ocr", "mixed", question=text, images=(name,))
    words = make.sample(3, question=text, images=(), **UNSTATED)
    labelled = label([both, stated, words], taxonomy.load(None), folder, None)
    assert summary(labelled, both.id) == [
        ("capability", "chart_reading", 1.0, "lexical"),
        ("image_type", "geometric", 1.0, "image_features"),
    ]
    assert summary(labelled, stated.id) == [
        ("capability", "ocr", 1.0, "metadata"),
        ("image_type", "geometric", 1.0, "image_features"),
    ]
    assert summary(labelled, words.id)[1] == ("image_type", "chart_graph", 1.0, "lexical")
    assert labelled.samples[0].category == "chart_reading/geometric"


def test_several_terms_multiply_and_the_heaviest_stand_in_the_sample(make, mine, folder: RunFolder):
    attributes = {"skills": '["Look-up"]', "kind": "chart on a photograph"}
    sample = make.sample(1, attributes=attributes, **UNSTATED)
    labelled = label([sample], mine, folder, None)
    assert labelled.samples[0].category == "reading/plot"  # a tie of types: the first declared
    assert dict(labelled.several[sample.id]) == pytest.approx(
        {
            ("reading", "plot"): 1 / 3,
            ("reading", "other"): 1 / 3,
            ("adding", "plot"): 1 / 6,
            ("adding", "other"): 1 / 6,
        }
    )
    assert summary(labelled, sample.id) == [
        ("capability", "reading", 0.667, "metadata"),
        ("capability", "adding", 0.333, "metadata"),
        ("image_type", "plot", 0.5, "metadata"),
        ("image_type", "other", 0.5, "metadata"),
    ]


def test_small_products_are_left_out_and_the_others_share_what_they_had(
    make, tmp_path, folder: RunFolder
):
    file = tmp_path / "small.toml"
    file.write_text(
        'name = "small"\nimage_types.p.definition = "p"\nimage_types.q.definition = "q"\n'
        'capabilities.a.definition = "a"\ncapabilities.b.definition = "b"\n'
        '[[maps]]\nbenchmark = "tiny"\nattribute = "x"\n'
        "capabilities = { v = { a = 9, b = 1 } }\nimage_types = { v = { p = 6, q = 4 } }\n"
    )
    sample = make.sample(1, attributes={"x": "v"}, **UNSTATED)
    labelled = label([sample], taxonomy.load(file), folder, None)
    kept = {("a", "p"): 0.54, ("a", "q"): 0.36, ("b", "p"): 0.06}  # b, q would be 0.04
    expected = {category: weight / 0.96 for category, weight in kept.items()}
    assert dict(labelled.several[sample.id]) == pytest.approx(expected)


def test_a_users_taxonomy_replaces_terms_patterns_and_maps(make, mine, folder: RunFolder):
    own = make.sample(1, "foo", "bar")
    worded = make.sample(2, question="What is the sum in this photograph?", images=(), **UNSTATED)
    eleven = make.sample(
        3, question="How many cats are there?", benchmark="pope", images=(), **UNSTATED
    )
    labelled = label([own, worded, eleven], mine, folder, None)
    assert [s.category for s in labelled.samples] == ["foo/bar", "adding/other", "unmapped/mixed"]


def test_the_order_of_samples_changes_nothing_but_the_order(make, mine, folder: RunFolder):
    kinds = ["chart", "chart on a photograph", "none"]
    samples = [make.sample(i, attributes={"kind": kinds[i % 3]}, **UNSTATED) for i in range(30)]
    one = label(samples, mine, folder, None)
    other = label(samples[::-1], mine, folder, None)
    assert one.labels == other.labels
    assert one.samples == other.samples[::-1]
    assert one.several == other.several
    assert [x.sample_id for x in one.labels] == sorted(x.sample_id for x in one.labels)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "   ",
        "图中有多少个苹果？",
        "ما عدد التفاحات في الصورة؟",
        "कितने सेब हैं?",
        "🍎 + 🍎 = ?",
        "\x00\ud83c",
        "How many " * 3000,
    ],
)
def test_any_question_in_any_script_gets_a_label(make, folder: RunFolder, question: str):
    sample = make.sample(1, images=(), **UNSTATED).model_copy(update={"question": question})
    labelled = label([sample], taxonomy.load(None), folder, None)
    assert len(labelled.labels) == 2


TERMS = st.dictionaries(st.sampled_from("abcdefg"), st.floats(1e-3, 1e3), min_size=1)


@given(TERMS, TERMS)
def test_weights_sum_to_one_whatever_a_map_says(capabilities, image_types):
    given_terms = {
        "name": "any",
        "image_types": {t: {"definition": t} for t in "abcdefg"},
        "capabilities": {t: {"definition": t} for t in "abcdefg"},
        "maps": [
            {
                "benchmark": "b",
                "attribute": "x",
                "capabilities": {"v": capabilities},
                "image_types": {"v": image_types},
            }
        ],
    }
    sample = Sample(
        id="s", benchmark="b", question="?", prompt="?", target="1", answer_kind="number",
        attributes={"x": "v"},
    )  # fmt: skip
    terms = taxonomy.Taxonomy.model_validate(given_terms)
    labelled = label([sample], terms, RunFolder(Path("nowhere")), None)
    for axis in ("capability", "image_type"):
        weights = [x.weight for x in labelled.labels if x.axis == axis]
        assert sum(weights) == pytest.approx(1)
        assert weights == sorted(weights, reverse=True)
    categories = labelled.categories(labelled.samples[0])
    assert sum(categories.values()) == pytest.approx(1)
    if labelled.several:
        placed = labelled.samples[0]
        assert categories[placed.capability, placed.image_type] == max(categories.values())


def test_many_samples_take_little_time(make, folder: RunFolder):
    skills = ['["geometry reasoning", "algebraic reasoning"]', '["statistical reasoning"]']
    one = make.sample(0, benchmark="mathvista")
    samples = [
        one.model_copy(update={"id": f"{i:06d}", "attributes": {"metadata.skills": skills[i % 2]}})
        for i in np.random.default_rng(0).permutation(20_000)
    ]
    begun = time.perf_counter()
    labelled = label(samples, taxonomy.load(None), folder, None)
    assert time.perf_counter() - begun < 5  # 0.3 s measured; 100,000 must take a few seconds
    assert len(labelled.several) == 10_000
