"""Texts about pictures: where they come from, and when they say too much."""

import json
from pathlib import Path

import pytest

from blindspot.core.model import ModelSettings, open_model
from blindspot.core.records import Failure
from blindspot.core.run_folder import RunFolder
from diagnostics.causes.describing import Describer, Description, Wanted, leaks

WANTED = Wanted(("content", "caption"), "Describe.")


@pytest.fixture
def scripted(tmp_path: Path):
    """A describer of models that say the given lines."""

    def make(own: list[dict], teacher: list[dict] | None = None) -> Describer:
        folder = RunFolder(tmp_path)
        opened = open_model(settings("own", own), folder.images)
        return Describer(folder, opened, None if teacher is None else settings("teacher", teacher))

    def settings(name: str, lines: list[dict]) -> ModelSettings:
        path = tmp_path / f"{name}.jsonl"
        path.write_text("\n".join(map(json.dumps, lines)))
        return ModelSettings(backend="replay", checkpoint=str(path))

    return make


def test_the_benchmark_is_heard_first_and_nobody_is_asked(scripted, make):
    stated = make.sample(1, attributes={"caption": "two dogs", "content": "  "})
    assert scripted([])([stated], WANTED) == [Description("two dogs", "benchmark")]


def test_then_the_teacher_then_the_model_itself(scripted, make):
    own = [{"prompt": "Describe.", "text": "a dog"}]
    teacher = [{"prompt": "Describe.", "text": "a red dog"}]
    stated, silent = make.sample(1, attributes={"content": "a cat"}), make.sample(2)
    told = scripted(own, teacher)([silent, stated], WANTED)
    assert told == [Description("a red dog", "teacher"), Description("a cat", "benchmark")]
    assert scripted(own)([silent], WANTED) == [Description("a dog", "self")]


def test_who_describes_is_told_nothing_of_the_question(scripted, make):
    sample = make.sample(1, question="SECRET?", prompt="SECRET?", target="77", options=())
    own = [{"prompt": "Describe.", "images": list(sample.images), "text": "a dog"}]
    assert scripted(own)([sample], WANTED) == [Description("a dog", "self")]


def test_a_call_without_an_answer_is_a_failure_with_its_cause(scripted, make):
    failure = {"kind": "timeout", "message": "scripted", "retryable": True}
    found = scripted([{"prompt": "Describe.", "failure": failure}])([make.sample(1)], WANTED)
    assert found == [Failure.model_validate(failure)]


def test_a_text_that_leaks_or_is_empty_is_not_given(scripted, make):
    samples = [
        make.sample(1, "arithmetic", target="78", attributes={"content": "79 - 1 = 78"}),
        make.sample(2, "arithmetic", target="78", attributes={"content": "79 - 1"}),
        make.sample(3),
    ]
    found = scripted([{"prompt": "Describe.", "text": " "}])(samples, WANTED)
    assert found == [None, Description("79 - 1", "benchmark"), None]


def test_marks_of_pictures_are_taken_out(scripted, make):
    own = [{"prompt": "Describe.", "text": "<image> a dog"}]
    assert scripted(own)([make.sample(1)], WANTED) == [Description("a dog", "self")]


@pytest.mark.parametrize(
    ("fields", "text", "told"),
    [
        ({"capability": "clock_reading", "target": "6:15"}, "clock 6:15", False),
        ({"capability": "clock_reading", "target": "6:15"}, "answer: 6:15", True),
        ({"capability": "arithmetic", "target": "78"}, "formula 79 - 1", False),
        ({"capability": "arithmetic", "target": "78"}, "79 - 1 = 78", True),
        ({"capability": "arithmetic", "target": "79 - 1 = 78"}, "it makes 78.", True),
        ({"capability": "arithmetic", "target": "8"}, "formula 79 - 18", False),
        (
            {"target": "B", "options": ("a cat", "an owl"), "capability": "recognition"},
            "An owl on a branch.",
            True,
        ),
        (
            {"target": "B", "options": ("a cat", "an owl"), "capability": "recognition"},
            "A bird on a branch. B",
            False,
        ),
    ],
)
def test_what_leaks(make, fields: dict, text: str, told: bool):
    kind = "choice" if "options" in fields else "text"
    kind = "number" if fields["capability"] == "arithmetic" else kind
    assert leaks(make.sample(1, answer_kind=kind, **fields), text) is told
