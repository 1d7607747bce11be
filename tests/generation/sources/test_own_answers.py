"""The policy's answers to another source's questions, made candidates."""

import json
from pathlib import Path

import pytest

from blindspot.core.errors import ConfigError
from blindspot.core.model import open_model
from blindspot.core.records import Failure
from blindspot.core.training_set import TrainingSetArtifact, read_split
from generation.agent import AgentsSettings
from generation.gates.verification import CAUSE, EVIDENCE, VERIFIED
from generation.means import Means
from generation.own_answers import OwnAnswersSettings
from generation.source import Candidate, SourceSettings, Want, sources
from generation.sources import own_answers
from generation.staff import Staff
from generation.stage import generate

CELL = "localisation/geometric"
JUDGE = '[judge]\nbackend = "replay"\ncheckpoint = "judge.jsonl"'


@pytest.fixture
def source(tmp_path):
    """Settings of a source whose model reads its answers from a file."""

    def written(*lines, verifier="rule", more=""):
        answers = tmp_path / "answers.jsonl"
        answers.write_text("\n".join(json.dumps(line) for line in lines))
        path = tmp_path / "own_answers.toml"
        path.write_text(
            f'verifier = "{verifier}"\nrollouts = 4\n{more}\n'
            '[model]\nbackend = "replay"\ncheckpoint = "answers.jsonl"\n'
            '[questions]\nsize = 48\nfamilies = ["localisation"]\n'
        )
        return SourceSettings(plugin="own_answers", path=path)

    return written


@pytest.fixture
def candidates(kit, world):
    def made(settings, split="train", count=3):
        means = Means(world.folder, Staff(AgentsSettings(), world.folder))
        opened = sources.load("own_answers").open(settings, means)
        cell = kit.cell(CELL, split=split)
        return opened.candidates([Want(cell, f"0/0/x/{i}") for i in range(count)])

    return made


def without_model(settings: SourceSettings) -> SourceSettings:
    """The same, asking the model that is to learn."""
    assert settings.path is not None
    named = settings.path.read_text()
    unnamed = named.replace('[model]\nbackend = "replay"\ncheckpoint = "answers.jsonl"\n', "")
    settings.path.write_text(unnamed)
    return settings


@pytest.fixture
def opened(monkeypatch):
    """The models that the source opens."""
    found = []

    def counted(settings, images):
        found.append(settings)
        return open_model(settings, images)

    monkeypatch.setattr(own_answers, "open_model", counted)
    return found


def test_without_a_model_of_its_own_it_asks_the_one_that_is_to_learn(source, kit, world, opened):
    settings = without_model(source())
    wants = [Want(kit.cell(CELL, split="train"), f"0/0/x/{i}") for i in range(3)]
    staff = Staff(AgentsSettings(), world.folder)
    with pytest.raises(ConfigError, match="nobody is named who answers"):
        sources.load("own_answers").open(settings, Means(world.folder, staff))
    policy = kit.policy(lambda request: "somewhere in [0, 0, 9, 9]")
    at_work = sources.load("own_answers").open(settings, Means(world.folder, staff, learner=policy))
    found = at_work.candidates(wants)
    assert all(VERIFIED in made.attributes for made in found if isinstance(made, Candidate))
    assert len([made for made in found if isinstance(made, Candidate)]) == 3
    assert (policy.asked, opened) == (3, []), "it is open already"


def test_a_verified_answer_is_the_target_and_a_refused_one_says_why(source, candidates):
    everywhere = source({"prompt": "*", "text": "somewhere in [0, 0, 9, 9]"})
    found = candidates(everywhere, count=8)
    keys = candidates(everywhere, split="canary", count=8)
    for made, key in zip(found, keys, strict=True):
        assert isinstance(made, Candidate)
        assert isinstance(key, Candidate)
        x0, y0, x1, y1 = json.loads(key.target)
        right = (x1 - x0) * (y1 - y0) / 81 >= 0.5
        assert made.attributes[VERIFIED] == ("yes" if right else "no")
        assert made.target == ("somewhere in [0, 0, 9, 9]" if right else key.target)
        assert "against the key" in made.attributes[EVIDENCE]
        assert (made.images, made.question) == (key.images, key.question)
        assert VERIFIED not in key.attributes


def test_without_a_verifier_the_answer_stands_as_the_model_said_it(source, candidates):
    said = source({"prompt": "*", "text": "[0, 0, 1, 1]"}, verifier="unverified")
    assert {c.target for c in candidates(said)} == {"[0, 0, 1, 1]"}


