"""The policy's answers to another source's questions, made candidates."""

import json

import pytest

from blindspot.core.errors import ConfigError
from blindspot.core.model import ModelSettings
from blindspot.core.records import Failure
from blindspot.core.training_set import TrainingSetArtifact, read_split
from generation.agent import AgentsSettings
from generation.gates.verification import EVIDENCE, VERIFIED
from generation.means import Means
from generation.own_answers import OwnAnswersSettings
from generation.source import Candidate, SourceSettings, Want, sources
from generation.staff import Staff
from generation.stage import generate

CELL = "localisation/geometric"


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


def test_without_a_model_of_its_own_it_asks_the_one_that_is_to_learn(source, kit, world, tmp_path):
    settings = source({"prompt": "*", "text": "somewhere in [0, 0, 9, 9]"})
    named = settings.path.read_text()
    settings.path.write_text(
        named.replace('[model]\nbackend = "replay"\ncheckpoint = "answers.jsonl"\n', "")
    )
    wants = [Want(kit.cell(CELL, split="train"), f"0/0/x/{i}") for i in range(3)]
    staff = Staff(AgentsSettings(), world.folder)
    with pytest.raises(ConfigError, match="nobody is named who answers"):
        sources.load("own_answers").open(settings, Means(world.folder, staff))
    policy = ModelSettings(backend="replay", checkpoint=str(tmp_path / "answers.jsonl"))
    opened = sources.load("own_answers").open(settings, Means(world.folder, staff, policy=policy))
    found = opened.candidates(wants)
    assert all(VERIFIED in made.attributes for made in found if isinstance(made, Candidate))
    assert len([made for made in found if isinstance(made, Candidate)]) == 3


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
    judge = '[judge]\nbackend = "replay"\ncheckpoint = "judge.jsonl"'
    told = source({"prompt": "*", "text": "[0, 0, 2, 3]"}, verifier="model", more=judge)
    assert {c.attributes[VERIFIED] for c in candidates(told)} == {"yes"}  # 4 of 6


def test_a_failure_stays_a_failure(source, candidates):
    failure = {"kind": "timeout", "message": "too slow", "retryable": True}
    (made,) = candidates(source({"prompt": "*", "failure": failure}), count=1)
    assert isinstance(made, Failure)
    assert made.kind == "timeout"


def test_the_stage_trains_on_verified_answers_alone(source, kit, world):
    settings = source({"prompt": "*", "text": "[0, 0, 9, 9]"}, verifier="unverified")
    config = kit.settings(
        sources=[settings], difficulty={"enabled": False}, validation_share=0.5, canary=0
    )
    found = kit.diagnosis(kit.share(CELL, 4))
    made = generate(config, world.inputs(found), world.root / "training_set", kit.policy)
    artifact = TrainingSetArtifact(made.path)
    assert {s.target for s in read_split(artifact, "train")} == {"[0, 0, 9, 9]"}
    assert "[0, 0, 9, 9]" not in {s.target for s in read_split(artifact, "validation")}
    assert made.manifest.facts["autonomy"] == {
        "level": "generation",
        "generated_by": "the model itself",
        "verified_by": "nobody",
    }


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('verifier = "model"', "judge"),
        ('[judge]\nbackend = "openai_api"', None),
        ('[questions]\nplugin = "own_answers"', "questions.plugin"),
        ("rolouts = 3", "rollouts"),
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
