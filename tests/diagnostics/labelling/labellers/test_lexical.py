"""Patterns over questions. How often those that come with blindspot are right was measured on the
questions of MathVista, MathVision, OCRBench, CharXiv and HallusionBench; here are questions in the
manner of all of these, with what their benchmarks state.
"""

from pathlib import Path

import pandas as pd
import pytest

from diagnostics.labelling.labeller import Undecided
from diagnostics.labelling.labellers.lexical import PLUGIN

BOTH = ("capability", "image_type")
KNOWN = [
    ("How many objects are there?", "counting", None),
    ("How many people are visible in the photo?", "counting", None),
    ("What color is the bar on the right?", "color", None),
    ("What shape is the black object?", "shape", None),
    ("Is there a green circle?", "presence", None),
    ("Is there a snowboard in the image?", "presence", None),
    ("Is the blue object on the left or on the right?", "spatial", None),
    ("Which object is smaller, the black one or the red one?", "size_comparison", None),
    ("Where is the red object? Give its box.", "localisation", None),
    ("What time does the clock show?", "clock_reading", None),
    ("What word is written?", "ocr", None),
    ("what is written in the image?", "ocr", None),
    ("what does the sign in front say?", "ocr", None),
    (
        "Please write out the expression of the formula in the image using LaTeX format.",
        "ocr",
        "math_formula",
    ),
    ("what is the total amount of this receipt?", "document_reading", "text_dense"),
    (
        "what is the value for 'ADDRESS'? Answer this question using the text in the image "
        "directly.",
        "document_reading",
        None,
    ),
    ("What is the age gap between these two people in image?", "knowledge", None),
    ("Subtract all red balls. How many objects are left?", "arithmetic", None),
    ("In triangle ABC angle A = 80. Find angle CED.", "geometry", "geometric"),
    ("如图，在△ABC中，∠A＝40°，则∠D的度数是（）", "geometry", "geometric"),
    ("How big is the area of the shaded triangle?", "geometry", None),
    ("What is the lowest value of this curve in the line plot?", "chart_reading", "chart_graph"),
    ("According to the chart, does China have most people?", "chart_reading", "chart_graph"),
    ("What would happen to the lion population if the gum trees died?", "science", None),
    ("Which figure comes next?", "logical_reasoning", None),
    ("Based on the map, is Calvert County east of Cecil County?", None, "map"),
    ("According to the table, which country has the largest growth?", None, "text_dense"),
    ("The CT scan shows which organ?", None, "medical"),
    ("Where in the food web does the owl stand?", "science", "diagram"),
]  # fmt: skip
UNCLEAR = [
    "",
    "Is it larger?",
    "What is shown?",
    "Which of the following is right?",
    "How many circles and triangles are there in total?",
    "They played it again. How many more red cards must they color so that the number is even?",
    "Each child chose a color. Anna's is red. Which color is the house of the third child?",
    "How many coins are needed?",
    "Lifting them from the table, what can be seen?",
]


def terms(make, means, question: str, options: tuple[str, ...] = ()) -> dict[str, str]:
    sample = make.sample(1, question=question, options=options)
    (said,) = PLUGIN.label([Undecided(sample, BOTH)], means()).said
    return {axis: next(iter(x.terms)) for axis, x in said.items()}


@pytest.mark.parametrize(("question", "capability", "image_type"), KNOWN)
def test_a_question_that_says_it_is_labelled(make, means, question, capability, image_type):
    expected = {"capability": capability, "image_type": image_type}
    found = terms(make, means, question)
    assert found == {axis: term for axis, term in expected.items() if term}


@pytest.mark.parametrize("question", UNCLEAR)
def test_it_abstains_rather_than_guesses(make, means, question: str):
    assert terms(make, means, question) == {}


def test_the_questions_of_the_tiny_world_get_what_their_benchmark_states(make, means):
    file = Path(__file__).parents[4] / "examples" / "tiny" / "benchmark.parquet"
    rows = pd.read_parquet(file, columns=["question", "capability"]).drop_duplicates()
    stated = rows.groupby("question").capability.agg(set)
    found = {q: terms(make, means, q).get("capability") for q in stated.index}
    labelled = [q for q in stated.index if found[q]]
    right = [q for q in labelled if found[q] in stated[q]]
    assert len(labelled) >= 0.9 * len(stated)
    assert len(right) >= 0.95 * len(labelled)


def test_options_are_read_too(make, means):
    found = terms(make, means, "Which is true?", ("∠A is larger", "∠B is larger"))
    assert found == {"capability": "geometry", "image_type": "geometric"}


def test_a_question_that_speaks_for_two_terms_gets_neither(make, means):
    text = "Which year had the most sales in this bar chart?"
    assert terms(make, means, text)["image_type"] == "chart_graph"
    assert "image_type" not in terms(make, means, f"{text} Look at the table as well.")


def test_a_taxonomy_of_the_users_own_brings_its_own_patterns(make, means, mine):
    sample = make.sample(1, question="How many? Give the SUM.")
    (said,) = PLUGIN.label([Undecided(sample, BOTH)], means(mine)).said
    assert {axis: dict(x.terms) for axis, x in said.items()} == {"capability": {"adding": 1.0}}


def test_only_the_beginning_of_a_very_long_question_is_read(make, means):
    padding = "and so on, " * 1000
    assert terms(make, means, f"{padding} ∠A") == {}
    assert terms(make, means, f"∠A {padding}")["capability"] == "geometry"
