"""The same picture and question and target is a duplicate; two of the three are none."""

from dataclasses import replace

from generation.gate import Shown, gates


def gate_of(kit, world, earlier=()):
    return gates.load("duplicate").open(kit.surroundings(world.folder, earlier=earlier))


def test_a_copy_in_the_same_wave_or_a_later_one_is_rejected(kit, world):
    gate = gate_of(kit, world)
    made = kit.candidate("counting", "s")
    first, second = kit.proposal(made, "train/x/0/0"), kit.proposal(made, "train/x/1/0")
    verdicts = gate.judge([first, second])
    assert [v.admitted for v in verdicts] == [True, False]
    assert "train/x/0/0" in verdicts[1].evidence
    assert not gate.judge([kit.proposal(made, "train/x/2/1")])[0].admitted


def test_another_question_or_target_on_the_same_picture_is_none(kit, world):
    made = kit.candidate("presence", "s")
    others = [made, replace(made, question="Is it blue?"), replace(made, target="maybe")]
    verdicts = gate_of(kit, world).judge([kit.proposal(m, f"t/{i}") for i, m in enumerate(others)])
    assert [v.admitted for v in verdicts] == [True, True, True]


def test_earlier_rounds_count(kit, world):
    made = kit.candidate("counting", "s")
    known = Shown("train/y/3", made.question, kit.proposal(made).looks, made.target)
    (verdict,) = gate_of(kit, world, [known]).judge([kit.proposal(made)])
    assert not verdict.admitted
    assert "train/y/3 of an earlier round" in verdict.evidence
