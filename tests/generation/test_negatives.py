"""What the policy says wrong where it cannot see, and what makes no pair."""

import pytest

from blindspot.core.images import encode
from blindspot.core.records import Completion, Failure, NegativePair, TrainingSample
from blindspot.core.tables import read_records
from blindspot.core.training_set import TrainingSetArtifact, read_split
from generation.negatives import negatives
from generation.stage import generate


def sample(world, number, target="5", cell="a/b", evidence=((4.0, 4.0, 20.0, 20.0),), rollouts=0):
    from PIL import Image

    picture = Image.new("RGB", (48, 48), (number * 9 % 255, 40, 200))
    return TrainingSample(
        id=f"train/{cell}/{number}",
        split="train",
        cell=cell,
        question="How many?",
        prompt="How many?",
        images=(world.folder.images.put(encode(picture)),),
        target=target,
        answer_kind="number",
        capability="a",
        image_type="b",
        source="test",
        evidence=evidence,
        rollouts=rollouts,
    )


def look(world, kit, samples, answer, most=0, **changes):
    asked = []

    def ask(requests, cells=()):
        asked.extend(zip(requests, cells, strict=True))
        return [answer(r) for r in requests]

    settings = kit.settings(negatives={"samples": most or len(samples), **changes})
    return negatives(samples, settings, world.folder.images, ask), asked


def test_a_wrong_answer_under_each_distortion(kit, world):
    """Each picture differs from the sample's, and the swapped one is the other sample's."""
    samples = [sample(world, 0), sample(world, 1, target="7")]
    said = iter(range(100, 200))
    found, asked = look(world, kit, samples, lambda r: Completion(text=str(next(said))))
    assert {(p.sample_id, p.distortion) for p in found.pairs} == {
        (s.id, d) for s in samples for d in ("mask", "blur", "noise", "swap")
    }
    assert {p.how for p in found.pairs} == {"distorted image"}
    assert {p.chosen for p in found.pairs if p.sample_id == samples[1].id} == {"7"}
    own = {s.id: s.images for s in samples}
    assert all(p.seen_images != own[p.sample_id] for p in found.pairs if p.distortion != "blur")
    swapped = {p.sample_id: p.seen_images for p in found.pairs if p.distortion == "swap"}
    assert swapped == {samples[0].id: samples[1].images, samples[1].id: samples[0].images}
    assert {cell for _, cell in asked} == {"a/b"}


def test_the_mask_hides_the_evidence_and_nothing_else(kit, world):
    found, _ = look(
        world, kit, [sample(world, 3)], lambda r: Completion(text="9"), distortions=("mask",)
    )
    (pair,) = found.pairs
    masked = world.folder.images.open(pair.seen_images[0])
    plain = world.folder.images.open(sample(world, 3).images[0])
    assert masked.getpixel((10, 10)) != plain.getpixel((10, 10))
    assert masked.getpixel((30, 30)) == plain.getpixel((30, 30))


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        (Completion(text="5"), "right"),
        (Completion(text="6", finish_reason="length"), "truncated"),
        (Completion(text=" "), "empty"),
        (Failure(kind="timeout", message="", retryable=True), "timeout"),
    ],
)
def test_what_makes_no_pair(kit, world, outcome, why):
    found, _ = look(world, kit, [sample(world, 0)], lambda r: outcome, distortions=("blur",))
    assert (found.pairs, dict(found.without)) == ([], {why: 1})
    assert found.counts() == {"negatives": 0, f"no negative.{why}": 1}


def test_no_evidence_no_mask_and_no_other_key_no_swap(kit, world):
    one = sample(world, 0, evidence=())
    twin = sample(world, 1, evidence=())
    found, asked = look(
        world, kit, [one, twin], lambda r: Completion(text="9"), distortions=("mask", "swap")
    )
    assert (found.pairs, asked) == ([], [])


def test_masked_attention_sees_the_picture_itself(kit, world):
    one = sample(world, 0)
    found, asked = look(
        world, kit, [one], lambda r: Completion(text="9"), distortions=("attention",)
    )
    assert [(r.images, r.blindfolded) for r, _ in asked] == [(one.images, True)]
    (pair,) = found.pairs
    assert (pair.how, pair.seen_images) == ("masked attention", ())


def test_wrong_rollouts_are_the_gates_own_requests(kit, world):
    one = sample(world, 0, rollouts=4)
    answers = ["5", "6", "6", "7"]
    found, asked = look(
        world, kit, [one], lambda r: Completion(text=answers[r.repeat]), distortions=()
    )
    assert [r.repeat for r, _ in asked] == [0, 1, 2, 3]
    assert {r.sampling.temperature for r, _ in asked} == {1.0}
    assert [(p.rejected, p.how) for p in found.pairs] == [
        ("6", "wrong rollout"),
        ("7", "wrong rollout"),
    ]
    assert dict(found.without) == {"right": 1, "repeated": 1}


def test_they_are_drawn_over_cells_whatever_the_order(kit, world):
    samples = [sample(world, i, cell="big") for i in range(20)]
    samples += [sample(world, i, cell="small") for i in range(2)]
    chosen = []
    for order in (samples, samples[::-1]):
        found, _ = look(
            world, kit, order, lambda r: Completion(text="9"), most=4, distortions=("blur",)
        )
        chosen.append(sorted(p.sample_id for p in found.pairs))
    assert chosen[0] == chosen[1]
    assert [i.split("/")[1] for i in chosen[0]] == ["big", "big", "small", "small"]


def test_the_stage_writes_them_and_the_rollouts_cost_nothing_more(kit, world):
    wanted = kit.diagnosis(kit.share("presence/geometric", 6))
    inputs, policy = world.inputs(wanted), kit.policy()
    plain = kit.settings(canary=0, validation_share=0, difficulty={"max_tokens": 8})
    generate(plain, inputs, world.root / "plain", lambda: policy)
    before = policy.asked
    changed = {"samples": 6, "distortions": ("swap",), "max_tokens": 8}
    settings = plain.model_copy(update={"negatives": type(plain.negatives).model_validate(changed)})
    made = generate(settings, inputs, world.root / "set", lambda: policy)
    pairs = read_records(world.root / "set" / "negatives.parquet", NegativePair)
    train = {s.id: s for s in read_split(TrainingSetArtifact(world.root / "set"), "train")}
    assert policy.asked - before <= 6
    assert pairs
    assert {p.how for p in pairs} >= {"wrong rollout"}
    assert all(p.rejected != train[p.sample_id].target for p in pairs)
    assert made.manifest.counts["negatives"] == len(pairs)
    assert not (world.root / "plain" / "negatives.parquet").exists()
