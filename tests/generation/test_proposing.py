"""What is done for one place by itself needs nobody, and is the same wherever it is done."""

import pickle
from dataclasses import replace

import numpy as np
from PIL import Image

from blindspot.core.images import encode
from blindspot.core.records import Failure
from blindspot.core.training_set import PlanCell
from generation.gate import Guard, Proposal, Verdict, gates, open_gates, shown
from generation.likeness import look
from generation.means import Means
from generation.proposing import Proposing, Task
from generation.source import SourceSettings, Want, makers


class Judge:
    """Admits or not, and counts."""

    def __init__(self, admits):
        self.admits, self.asked = admits, 0

    def judge(self, proposals):
        self.asked += len(proposals)
        return [Verdict(self.admits, "ruled") for _ in proposals]


def want(kit):
    name = "counting/geometric"
    cell = PlanCell(name=name, split="train", want=kit.share(name, 1), quota=1, brief="")
    return Want(cell, "0/0/x/0/0")


def guard(name, judge, guards=lambda cell: True):
    return Guard(name, guards, judge, alone=True)


def proposing(kit, world, **known):
    """As a run has it: the gates that need nobody, and a source that does not."""
    source = SourceSettings(size=48, families=("counting",))
    settings = kit.settings(sources=(source,), difficulty={"enabled": False})
    surroundings = kit.surroundings(world.folder, settings=settings, **known)
    (maker,) = makers(settings.sources, Means(world.folder, surroundings.staff))
    guards = [guard for guard in open_gates(surroundings) if guard.alone]
    return Proposing({("train", "counting/geometric"): maker.source}, guards)


def made_by(work, task):
    made = work(task)
    assert isinstance(made, Proposal)
    return made


def test_these_gates_need_nobody(kit, world):
    assert [g.name for g in proposing(kit, world).guards] == [
        "answer_shape",
        "safe_decode",
        "licence",
        "decontamination",
    ]
    assert {"duplicate", "difficulty"} <= set(gates.names())


def test_a_place_becomes_a_judged_proposal(kit, world):
    made = made_by(proposing(kit, world), Task("train/counting/geometric/0/0", want(kit)))
    assert (made.id, made.cell.name) == ("train/counting/geometric/0/0", "counting/geometric")
    assert made.prompt == made.candidate.question == "How many objects are there?"
    assert len(made.looks) == len(made.candidate.images) == 1
    assert [v.admitted for v in made.judged.values()] == [True] * 4


def test_a_picture_looks_as_the_one_that_is_stored(kit, world):
    """Of 16 bits the store keeps the upper eight, where Pillow clips: its own look, not the file's,
    is what later rounds are compared with.
    """
    deep = encode(Image.fromarray(np.linspace(0, 65535, 48 * 48).reshape(48, 48).astype("uint16")))
    candidate = replace(kit.candidate("counting", "s"), images=(deep,))
    made = made_by(Proposing({}, []), Task("x", want(kit), candidate))
    stored = world.folder.images.open(world.folder.images.put(deep))
    assert made.looks[0].pixels == look(stored).pixels
    assert made.looks[0].grey.std() > 10, "clipped, it would be white"


def test_a_picture_that_cannot_be_decoded_is_a_failure_of_its_place(kit):
    candidate = replace(kit.candidate("counting", "s"), images=(b"no picture",))
    found = Proposing({}, [])(Task("x", want(kit), candidate))
    assert isinstance(found, Failure)
    assert (found.kind, found.retryable) == ("image", False)


def test_the_work_survives_its_journey(kit, world):
    """Pickled and read again it makes the same pictures and finds the same benchmark item."""
    (planted,) = world.benchmark("counting", 1, reserved=False)
    sample = world.folder.images.open(planted.images[0])
    known_to_all = shown(planted, (look(sample),))
    work = proposing(kit, world, benchmark=(known_to_all,))
    away = pickle.loads(pickle.dumps(work))
    fresh = Task("a", want(kit))
    known = Task("b", want(kit), kit.candidate("counting", "b0"))
    for task in (fresh, known):
        here, there = made_by(work, task), made_by(away, task)
        assert here.candidate == there.candidate
        assert here.judged == there.judged
        assert [a.pixels for a in here.looks] == [a.pixels for a in there.looks]
    assert made_by(away, fresh).judged["decontamination"].admitted
    assert made_by(away, known).judged["decontamination"].cause == "same content"


def test_behind_a_rejection_nobody_is_asked(kit):
    first, second, third = Judge(True), Judge(False), Judge(True)
    guards = [guard("a", first), guard("b", second), guard("c", third)]
    made = made_by(Proposing({}, guards), Task("x", want(kit), kit.candidate("counting", "s")))
    assert {name: v.admitted for name, v in made.judged.items()} == {"a": True, "b": False}
    assert third.asked == 0


def test_a_gate_judges_its_cells_only(kit):
    canary = guard("a", Judge(False), lambda cell: cell.split == "canary")
    made = made_by(Proposing({}, [canary]), Task("x", want(kit), kit.candidate("counting", "s")))
    assert made.judged == {}


def test_what_could_not_be_made_stays_a_failure(kit):
    failure = Failure(kind="budget", message="spent", retryable=False)
    assert Proposing({}, [])(Task("x", want(kit), failure)) is failure


def test_a_guard_repeats_what_was_judged_elsewhere(kit):
    judge = Judge(True)
    away = Guard("a", lambda cell: True, judge, alone=True)
    made = made_by(Proposing({}, [away]), Task("x", want(kit), kit.candidate("counting", "s")))
    assert away.verdicts([made]) == [Verdict(True, "ruled")]
    assert judge.asked == 1
    here = Guard("a", lambda cell: True, judge)
    assert here.verdicts([made]) == [Verdict(True, "ruled")]
    assert judge.asked == 2
