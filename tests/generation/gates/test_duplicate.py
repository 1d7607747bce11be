"""The same picture and question and target is a duplicate; two of the three are none."""

import io
from dataclasses import replace

from PIL import Image

from blindspot.core.images import encode
from generation.gate import Shown, gates


def gate_of(kit, world, earlier=(), admitted=None):
    known = {"earlier": earlier, "admitted": [] if admitted is None else admitted}
    return gates.load("duplicate").open(kit.surroundings(world.folder, **known))


def shown(kit, made, id_):
    return Shown(id_, made.question, kit.proposal(made).looks, made.target, made.options)


def cropped(made):
    image = Image.open(io.BytesIO(made.images[0]))
    return replace(made, images=(encode(image.crop((10, 20, 140, 118))),))


def admits(kit, gate, *made):
    verdicts = gate.judge([kit.proposal(m, f"new/{i}") for i, m in enumerate(made)])
    return [v.admitted for v in verdicts]


def test_a_copy_in_the_same_wave_is_rejected_and_the_wave_is_forgotten(kit, world):
    gate = gate_of(kit, world)
    made = kit.candidate("counting", "s")
    first, second = kit.proposal(made, "train/x/0/0"), kit.proposal(made, "train/x/1/0")
    verdicts = gate.judge([first, second])
    assert [v.admitted for v in verdicts] == [True, False]
    assert "train/x/0/0" in verdicts[1].evidence
    assert admits(kit, gate, made) == [True]


def test_what_earlier_waves_admitted_counts_as_soon_as_it_is_admitted(kit, world):
    admitted: list[Shown] = []
    gate = gate_of(kit, world, admitted=admitted)
    one, other = kit.candidate("counting", "s"), kit.candidate("clock", "t")
    assert admits(kit, gate, one, other) == [True, True]
    admitted.append(shown(kit, one, "train/x/0"))
    assert admits(kit, gate, one, other) == [False, True]
    admitted.append(shown(kit, other, "train/x/1"))
    assert admits(kit, gate, one, other) == [False, False]


def test_a_resumed_run_decides_the_same(kit, world):
    made = [kit.found(i) for i in range(4)]
    waves = [made[:2], [cropped(made[0]), made[2]], [made[3], cropped(made[1]), made[3]]]
    admitted: list[Shown] = []
    gate = gate_of(kit, world, admitted=admitted)
    decided = []
    for number, wave in enumerate(waves):
        decided.append(admits(kit, gate, *wave))
        admitted += [shown(kit, m, f"{number}/{i}") for i, m in enumerate(wave) if decided[-1][i]]
    resumed = gate_of(kit, world, admitted=[s for s in admitted if not s.id.startswith("2/")])
    assert decided == [[True, True], [False, True], [True, False, False]]
    assert admits(kit, resumed, *waves[2]) == decided[2]


def test_another_question_or_target_on_the_same_picture_is_none(kit, world):
    made = kit.candidate("presence", "s")
    others = [made, replace(made, question="Is it blue?"), replace(made, target="maybe")]
    assert admits(kit, gate_of(kit, world), *others) == [True, True, True]


def test_earlier_rounds_count(kit, world):
    made = kit.candidate("counting", "s")
    (verdict,) = gate_of(kit, world, [shown(kit, made, "train/y/3")]).judge([kit.proposal(made)])
    assert not verdict.admitted
    assert "train/y/3 of an earlier round" in verdict.evidence


def test_a_crop_of_a_found_picture_is_a_duplicate_and_with_another_question_none(kit, world):
    made = kit.found(1)
    gate = gate_of(kit, world, [shown(kit, made, "a")])
    crop = cropped(made)
    reworded = replace(crop, question="Please tell how many red cars there are")
    other = replace(crop, question="How many trees are behind the house?")
    assert admits(kit, gate, crop) == [False]
    assert admits(kit, gate, reworded) == [False]
    assert admits(kit, gate, other) == [True]
    assert admits(kit, gate, replace(crop, target="4")) == [True]


def test_options_in_another_order_are_the_same(kit, world):
    made = kit.found(1, options=("red", "blue", "green"), target="B", answer_kind="choice")
    gate = gate_of(kit, world, [shown(kit, made, "a")])
    permuted = replace(made, options=("blue", "green", "red"), target="A")
    wrong = replace(made, options=("blue", "green", "red"), target="B")
    assert admits(kit, gate, permuted) == [False]
    assert admits(kit, gate, wrong) == [True]


def test_of_several_pictures_all_must_be_known_from_one_sample(kit, world):
    one, other, third = (kit.found(i).images[0] for i in range(3))
    pair = kit.found(0, images=(one, other))
    gate = gate_of(kit, world, [shown(kit, pair, "a")])
    assert admits(kit, gate, pair) == [False]
    assert admits(kit, gate, replace(pair, images=(other, one))) == [False]
    assert admits(kit, gate, replace(pair, images=(one, third))) == [True]