def test_rollouts_that_differ_refuse_each_other(source, candidates):
    (posed,) = candidates(source(), split="canary", count=1)
    boxes = [f"[{i}, {i}, {i + 1}, {i + 1}]" for i in range(4)]
    lines = [{"prompt": posed.question, "text": b, "repeat": i} for i, b in enumerate(boxes)]
    (made,) = candidates(source(*lines, verifier="self_consistency"), count=1)
    assert made.attributes == {VERIFIED: "no", EVIDENCE: "1 of 4 rollouts agree"}


def test_another_model_is_asked(source, candidates, tmp_path):
    (tmp_path / "judge.jsonl").write_text('{"prompt": "*", "text": "[0, 0, 2, 2]"}')
    told = source({"prompt": "*", "text": "[0, 0, 2, 3]"}, verifier="model", more=JUDGE)
    assert {c.attributes[VERIFIED] for c in candidates(told)} == {"yes"}  # 4 of 6


def test_a_judge_that_does_not_answer_refuses_nothing_as_wrong(source, candidates, tmp_path):
    failure = {"kind": "timeout", "message": "too slow", "retryable": True}
    judge = {"prompt": "*", "failure": failure}
    (tmp_path / "judge.jsonl").write_text(json.dumps(judge))
    told = source({"prompt": "*", "text": "[0, 0, 2, 3]"}, verifier="model", more=JUDGE)
    (made,) = candidates(told, count=1)
    assert (made.attributes[VERIFIED], made.attributes[CAUSE]) == ("no", "no answer")


def test_each_model_is_opened_once(source, kit, world, tmp_path, opened):
    (tmp_path / "judge.jsonl").write_text('{"prompt": "*", "text": "[0, 0, 2, 2]"}')
    told = source({"prompt": "*", "text": "[0, 0, 2, 3]"}, verifier="model", more=JUDGE)
    means = Means(world.folder, Staff(AgentsSettings(), world.folder))
    at_work = sources.load("own_answers").open(told, means)
    for attempt in range(3):
        at_work.candidates([Want(kit.cell(CELL, split="train"), f"0/0/x/{attempt}")])
    assert [Path(s.checkpoint).name for s in opened] == ["answers.jsonl", "judge.jsonl"]


def test_a_failure_stays_a_failure(source, candidates):
    failure = {"kind": "timeout", "message": "too slow", "retryable": True}
    (made,) = candidates(source({"prompt": "*", "failure": failure}), count=1)
    assert isinstance(made, Failure)
    assert made.kind == "timeout"


@pytest.mark.parametrize(
    ("named", "level", "generated_by"),
    [(False, "generation", "the model itself"), (True, "none", "another model")],
)
def test_the_stage_trains_on_verified_answers_alone(
    source, kit, world, opened, named, level, generated_by
):
    settings = source({"prompt": "*", "text": "[0, 0, 9, 9]"}, verifier="unverified")
    settings = settings if named else without_model(settings)
    config = kit.settings(
        sources=[settings], difficulty={"enabled": False}, validation_share=0.5, canary=0
    )
    inputs = world.inputs(kit.diagnosis(kit.share(CELL, 4)))
    policies = []

    def policy():
        policies.append(kit.policy(lambda request: "[0, 0, 9, 9]"))
        return policies[-1]

    made = generate(config, inputs, world.root / "training_set", policy)
    assert (len(policies), len(opened)) == ((0, 1) if named else (1, 0))
    artifact = TrainingSetArtifact(made.path)
    assert {s.target for s in read_split(artifact, "train")} == {"[0, 0, 9, 9]"}
    assert "[0, 0, 9, 9]" not in {s.target for s in read_split(artifact, "validation")}
    assert made.manifest.facts["autonomy"] == {
        "level": level,
        "generated_by": generated_by,
        "verified_by": "nobody",
    }


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('verifier = "model"', "judge"),
        ('[judge]\nbackend = "openai_api"', None),
        ('[questions]\nplugin = "own_answers"', "questions.plugin"),
        ("rolouts = 3", "rollouts"),
        ('[questions]\nlicences = ["MIT"]', "questions.licences"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path, text, why):
    path = tmp_path / "own.toml"
    path.write_text(f'{text}\n[model]\nbackend = "replay"\n')
    settings = SourceSettings(plugin="own_answers", path=path)
    if why is None:
        assert sources.load("own_answers").roles(settings) == ()
        return
    with pytest.raises(ConfigError) as caught:
        sources.load("own_answers").catalogue(settings)
    assert why in str(caught.value)


def test_without_a_file_it_says_what_to_write():
    with pytest.raises(ConfigError, match=r"own_answers\.toml"):
        sources.load("own_answers").catalogue(SourceSettings(plugin="own_answers"))


def test_it_makes_what_its_questions_make(source):
    (row,) = sources.load("own_answers").catalogue(source({"prompt": "*", "text": ""}))
    assert (row.capability, row.image_type) == ("localisation", "geometric")
    assert OwnAnswersSettings.model_fields["verifier"].default == "rule"
