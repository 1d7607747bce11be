"""The stage end to end, on real families and a policy that answers by rule."""

import json
from dataclasses import replace

import pytest

from blindspot.core.artifact import remove
from blindspot.core.config import identity
from blindspot.core.errors import StageError
from blindspot.core.model import ModelSettings
from blindspot.core.tables import read_records
from blindspot.core.training_set import TrainingSetArtifact, read_split
from generation import stage
from generation.decided import Rejected
from generation.family import families
from generation.stage import GenerationSettings, catalogue, generate, run
from training.history import cells

PRESENCE, COUNTING = "presence/geometric", "counting/geometric"


def found(kit):
    return kit.diagnosis(
        kit.share(PRESENCE, 12),
        kit.share(COUNTING, 6, objects="few"),
        categories=[kit.rated("color/geometric", "strong")],
    )


def shards_of(path):
    files = sorted(p for p in path.rglob("*") if p.is_file() and p.name != "manifest.json")
    return {str(p.relative_to(path)): p.read_bytes() for p in files}


def test_a_training_set_with_exact_quotas(kit, world):
    inputs = world.inputs(found(kit), world.benchmark("counting", 6))
    artifact = generate(kit.settings(), inputs, world.root / "set", kit.policy)
    made = TrainingSetArtifact(world.root / "set")
    train = read_split(made, "train")
    assert [o.admitted for o in made.outcomes().cells] == [12, 6, 1, 1, 4]
    assert all(0.2 <= (s.pass_rate or 0) <= 0.9 and s.rollouts in (4, 8) for s in train)
    assert all(s.attributes["objects"] == "few" for s in train if s.cell.startswith("counting"))
    assert [s.pass_rate for s in read_split(made, "canary")] == [None] * 4
    assert train[0].id == "train/presence/geometric/0"
    assert len({s.id for s in train}) == 18
    counts = artifact.manifest.counts
    assert (counts["train"], counts["validation"], counts["canary"], counts["open"]) == (
        18,
        2,
        4,
        0,
    )
    rejected = read_records(world.root / "set" / "rejected.parquet", Rejected)
    assert counts["candidates"] == 24 + len(rejected)
    assert {r.cause for r in rejected} == {"too hard"}  # three objects: never


def test_what_keeps_the_mix_is_not_filtered(kit, world):
    kept = kit.share("counting/geometric", 6).model_copy(update={"weakness": None})
    inputs = world.inputs(kit.diagnosis(kept, categories=()))
    generate(kit.settings(canary=0), inputs, world.root / "set", kit.policy)
    train = read_split(TrainingSetArtifact(world.root / "set"), "train")
    assert [s.pass_rate for s in train] == [None] * 6


def test_the_manifest_says_where_it_came_from(kit, world):
    inputs = world.inputs(found(kit))
    manifest = generate(kit.settings(), inputs, world.root / "set", kit.policy).manifest
    assert set(manifest.inputs) == {"diagnosis", "policy", "benchmark-0"}
    assert manifest.inputs["policy"] == "policy"
    assert manifest.facts["generated_by"] == "programmatic"
    assert manifest.facts["verified_by"] == (
        "answer_shape, safe_decode, licence, duplicate, decontamination, difficulty"
    )
    plan = json.loads((world.root / "set" / "plan.json").read_text())
    assert plan["diagnosis"] == manifest.inputs["diagnosis"]
    card = (world.root / "set" / "README.md").read_text()
    assert plan["diagnosis"] in card
    assert "| train | 18 |" in card


def test_two_runs_write_the_same_bytes(kit, tmp_path, world):
    first = generate(kit.settings(), world.inputs(found(kit)), world.root / "set", kit.policy)
    other = type(world)(tmp_path / "other")
    again = generate(kit.settings(), other.inputs(found(kit)), other.root / "set", kit.policy)
    assert shards_of(first.path) == shards_of(again.path)
    assert first.digest == again.digest


@pytest.mark.parametrize("dies_after", [20, 50, 70])
def test_killed_and_resumed_writes_the_same_bytes_and_asks_nothing_twice(kit, world, dies_after):
    inputs = world.inputs(found(kit))
    whole = generate(kit.settings(), inputs, world.root / "whole", kit.policy)
    other = type(world)(world.root / "other")
    inputs = other.inputs(found(kit))
    out = other.root / "set"
    with pytest.raises(KeyboardInterrupt):
        generate(kit.settings(), inputs, out, lambda: kit.policy(dies_after=dies_after))
    assert not out.exists()
    resumed = generate(kit.settings(), inputs, out, kit.policy)
    assert shards_of(whole.path) == shards_of(resumed.path)
    assert other.folder.ledger.counts()["asked_again"] == 0


def test_planted_benchmark_items_are_never_admitted(kit, world):
    """The training set of a first run is the benchmark of a second: nothing comes back."""
    inputs = world.inputs(found(kit))
    generate(kit.settings(), inputs, world.root / "first", kit.policy)
    first = TrainingSetArtifact(world.root / "first")
    planted = [
        world.sample(kit.candidate("color", "x"), i).model_copy(
            update={"question": s.question, "images": s.images, "attributes": {}}
        )
        for i, s in enumerate(read_split(first, "train"))
    ]
    inputs = replace(inputs, evaluations=(world.evaluate(planted, "planted"),))
    generate(kit.settings(), inputs, world.root / "second", kit.policy)
    second = TrainingSetArtifact(world.root / "second")
    pictures = {name for s in planted for name in s.images}
    assert not pictures & {n for s in read_split(second, "train") for n in s.images}
    rejected = read_records(world.root / "second" / "rejected.parquet", Rejected)
    caught = [r for r in rejected if r.gate == "decontamination"]
    assert len(caught) >= 18
    assert all("bench/" in r.evidence for r in caught)


