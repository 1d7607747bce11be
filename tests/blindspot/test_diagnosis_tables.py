"""A diagnosis as it reads in a terminal."""

import io

import pytest
from rich.console import Console

from blindspot.core.diagnosis import (
    CategoryRate,
    Diagnosis,
    Ended,
    Gap,
    HumanReport,
    Null,
    ProbeShare,
    Reference,
    StageExcess,
    StageShare,
    TeacherReport,
)
from blindspot.core.records import CellShare, Weakness
from blindspot.diagnosis_tables import verdict


def weakness(name: str = "counting on geometric", **more) -> Weakness:
    fields = {
        "id": "counting/geometric",
        "name": name,
        "capability": "counting",
        "image_type": "geometric",
        "n": 120,
        "effective_n": 117.6,
        "passed": 31.5,
        "raw_rate": 0.2625,
        "rate": 0.2812,
        "interval": (0.209, 0.36),
        "gap": 0.334,
        "coverage": 0.1,
        "p": 1e-10,
        "p_adjusted": 2.1e-9,
        "stability": 0.93,
        "status": "persists",
        "since": 0,
        "learnability": 0.81,
        "stages": {"reading": 0.25, "perception": 0.75},
    }
    return Weakness.model_validate(fields | more)


def category(name: str, missing: int = 0) -> CategoryRate:
    capability, _, image_type = name.partition("/")
    return CategoryRate(
        name=name,
        capability=capability,
        image_type=image_type,
        n=15 - missing,
        passed=5,
        raw_rate=0.4,
        rate=0.5,
        interval=(0.3, 0.7),
        verdict="not enough data" if missing else "undecided",
        missing=missing,
    )


def excess(stage: str, **condition: str) -> StageExcess:
    return StageExcess(
        name="counting/geometric" + "".join(f" {k}={v}" for k, v in condition.items()),
        capability="counting",
        image_type="geometric",
        condition=condition,
        stage=stage,
        n=120,
        failed=49,
        share=0.41,
        rest_share=0.09,
        p=1e-6,
        p_adjusted=2e-5,
    )


def gap(name: str, value: float) -> Gap:
    return Gap(
        name=name,
        n=120,
        rate=0.3,
        reference_rate=0.3 - value,
        gap=value,
        interval=(value - 0.05, value + 0.05),
        p=0.001,
        p_adjusted=0.002,
    )


def cell(i: int, weakness: str | None = None) -> CellShare:
    return CellShare(
        capability="ocr",
        image_type=f"type{i:02d}",
        share=0.1,
        quota=200,
        weakness=weakness,
        why="Because.",
    )


def diagnosis(**more) -> Diagnosis:
    fields = {
        "round": 1,
        "model": "m-1",
        "grader": "core-1",
        "n": 1234,
        "rate": 0.561,
        "interval": (0.532, 0.589),
        "excluded": {},
        "categories": (category("ocr/map"),),
        "weaknesses": (weakness(),),
        "candidates": 212,
        "q": 0.1,
        "null": Null(runs=100, with_weakness=4),
        "mixture": (cell(0, "counting/geometric"),),
        "mixture_note": "75% aims at “counting on geometric”.",
    }
    return Diagnosis.model_validate(fields | more)


def of_a_condition() -> Weakness:
    return weakness(
        "counting on geometric: many objects, about cars, wheels, parking",
        id="w2",
        condition={"objects": "many", "topic": "cars, wheels, parking"},
        stability=0.41,
        status="new",
        since=1,
    )


def shares() -> tuple[StageShare, ...]:
    read = {"n": 220, "share": 0.4, "interval": (0.36, 0.44)}
    corrected = {"corrected": 0.45, "corrected_interval": (0.38, 0.52)}
    return (
        StageShare.model_validate({"stage": "reading", **read, **corrected}),
        StageShare(stage="refusal", n=0, share=0, interval=(0, 0.01)),
        StageShare(stage="unresolved", n=322, share=0.6, interval=(0.56, 0.64)),
    )


def full() -> Diagnosis:
    """Everything that a diagnosis can say."""
    maps = {"id": "x", "name": "ocr on maps", "round": 0, "status": "resolved"}
    return diagnosis(
        weaknesses=(weakness(), of_a_condition()),
        excluded={"timeout": 12, "unmapped": 20},
        suspect_rate=0.573,
        categories=(category("ocr/map", 4), category("ocr/chart_graph")),
        ended=(Ended.model_validate({**maps, "before": 0.31, "after": 0.78, "n": 40}),),
        stages=shares(),
        excess=(excess("reading"), excess("format", bars="4")),
        probes=(
            ProbeShare(
                probe="caption",
                stage="perception",
                asked=100,
                answered=97,
                turned=31,
                share=0.29,
                interval=(0.21, 0.38),
                failures={"timeout": 3},
            ),
        ),
        teacher=TeacherReport(
            asked=200, decided=120, disagreed=50, unreadable=18, failures={"server": 12}, left=30
        ),
        human=HumanReport(labelled=60, agreed=41, unknown=2),
        reference=Reference(
            model="m-2", rows=(gap("overall", -0.1), gap("ocr/map", -0.2), gap("w2", -0.4))
        ),
        pools={"category": 24, "condition": 188},
        mixture=tuple(cell(i, "w2" if i == 0 else None) for i in range(10)),
    )


