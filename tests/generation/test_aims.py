"""Which skills a weakness passes on to whoever makes samples for it."""

from generation.aims import _skills


def named(**counts: int) -> tuple[str, ...]:
    skills = {f"{skill}-{i}": skill for skill, count in counts.items() for i in range(count)}
    return _skills(skills, sorted(skills))


def test_what_is_named_now_and_then_is_a_slip_and_not_a_skill():
    assert named(clock=14, bars=3, colors=3) == ("clock",)
    assert named(clock=14, bars=7, colors=6) == ("clock", "bars")


def test_at_most_three_the_most_frequent_first_and_ties_by_name():
    assert named(d=4, c=4, b=5, a=4) == ("b", "a", "c")


def test_members_without_a_skill_name_none():
    assert _skills({"x": "clock"}, ("y",)) == ()