def test_earlier_rounds_are_not_repeated(kit, world):
    inputs = world.inputs(found(kit))
    generate(kit.settings(), inputs, world.root / "first", kit.policy)
    again = replace(inputs, earlier=(world.root / "first",))
    generate(kit.settings(), again, world.root / "second", kit.policy)
    one, two = (
        {n for s in read_split(TrainingSetArtifact(world.root / name), "train") for n in s.images}
        for name in ("first", "second")
    )
    assert not one & two


def test_a_cell_the_policy_always_fails_stays_open(kit, world):
    wanted = kit.diagnosis(kit.share(PRESENCE, 5), kit.share("ocr/text_dense", 3))
    inputs = world.inputs(wanted)
    settings = kit.settings(max_attempts=3, validation_share=0)
    generate(settings, inputs, world.root / "set", kit.policy)
    presence, ocr = TrainingSetArtifact(world.root / "set").outcomes().cells
    assert (presence.admitted, presence.open_because) == (5, None)
    assert ocr.admitted < 3
    assert ocr.open_because is not None
    assert ocr.open_because.startswith("difficulty: too hard rejected")
    watched = cells(TrainingSetArtifact(world.root / "set"))[1]  # as the monitors see it
    assert watched.asked >= watched.too_hard > 0
    assert watched.too_hard == ocr.rejected["difficulty: too hard"]


def test_with_the_difficulty_gate_off_no_model_is_opened(kit, world):
    def never():
        raise AssertionError("opened")

    settings = kit.settings(difficulty={"enabled": False})
    manifest = generate(settings, world.inputs(found(kit)), world.root / "set", never).manifest
    assert manifest.counts["open"] == 0
    assert "difficulty" not in manifest.facts["verified_by"]
    assert "policy" not in manifest.inputs
    train = read_split(TrainingSetArtifact(world.root / "set"), "train")
    assert {s.pass_rate for s in train} == {None}


def test_nothing_to_make_leaves_no_draft(kit, world):
    inputs = world.inputs(kit.diagnosis(kit.share("maps/diagram", 3)))
    with pytest.raises(StageError, match="maps/diagram"):
        generate(kit.settings(), inputs, world.root / "set", kit.policy)
    assert not (world.root / "set.tmp").exists()


def test_run_asks_the_configured_model(kit, world):
    answers = world.root / "answers.jsonl"
    lines = [
        {"prompt": "How many objects are there?", "repeat": i, "text": str(i % 2 + 1)}
        for i in range(8)
    ]
    answers.write_text("\n".join(json.dumps(line) for line in lines))
    inputs = replace(
        world.inputs(kit.diagnosis(kit.share(COUNTING, 4, objects="few"))),
        policy=ModelSettings(backend="replay", checkpoint=str(answers)),
    )
    run(kit.settings(), inputs, world.root / "set")
    made = TrainingSetArtifact(world.root / "set")
    assert {s.pass_rate for s in read_split(made, "train")} == {0.5}
    assert made.artifact.manifest.counts["train"] == 4


def test_what_the_policy_does_not_answer_is_counted(kit, world):
    answers = world.root / "answers.jsonl"
    answers.write_text(json.dumps({"prompt": "something else", "text": "1"}))
    inputs = replace(
        world.inputs(kit.diagnosis(kit.share(COUNTING, 2))),
        policy=ModelSettings(backend="replay", checkpoint=str(answers)),
    )
    counts = run(kit.settings(max_attempts=2), inputs, world.root / "set").manifest.counts
    assert (counts["train"], counts["no_answer"], counts["open"]) == (0, 4, 2)


def test_the_catalogue_and_the_settings_are_what_the_roof_needs(kit):
    categories = {f"{m.capability}/{m.image_type}" for m in catalogue(kit.settings())}
    assert {PRESENCE, COUNTING} <= categories
    assert len(categories) <= len(families.names())
    assert identity(GenerationSettings())["difficulty"]["rollouts"] == 16


def test_a_set_made_again_knows_nothing_of_the_one_before(kit, world, monkeypatch):
    """Killed right after its draft was begun: what the set before decided must not come back."""
    inputs, out = world.inputs(found(kit)), world.root / "set"
    generate(kit.settings(), inputs, out, kit.policy)
    before = shards_of(out)
    remove(out)

    def killed(*args, **named):
        raise KeyboardInterrupt

    other = kit.settings(seed=1)
    with monkeypatch.context() as patch:
        patch.setattr(stage, "Journal", killed)
        with pytest.raises(KeyboardInterrupt):
            generate(other, inputs, out, kit.policy)
    generate(other, inputs, out, kit.policy)
    assert shards_of(out)["train/0000.parquet"] != before["train/0000.parquet"]
