"""Planted benchmark items are never admitted: as they are, rendered anew, or transformed."""

import io
import pickle
from dataclasses import replace

import pytest
from PIL import Image, ImageEnhance, ImageOps

from blindspot.core.images import encode
from blindspot.core.records import Edit
from generation.gate import Shown, gates

FAMILIES = ("counting", "chart_extremum", "ocr_digits", "presence", "clock")


def gate_of(kit, world, planted):
    benchmark = [
        Shown(f"bench/{i}", p.candidate.question, p.looks, content=p.candidate.content)
        for i, p in enumerate(planted)
    ]
    return gates.load("decontamination").open(kit.surroundings(world.folder, benchmark=benchmark))


def plant(kit, count=20):
    return [
        kit.proposal(kit.candidate(name, f"p{i}", reserved=True))
        for name in FAMILIES
        for i in range(count)
    ]


def test_no_exact_copy_is_admitted_even_if_its_content_is_not_known(kit, world):
    planted = plant(kit)
    gate = gate_of(kit, world, planted)
    anonymous = [replace(p, candidate=replace(p.candidate, content="")) for p in planted]
    for verdict in gate.judge([*planted, *anonymous]):
        assert not verdict.admitted
        assert "bench/" in verdict.evidence


def test_the_pixels_of_a_benchmark_picture_are_rejected_whatever_is_asked(kit, world):
    planted = plant(kit, 1)
    other = [
        replace(p, candidate=replace(p.candidate, content="", question="New?")) for p in planted
    ]
    verdicts = gate_of(kit, world, planted).judge(other)
    assert {v.cause for v in verdicts} == {"same pixels"}


def test_the_same_content_is_rejected_however_it_looks(kit, world):
    planted = plant(kit, 1)
    fresh = kit.proposal(kit.candidate("color", "other"))
    content = planted[0].candidate.content.upper() + " "
    said = replace(fresh, candidate=replace(fresh.candidate, content=content))
    (verdict,) = gate_of(kit, world, planted).judge([said])
    assert (verdict.admitted, verdict.cause) == (False, "same content")
    assert verdict.evidence == "says what bench/0 says"


def test_transformed_copies_are_rejected(kit, world):
    planted = plant(kit)
    verdicts = gate_of(kit, world, planted).judge([altered(kit, p) for p in planted])
    assert sum(v.admitted for v in verdicts) <= 1
    assert {v.cause for v in verdicts if not v.admitted} == {"near"}


def test_fresh_candidates_pass(kit, world):
    fresh = [kit.proposal(kit.candidate(name, f"f{i}")) for name in FAMILIES for i in range(20)]
    verdicts = gate_of(kit, world, plant(kit)).judge(fresh)
    assert sum(v.admitted for v in verdicts) >= 99


def changed(made, change, **changes):
    image = Image.open(io.BytesIO(made.images[0]))
    return replace(made, images=(encode(change(image)),), **changes)


CHANGES = {
    "crop": lambda image: image.crop((10, 20, 140, 118)),
    "turned": lambda image: image.transpose(Image.Transpose.ROTATE_270),
    "mirrored": ImageOps.mirror,
    "in grey": lambda image: image.convert("L"),
    "half size": lambda image: image.resize((80, 60)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_benchmark_picture_is_rejected_whatever_is_asked_of_it(kit, world, change):
    items = [kit.found(i) for i in range(12)]
    gate = gate_of(kit, world, [kit.proposal(m) for m in items])
    same = [kit.proposal(changed(m, CHANGES[change])) for m in items]
    other = [kit.proposal(changed(m, CHANGES[change], question="Is it wet?")) for m in items]
    for asked, proposals in (("same question", same), ("another question", other)):
        verdicts = gate.judge(proposals)
        assert sum(v.admitted for v in verdicts) == 0
        assert all(v.evidence.endswith(asked) for v in verdicts)
        assert {v.cause for v in verdicts} <= {"near", "part"}
        assert [f"bench/{i} " in v.evidence for i, v in enumerate(verdicts)] == [True] * 12


def test_found_pictures_that_are_in_no_benchmark_pass(kit, world):
    gate = gate_of(kit, world, [kit.proposal(kit.found(i)) for i in range(12)])
    verdicts = gate.judge([kit.proposal(kit.found(100 + i)) for i in range(12)])
    assert [v.admitted for v in verdicts] == [True] * 12


def test_where_the_benchmarks_own_pictures_are_alike_the_question_decides(kit, world):
    item = kit.found(1)
    sibling = changed(item, lambda image: image.crop((4, 0, 160, 118)), question="Is it wet?")
    gate = gate_of(kit, world, [kit.proposal(item), kit.proposal(sibling)])
    crop = changed(item, CHANGES["crop"])
    unrelated = replace(crop, question="Which season might it be?")
    verdicts = gate.judge([kit.proposal(crop), kit.proposal(unrelated)])
    assert [v.admitted for v in verdicts] == [False, True]


def test_a_drawn_picture_near_a_benchmarks_counts_only_with_its_question(kit, world):
    (item,) = (p for p in plant(kit, 1) if p.candidate.question.startswith("How many"))
    copy = altered(kit, item)
    asked_else = replace(copy, candidate=replace(copy.candidate, question="Is it wet?"))
    edited = Edit(parent="a" * 64, operation="brightness", child="b" * 64)
    by_hand = replace(asked_else, candidate=replace(asked_else.candidate, lineage=(edited,)))
    verdicts = gate_of(kit, world, [item]).judge([copy, asked_else, by_hand])
    assert [v.admitted for v in verdicts] == [False, True, False]


def test_the_open_gate_can_be_sent_to_another_process(kit, world):
    items = [kit.found(i) for i in range(3)]
    gate = pickle.loads(pickle.dumps(gate_of(kit, world, [kit.proposal(m) for m in items])))
    (verdict,) = gate.judge([kit.proposal(changed(items[1], CHANGES["crop"]))])
    assert not verdict.admitted


def altered(kit, proposal):
    """Darker, and through JPEG; nothing is known of the content."""
    image = Image.open(io.BytesIO(proposal.candidate.images[0])).convert("RGB")
    buffer = io.BytesIO()
    ImageEnhance.Brightness(image).enhance(0.9).save(buffer, format="JPEG", quality=75)
    data = encode(Image.open(buffer).convert("RGB"))
    return kit.proposal(replace(proposal.candidate, images=(data,), content=""))
