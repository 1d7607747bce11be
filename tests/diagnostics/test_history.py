"""What earlier rounds say to the mixture."""

from diagnostics.changes.paired import Answered, changes
from diagnostics.history import History


def test_a_strong_category_falls_where_it_lost_and_may_have_lost_much(make) -> None:
    for n, lost, fell in ((100, 10, True), (400, 1, False), (20, 1, True), (20, 0, False)):
        samples = [make.sample(i) for i in range(n)]
        before = [make.answered(s, 1.0) for s in samples]
        after = [make.answered(s, float(i >= lost)) for i, s in enumerate(samples)]
        found = changes(
            Answered(1, samples, after),
            [Answered(0, samples, before)],
            {"counting/geometric"},
            seed=0,
        )
        fallen = History(found).fallen()
        assert fallen == ({("counting", "geometric")} if fell else set()), (n, lost)