def shown(found: Diagnosis, width: int = 100) -> list[str]:
    """The lines that a terminal of this width shows, their cells joined by single spaces."""
    out = io.StringIO()
    console = Console(file=out, width=width)
    for part in verdict(found):
        console.print(part)
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    return [" ".join(line.split()) for line in lines]


def test_a_weakness_has_its_numbers_and_what_is_known_of_it():
    lines = shown(diagnosis(excess=(excess("reading"),)))
    row = next(i for i, line in enumerate(lines) if line.startswith("1 "))
    assert lines[row] == "1 counting on geometric 31.5/120 28.1 [20.9, 36.0] 33.4 2.1e-09 118 0.81"
    known = " ".join(lines[row + 1 : row + 5])
    assert known.startswith("persists since round 0 · stability 0.93 · reading stands out: 41%")


def test_the_most_frequent_stage_where_none_stands_out():
    lines = " ".join(shown(diagnosis(weaknesses=(weakness(status=None, since=None),))))
    assert "stability 0.93 · 75% of its failures: perception" in lines
    assert "since" not in lines


def test_uncertain_borders_are_called_unstable():
    assert "unstable 0.41" in " ".join(shown(diagnosis(weaknesses=(weakness(stability=0.41),))))


def test_nothing_found_is_said_with_what_was_tested():
    lines = " ".join(shown(diagnosis(weaknesses=())))
    assert "No slice is reliably below the rest." in lines
    assert "Tested 212 slices, false-discovery rate 10%" in lines
    assert "4 of 100 runs report a weakness: 4.0 [1.6, 9.8] %" in lines


@pytest.mark.parametrize(
    "said",
    [
        "Tested 212 slices (category 24, condition 188)",
        "Not enough data, with the samples that are missing: ocr/map 4.",
        "counting/geometric bars=4 is not weak as such, but format stands out: 41% fail there, "
        "9% elsewhere (adjusted p 2e-05).",
        "No longer found since round 0: ocr on maps. Resolved: 31.0 % then, 78.0 % now on the same "
        "40 samples.",
        "Against m-2 on the same samples, %",
        "overall 120 30.0 40.0 -10.0 [-15.0, -5.0] 0.002",
        "reading 220 40.0 [36.0, 44.0] 45.0 [38.0, 52.0]",
        "caption perception 100 97 31 29.0 [21.0, 38.0]",
        "No answer under caption: timeout 3.",
        "The teacher saw 200 failed samples twice: 120 decided, on 50 it disagreed with itself, "
        "18 unreadable; no answer: server 12; 30 more were beyond its budget.",
        "People named 60 error stages; 41 are as attributed: 68.3 [55.8, 78.7] %. 2 labels are "
        "about other responses than these.",
        "Diagnosis half: 1,234 samples answered, 56.1 [53.2, 58.9] % right; 57.3 if answers that "
        "look wrongly graded were right.",
        "Without an answer, outside every rate: timeout 12.",
        "Of no known category, and of no weakness: 20.",
        "2 more 20.0 400",
        "75% aims at “counting on geometric”.",
    ],
)
def test_everything_that_a_diagnosis_can_say(said: str):
    assert said in " ".join(shown(full()))


def test_the_largest_gap_comes_after_the_overall_row_under_its_own_name():
    lines = shown(full(), 140)
    first = next(i for i, line in enumerate(lines) if line.startswith("overall"))
    assert lines[first + 1].startswith("counting on geometric: many objects, about cars")
    assert lines[first + 2].startswith("ocr/map")


def test_what_was_not_asked_for_has_no_line():
    lines = " ".join(shown(diagnosis()))
    for word in ("Against", "teacher", "People", "again", "No longer", "broke", "missing"):
        assert word not in lines


@pytest.mark.parametrize("hostile", ["[bold]x[/bold]", "\x1b[31mred", "[/nothing]"])
def test_names_are_text_and_no_markup(hostile: str):
    found = diagnosis(
        weaknesses=(weakness(hostile),), mixture_note=hostile, categories=(category(hostile, 3),)
    )
    lines = shown(found)
    assert "\x1b" not in "".join(lines)
    assert sum(hostile.replace("\x1b", "").strip() in line for line in lines) >= 2
