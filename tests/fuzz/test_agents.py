"""What judges, teachers, labellers and agents reply: a record, or a failure with its cause."""

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from blindspot.core import taxonomy
from blindspot.core.grading import Grade
from blindspot.core.records import Attribution, Completion, Failure, Prediction, Record, Sample
from blindspot.core.replies import last_record
from diagnostics.causes import teacher
from diagnostics.causes.failed import Failed
from diagnostics.labelling.labellers import lmm
from generation import editing, replying
from generation.agents.image_editor import Editing
from generation.agents.image_seeker import Seeking
from generation.agents.planner import Topics
from generation.agents.solver import Solution
from generation.agents.validator import Validation
from generation.agents.writer import Writing
from generation.edit import edits
from harness import judge, scoring
from harness.answers import Answers
from harness.suite import Loaded

VERDICT = {"correct": True, "final_answer": "B"}
TAUGHT = {
    "label": "reading",
    "confidence": 0.8,
    "quote": "the bar reaches 42",
    "first_wrong_step": "reads 42",
    "missing_skill": "reading bars",
}
LABEL = {
    "image_type": "photo",
    "image_type_confidence": 0.9,
    "capability": "counting",
    "capability_confidence": 0.9,
}
REPLIES: list[tuple[type[Record], dict[str, Any]]] = [
    (Editing, {"why": "w", "operation": "crop", "arguments": '{"box": [0.1, 0.1, 0.9, 0.9]}'}),
    (Seeking, {"queries": ["a stall"], "chosen": [0, 1]}),
    (Topics, {"topics": [{"subject": "s", "idea": "i"}]}),
    (Solution, {"working": "w", "answer": "B"}),
    (
        Validation,
        {
            "why": "w",
            "capability": "counting",
            "image_type": "photo",
            "single_answer": True,
            "needs_picture": True,
            "harmful": False,
        },
    ),
    (
        Writing,
        {
            "seen": "s",
            "usable": True,
            "question": "How many?",
            "answer_kind": "choice",
            "options": ["2", "3"],
            "target": "B",
        },
    ),
]
EDITS = {
    "crop": {"box": [0.1, 0.1, 0.9, 0.9]},
    "rotate": {"degrees": 10},
    "overlay_text": {"text": "x", "position": [0.5, 0.5]},
    "blur": {"radius": 0.1},
    "pad": {"sides": [0.1, 0.1, 0.1, 0.1]},
}
SAMPLE = Sample(id="s/1", benchmark="s", question="q", prompt="q", target="B", answer_kind="text")
SAID = "I see that the bar reaches 42, so the answer is 42."
FAILED = Failed(
    SAMPLE,
    Prediction(
        sample_id="s/1", completion=Completion(text=SAID), answer="42", score=0.0, grader="g"
    ),
    Attribution(sample_id="s/1", stage="unresolved", source="none", confidence=0.0),
)
fuzzed = settings.get_profile("fuzz")


class Undecided:
    """A benchmark whose rule decides nothing."""

    def grade(self, sample: Sample, doc: Any, text: str) -> None: ...


def reply(fuzz: Any, data: st.DataObject, seed: Any) -> str:
    """A reply in JSON, with words around it as models put them, broken."""
    before, after = data.draw(
        st.sampled_from([("", ""), ("<think>{", "}"), ("```json\n", "\n```"), ("{}{", "{}")])
    )
    return before + fuzz.json(data, seed) + after


@settings(fuzzed, max_examples=fuzzed.max_examples * 2)
@given(data=st.data())
def test_judges(fuzz: Any, data: st.DataObject) -> None:
    text = reply(fuzz, data, VERDICT)
    found = fuzz.documented(lambda: judge.read(text))
    if found is not None:
        assert found.score in (0.0, 1.0)
        assert '"correct"' in text or "correct" in json.dumps(text)


@fuzzed
@given(data=st.data())
def test_a_judge_that_cannot_be_read_leaves_no_score(fuzz: Any, data: st.DataObject) -> None:
    text = reply(fuzz, data, VERDICT)
    grade = judge.read(text)
    decided: list[Grade | Failure] = [grade or judge._unjudged("the judge's reply cannot be read")]
    answers = Answers(Loaded(samples=[SAMPLE], opened={SAMPLE.benchmark: Undecided()}), 1)  # type: ignore[dict-item]
    answers.take(0, Completion(text="x"))
    graders = {SAMPLE.benchmark: "g"}
    [made] = scoring.predictions(answers, graders, graders, lambda _: decided)
    assert (made.score is None) == (made.failure is not None) == (grade is None)
    made.model_dump_json().encode()


@fuzzed
@given(data=st.data())
def test_teachers(fuzz: Any, data: st.DataObject) -> None:
    texts = [reply(fuzz, data, TAUGHT), json.dumps(TAUGHT)]
    found = fuzz.documented(
        lambda: teacher._concluded(FAILED, (Completion(text=texts[0]), Completion(text=texts[1])))
    )
    assert found is not None
    if not isinstance(found, str):
        assert found.stage in teacher.STAGES
        assert found.evidence in SAID
        assert 0 <= (found.confidence or 0) <= 1


@fuzzed
@given(data=st.data())
def test_labellers(fuzz: Any, data: st.DataObject) -> None:
    terms = taxonomy.load(None)
    text = reply(fuzz, data, LABEL)
    found = fuzz.documented(lambda: lmm._read(Completion(text=text), terms))
    assert found is not None
    if not isinstance(found, str):
        assert all(term in terms.terms(axis) for axis, said in found.items() for term in said.terms)


@settings(fuzzed, max_examples=fuzzed.max_examples * 3)
@given(data=st.data())
def test_agents(fuzz: Any, data: st.DataObject) -> None:
    kind, seed = data.draw(st.sampled_from(REPLIES))
    text = reply(fuzz, data, seed)
    finish: Any = data.draw(st.sampled_from(["stop", "stop", "stop", "length", "content_filter"]))
    found = fuzz.documented(
        lambda: replying.read(Completion(text=text, finish_reason=finish), kind)
    )
    assert isinstance(found, kind | Failure)
    assert isinstance(found, Failure) or finish == "stop"
    if isinstance(found, Failure):
        assert found.message
        found.model_dump_json().encode()


@fuzzed
@given(data=st.data())
def test_edits_that_an_agent_chose(fuzz: Any, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(edits.names())))
    arguments = fuzz.json(data, EDITS.get(name, {}))
    chosen = fuzz.documented(
        lambda: editing._chosen(
            Editing(why="", operation=name, arguments=arguments), set(edits.names())
        )
    )
    if isinstance(chosen, Failure) or chosen is None:
        return
    image, edit = Image.new("RGB", (64, 48), "red"), edits.load(name)
    try:
        made = edit.apply(image, chosen.arguments, random.Random(0))
    except ValueError:  # what the contract names for arguments that make no sense
        return
    assert min(made.image.size) >= 1


@pytest.mark.parametrize(
    "piece", ["{", '{"a":', "[{", '{"correct":true}', '{"correct":', '"{', "{}"]
)
def test_long_replies_take_no_longer(fuzz: Any, piece: str) -> None:
    text = piece * (20_000 // len(piece))
    fuzz.documented(lambda: last_record(text, judge.Verdict))
    fuzz.documented(lambda: replying.read(Completion(text=text), Solution))
