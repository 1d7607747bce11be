"""Planted benchmark items are never admitted: as they are, rendered anew, or transformed."""

import io
from dataclasses import replace

from PIL import Image, ImageEnhance

from blindspot.core.images import encode
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


def altered(kit, proposal):
    """Darker, and through JPEG; nothing is known of the content."""
    image = Image.open(io.BytesIO(proposal.candidate.images[0])).convert("RGB")
    buffer = io.BytesIO()
    ImageEnhance.Brightness(image).enhance(0.9).save(buffer, format="JPEG", quality=75)
    data = encode(Image.open(buffer).convert("RGB"))
    return kit.proposal(replace(proposal.candidate, images=(data,), content=""))
