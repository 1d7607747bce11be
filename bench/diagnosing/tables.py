"""What the eleven benchmarks are made of, for `bench.diagnosing.suite`: sizes of the diagnosis
half, questions per picture, categories with their approximate shares, native attributes.

    TABLES[-1].name == "pope", .size == 4500, .per_picture == 18

Categories are those that the benchmarks' own files map to (`harness/benchmarks`). Pass rates are
about those of an 8B model.
"""

from dataclasses import dataclass, field
from itertools import product
from typing import Final

Cells = dict[tuple[str, str], float]
"""Relative share by capability and image type."""


@dataclass(frozen=True)
class BenchmarkTable:
    """One benchmark."""

    name: str
    size: int
    """Samples of the diagnosis half."""
    rate: float
    """Mean pass rate."""
    cells: Cells
    per_picture: int = 1
    """Questions that share a picture or a group."""
    attributes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Values of native attributes, the first the most frequent."""


def cells(text: str) -> Cells:
    """`"counting/mixed 12, ocr/map 3"`."""
    pairs = (item.rsplit(" ", 1) for item in text.split(", "))
    return {_category(name): float(share) for name, share in pairs}


def crossed(capabilities: str, image_types: str) -> Cells:
    """Every capability on every image type: `"science 4, knowledge 3"` by `"map 1, mixed 2"`."""
    rows, columns = (
        [(n, float(s)) for n, s in (item.rsplit(" ", 1) for item in text.split(", "))]
        for text in (capabilities, image_types)
    )
    return {(a, b): x * y for (a, x), (b, y) in product(rows, columns)}


def _category(name: str) -> tuple[str, str]:
    capability, image_type = name.split("/")
    return capability, image_type


def _levels(name: str, count: int) -> dict[str, tuple[str, ...]]:
    return {name: tuple(str(i + 1) for i in range(count))}


TABLES: Final = (
    BenchmarkTable(
        "mmmu",
        450,
        0.55,
        crossed(
            "science 40, knowledge 35, arithmetic 15, math_reasoning 5, logical_reasoning 5",
            "diagram 30, text_dense 18, chart_graph 12, medical 12, math_formula 10, artistic 10, "
            "natural_scene 5, map 3",
        ),
        attributes={"question_type": ("multiple-choice", "open"), **_levels("year", 4)},
    ),
    BenchmarkTable(
        "mmstar",
        750,
        0.62,
        cells(
            "perception/mixed 25, recognition/mixed 10, localisation/mixed 7, counting/mixed 8, "
            "instance_reasoning/mixed 20, logical_reasoning/mixed 7, logical_reasoning/diagram 8, "
            "science/mixed 16, geometry/geometric 7, arithmetic/mixed 8, "
            "chart_reading/chart_graph 6"
        ),
        attributes={"meta_info.source": ("MMBench", "SEEDBench", "MMMU", "AI2D", "MathVista")},
    ),
    BenchmarkTable("realworldqa", 382, 0.70, cells("spatial/natural_scene 1")),
    BenchmarkTable(
        "mathvista",
        500,
        0.70,
        cells(
            "geometry/geometric 20, math_reasoning/chart_graph 10, chart_reading/chart_graph 22, "
            "arithmetic/natural_scene 8, arithmetic/text_dense 7, science/diagram 10, "
            "logical_reasoning/diagram 5, knowledge/natural_scene 8, arithmetic/artistic 8, "
            "knowledge/medical 2"
        ),
        attributes={
            "metadata.grade": ("daily life", "high school", "elementary school", "college"),
            "metadata.language": ("english", "chinese"),
            "question_type": ("multi_choice", "free_form"),
        },
    ),
    BenchmarkTable(
        "mathvision",
        1520,
        0.42,
        cells(
            "math_reasoning/mixed 12, arithmetic/mixed 9, math_reasoning/diagram 12, "
            "counting/mixed 6, spatial/geometric 8, logical_reasoning/diagram 6, "
            "chart_reading/chart_graph 4, spatial/diagram 3, geometry/geometric 40"
        ),
        attributes=_levels("level", 5),
    ),
    BenchmarkTable(
        "mathverse",
        1970,
        0.50,
        cells("geometry/geometric 80, math_reasoning/chart_graph 20"),
        per_picture=5,
        attributes={
            "problem_version": (
                *("Text Dominant", "Text Lite", "Vision Intensive"),
                *("Vision Dominant", "Vision Only"),
            ),
            "question_type": ("multi-choice", "free-form"),
        },
    ),
    BenchmarkTable(
        "charxiv",
        500,
        0.45,
        cells("chart_reading/chart_graph 70, counting/chart_graph 12, arithmetic/chart_graph 18"),
        attributes={"category": ("cs", "physics", "math", "econ", "q-bio", "stat", "eess")},
    ),
    BenchmarkTable(
        "chartqa",
        1250,
        0.82,
        cells("chart_reading/chart_graph 1"),
        per_picture=2,
        attributes={"type": ("human_test", "augmented_test")},
    ),
    BenchmarkTable(
        "ocrbench",
        500,
        0.80,
        cells(
            "ocr/natural_scene 30, ocr/artistic 5, ocr/text_dense 15, ocr/math_formula 10, "
            "document_reading/text_dense 32, chart_reading/chart_graph 8"
        ),
        attributes={"dataset": ("TextVQA", "DocVQA", "FUNSD", "SROIE", "IIIT5K", "HME100k")},
    ),
    BenchmarkTable(
        "hallusionbench",
        475,
        0.65,
        cells(
            "hallucination_resistance/chart_graph 20, hallucination_resistance/geometric 20, "
            "hallucination_resistance/map 15, hallucination_resistance/math_formula 10, "
            "hallucination_resistance/text_dense 20, hallucination_resistance/mixed 15"
        ),
        per_picture=6,
        attributes={"visual_input": ("1", "2", "0"), "category": ("VD", "VS")},
    ),
    BenchmarkTable(
        "pope",
        4500,
        0.87,
        cells("presence/natural_scene 1"),
        per_picture=18,
        attributes={"category": ("adversarial", "popular", "random")},
    ),
)
