"""Which samples are cited."""

from diagnostics.slices.exemplars import nearest, spread


def test_spread_takes_even_distances():
    assert spread([f"{i:02d}" for i in range(10)], 4) == ("00", "03", "06", "09")
    assert spread(["b", "a"], 5) == ("a", "b")
    assert spread(["b", "a"], 0) == ()


def test_nearest_shares_words_and_attributes_and_ties_go_by_id(make):
    failing = [make.sample(0, question="how many red dogs", attributes={"bars": "4"})]
    passing = [
        make.sample(4, question="which colour"),
        make.sample(3, question="how many red dogs", attributes={"bars": "4"}),
        make.sample(2, question="how many red dogs", attributes={"bars": "4"}),
        make.sample(1, question="how many cats"),
    ]
    assert nearest(failing, passing, 3) == ("s000002", "s000003", "s000001")


def test_nothing_to_cite(make):
    assert nearest([], [make.sample(1)], 3) == ()
    assert nearest([make.sample(1)], [], 3) == ()
    assert nearest([make.sample(1, question="")], [make.sample(2, question="")], 3) == ("s000002",)
