"""Slots are filled in waves, nothing is back-filled, and an open cell says why."""

from blindspot.core.journal import Journal
from blindspot.core.training_set import Plan
from generation.agent import AgentsSettings
from generation.decided import Candidacy, rejected
from generation.executors.local import Local
from generation.filled import NOBODY
from generation.filling import Filling
from generation.gate import ALL_SPLITS, Guard, Verdict
from generation.means import Means
from generation.source import makers
from generation.staff import Staff


class Doorkeeper:
    """Admits by a rule on the proposal; remembers the waves that it saw."""

    def __init__(self, rule):
        self.rule, self.waves = rule, []

    def judge(self, proposals):
        self.waves.append([p.id for p in proposals])
        return [Verdict(self.rule(p), "ruled", "" if self.rule(p) else "unfit") for p in proposals]


def fill(kit, world, cells, rule, guards=lambda cell: True, fresh=True, **changes):
    settings = kit.settings(**changes)
    keeper = Doorkeeper(rule)
    guard = Guard("keeper", guards, keeper)
    plan = Plan(diagnosis="d", cells=tuple(cells))
    filling = Filling(
        plan,
        makers(settings.sources, Means(world.folder, Staff(AgentsSettings(), world.folder))),
        [guard],
        settings,
        0,
        executor=Local(),
        images=world.folder.images,
        journal=Journal(world.folder.ledger, "set", Candidacy, fresh=fresh),
        admitted=[],
    )
    return filling.fill(lambda count=1, note="": None), keeper


def test_the_next_wave_serves_what_is_open_in_slot_order(kit, world):
    cells = [kit.cell("counting/geometric", 3)]
    filled, keeper = fill(kit, world, cells, lambda p: not p.id.endswith("/1/0"))
    assert keeper.waves == [
        [f"train/counting/geometric/{i}/0" for i in range(3)],
        ["train/counting/geometric/1/1"],
    ]
    assert [s.source[-3:] for s in filled.in_order()] == ["0/0", "1/1", "2/0"]


def test_a_rejected_candidate_is_kept_with_all_that_a_person_judges_it_by(kit, world):
    rows = Journal(world.folder.ledger, "set", Candidacy, fresh=False).rows
    fill(kit, world, [kit.cell("localisation/geometric", 2)], lambda p: False, max_attempts=1)
    found = [rejected(row) for row in rows()]
    assert [r.answer_kind for r in found] == ["box", "box"]
    assert all(len(r.boxes) == 1 for r in found)


def test_a_starved_cell_is_reported_open_and_the_others_are_exact(kit, world):
    cells = [kit.cell("counting/geometric", 3), kit.cell("ocr/text_dense", 5)]
    filled, _ = fill(
        kit, world, cells, lambda p: p.cell.name != "counting/geometric", max_attempts=4
    )
    starved, other = filled.outcomes()
    assert (starved.admitted, starved.candidates, starved.rejected) == (
        0,
        12,
        {"keeper: unfit": 12},
    )
    assert starved.open_because == "keeper: unfit rejected 12 of 12 candidates; 3 slots are open"
    assert (other.admitted, other.quota, other.open_because) == (5, 5, None)
    assert len(filled.admitted) == 5


def test_a_hopeless_cell_is_given_up_early(kit, world):
    cells = [kit.cell("counting/geometric", 10)]
    filled, _ = fill(kit, world, cells, lambda p: False, max_attempts=40, patience=25)
    assert filled.outcomes()[0].candidates == 30


def test_a_cell_that_no_source_makes_is_open_from_the_start(kit, world):
    cells = [kit.cell("maps/diagram", 2), kit.cell("ocr/text_dense", 1)]
    filled, _ = fill(kit, world, cells, lambda p: True)
    assert [o.open_because for o in filled.outcomes()] == [NOBODY, None]
    assert filled.outcomes()[0].candidates == 0


def test_a_gate_guards_its_cells_only(kit, world):
    cells = [kit.cell("ocr/text_dense", 1, split) for split in ALL_SPLITS]
    train = lambda cell: cell.split == "train"  # noqa: E731
    filled, _ = fill(kit, world, cells, lambda p: False, guards=train, max_attempts=2)
    assert {s.split for s in filled.in_order()} == {"validation", "canary"}


def test_the_prompt_is_the_one_the_harness_sends(kit, world):
    filled, _ = fill(kit, world, [kit.cell("counting/geometric", 1)], lambda p: True)
    (admitted,) = filled.in_order()
    assert admitted.prompt == admitted.question
