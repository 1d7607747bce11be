"""Which slices are candidates."""

import numpy as np
import pytest

from blindspot.core.records import Sample
from diagnostics.answers import Answers, answers_of
from diagnostics.labelling.labelled import as_stated
from diagnostics.slices.candidates import Slice, candidates

TOPICS = {
    "geometry": ("angle radius circle", "triangle height base", "cube volume edge"),
    "几何": ("角度圆形半径", "三角形高度底边", "立方体体积棱长"),
    "هندسة": ("زاوية دائرة قطر", "مثلث ارتفاع قاعدة", "مكعب حجم حافة"),
    "emoji": ("🔴 🔵 🟢", "🐕 🐈 🐎", "🚗 🚌 🚲"),
}


def answers(make, samples: list[Sample]) -> Answers:
    return answers_of(as_stated(samples), [make.answered(s, 1.0) for s in samples], "diagnosis")


def found(make, samples: list[Sample], **more) -> list[Slice]:
    return candidates(answers(make, samples), 15, **more)


def names(make, samples: list[Sample]) -> set[str]:
    return {f"{c.category} {c.condition or ''}".strip() for c in found(make, samples)}


def on_topics(make, script: str, each: int = 40) -> list[Sample]:
    """Questions of three words of one topic and a number."""
    rng = np.random.default_rng(1)
    joint = "" if script == "几何" else " "
    samples = []
    for i in range(3 * each):
        said = TOPICS[script][i % 3]
        parts = [said[j : j + 2] for j in range(0, 6, 2)] if not joint else said.split()
        samples.append(make.sample(i, question=joint.join(rng.permutation(parts)) + f" {i % 5}?"))
    return samples


def test_categories_conditions_and_two_at_once(make):
    samples = [
        make.sample(i, attributes={"bars": "2" if i < 60 else "3", "side": "l" if i % 2 else "r"})
        for i in range(80)
    ]
    samples = [s.model_copy(update={"question": "?"}) for s in samples]
    assert names(make, samples) == {
        "counting/geometric",
        "counting/geometric {'bars': '2'}",
        "counting/geometric {'bars': '3'}",
        "counting/geometric {'side': 'l'}",
        "counting/geometric {'side': 'r'}",
        "counting/geometric {'bars': '2', 'side': 'l'}",
        "counting/geometric {'bars': '2', 'side': 'r'}",
    }


def test_answer_kinds(make):
    samples = [make.sample(i, answer_kind="text" if i < 20 else "number") for i in range(60)]
    kinds = [c for c in found(make, samples) if c.kind == "answer kind"]
    assert [c.condition for c in kinds] == [{"answer kind": "number"}, {"answer kind": "text"}]
    assert [len(c.members) for c in kinds] == [40, 20]


def test_two_conditions_that_are_nearly_one_make_no_candidate(make):
    samples = [
        make.sample(i, attributes={"a": str(i % 2), "b": "x" if i % 2 or i == 0 else "y"})
        for i in range(80)
    ]
    assert not [c for c in found(make, samples) if c.kind == "conjunction"]


def test_ids_constants_and_small_slices_are_none(make):
    samples = [
        make.sample(i, question="?", attributes={"id": str(i), "one": "x"}) for i in range(40)
    ]
    assert names(make, samples) == {"counting/geometric"}
    assert names(make, samples[:14]) == set()


def test_equal_slices_are_tested_once_as_the_simplest(make):
    samples = [
        make.sample(
            i,
            question="left side" if i % 2 else "right side",
            attributes={"a": str(i % 2), "b": "even" if i % 2 == 0 else "odd"},
        )
        for i in range(40)
    ]
    assert [c.kind for c in found(make, samples)] == ["category", "condition", "condition"]


def test_unmapped_samples_and_single_pictures_make_none(make):
    assert names(make, [make.sample(i, "unmapped", "mixed") for i in range(40)]) == set()
    assert names(make, [make.sample(i, images=("a.png",)) for i in range(40)]) == set()


@pytest.mark.parametrize("script", TOPICS)
def test_topics_and_wordings_in_any_script(make, script: str):
    samples = on_topics(make, script)
    pieces = found(make, samples)
    for topic in range(3):
        members = set(range(topic, len(samples), 3))
        topics = [c for c in pieces if c.kind == "topic"]
        worded = [c for c in pieces if c.kind == "wording"]
        assert any(set(c.members.tolist()) == members for c in topics + worded)
        assert worded
    assert all(next(iter(c.condition.values())) for c in pieces if c.condition)


def test_skills_are_read_in_place_of_questions(make):
    samples = [make.sample(i, question="?") for i in range(60)]
    skills = {s.id: "sorting arrays" if i % 2 else "plotting" for i, s in enumerate(samples)}
    pieces = found(make, samples, skills=skills)
    assert [c.condition.get("wording") for c in pieces] == [None, "arrays", "plotting"]
    assert not [c for c in found(make, samples) if c.condition]


def test_benchmarks_make_no_slices(make):
    """Neither a name, in questions or as an attribute, nor what all its questions share."""
    samples = [
        make.sample(
            i,
            benchmark="other" if i % 2 else "MathVista",
            question=f"tell shortly {i % 3}" if i % 2 else f"mathvista asks {i % 3}",
            attributes={"source": "mathvista" if i % 4 == 0 else "web", "own": str(i % 2)},
        )
        for i in range(120)
    ]
    odd = set(range(1, 120, 2))
    parts = [c for c in found(make, samples) if c.condition]
    assert {"asks 1", "web"} <= {v for c in parts for v in c.condition.values()}
    assert not [c for c in parts if "mathvista" in c.condition.values()]
    assert not [c for c in parts if len(odd ^ set(c.members.tolist())) in (0, 120)]


def test_the_same_for_any_order_of_rows_and_unique_by_name(make):
    samples = on_topics(make, "geometry")
    one, two = found(make, samples), found(make, samples[::-1])
    assert [(c.condition, c.members.tolist()) for c in one] == [
        (c.condition, c.members.tolist()) for c in two
    ]
    assert len({(c.category, *c.condition.items()) for c in one}) == len(one)
