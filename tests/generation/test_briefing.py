"""Topics: which place reads which, and how often the planner is asked."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from blindspot.core.records import CellShare, Failure
from blindspot.core.run_folder import RunFolder
from blindspot.core.training_set import PlanCell
from generation.agents.planner import PlannerRequest, Topic, Topics
from generation.briefing import topic_seed, topics, tried
from generation.means import Means
from generation.source import Want


class Staff:
    """A planner whose topics tell set and number."""

    solvers = 0

    def __init__(self, fails: bool = False) -> None:
        self.requests: list[PlannerRequest] = []
        self._fails = fails

    def consult(
        self,
        role: str,
        agent: Any,
        requests: Sequence[Any],
        cells: Sequence[str],
        *,
        seeds: Sequence[str] = (),
        member: int = 0,
    ) -> list[Any]:
        assert (role, len(cells), len(set(seeds))) == ("planner", len(requests), len(requests))
        self.requests += requests
        if self._fails:
            return [Failure(kind="timeout", message="late", retryable=True) for _ in requests]
        return [
            Topics(
                topics=tuple(Topic(subject=f"{seed}#{i}", idea="ask") for i in range(request.count))
            )
            for request, seed in zip(requests, seeds, strict=True)
        ]


def cell(quota: int, examples: tuple[str, ...] = (), name: str = "counting/map") -> PlanCell:
    capability, image_type = name.split("/")
    want = CellShare(capability=capability, image_type=image_type, share=1, quota=quota, why="weak")
    return PlanCell(
        name=want.name, split="train", want=want, quota=quota, brief="b", examples=examples
    )


def wants(of: PlanCell, attempt: int = 0) -> list[Want]:
    return [Want(of, f"0/0/{of.split}/{of.name}/{n}/{attempt}") for n in range(of.quota)]


def planned(asked: Sequence[Want], staff: Staff | None = None) -> list[Topic | Failure]:
    return topics(asked, Means(RunFolder(Path("run")), staff or Staff()))


def test_a_cell_is_planned_in_sets_of_eight():
    staff = Staff()
    found = planned(wants(cell(19)), staff)
    assert [request.count for request in staff.requests] == [8, 8, 3]
    assert len({topic.subject for topic in found if isinstance(topic, Topic)}) == 19


def test_the_planner_is_told_the_cell_and_never_the_same_examples_first():
    staff = Staff()
    planned(wants(cell(16, tuple(f"e{i}" for i in range(8)))), staff)
    first, second = staff.requests
    assert first.examples == tuple(f"e{i}" for i in range(6))
    assert second.examples == ("e6", "e7", "e0", "e1", "e2", "e3")
    assert (first.capability, first.image_type) == ("counting", "map")
    assert first.brief.startswith("b; ")
    assert first.capability_definition == "how many"
    assert first.image_type_definition == "maps of places"
    planned(wants(cell(1, ("only",))), staff)
    assert staff.requests[2].examples == ("only",)


def test_a_topic_lasts_for_three_attempts():
    of = cell(2)
    found = [planned(wants(of, attempt)) for attempt in range(6)]
    assert found[0] == found[1] == found[2]
    assert found[3] == found[4] == found[5]
    assert found[0] != found[3]
    assert [tried(wants(of, attempt)[0]) for attempt in range(4)] == [0, 1, 2, 0]
    assert topic_seed(wants(of, 0)[0]) == topic_seed(wants(of, 2)[0])
    assert topic_seed(wants(of, 0)[0]) != topic_seed(wants(of, 3)[0])


@given(st.integers(1, 30), st.data())
def test_a_place_reads_the_same_topic_whoever_else_asks(quota, data):
    whole = wants(cell(quota)) + wants(cell(3, name="ocr/map"))
    every = dict(zip([w.seed for w in whole], planned(whole), strict=True))
    some = data.draw(st.lists(st.sampled_from(whole), unique_by=lambda want: want.seed))
    assert planned(some) == [every[want.seed] for want in some]


def test_no_two_sets_are_the_same_question():
    """A planner that draws greedily would answer them alike."""
    staff = Staff()
    for attempt in range(0, 12, 3):
        planned(wants(cell(48), attempt), staff)
    assert len(staff.requests) == 24
    assert len({request.brief for request in staff.requests}) == 24


def test_terms_that_no_taxonomy_knows_have_no_definition():
    staff = Staff()
    planned(wants(cell(1, name="own/kind")), staff)
    assert staff.requests[0].capability_definition == ""


def test_a_planner_that_does_not_answer():
    found = planned(wants(cell(3)), Staff(fails=True))
    assert [one.kind for one in found if isinstance(one, Failure)] == ["timeout"] * 3
