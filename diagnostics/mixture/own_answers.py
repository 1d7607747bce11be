"""Whether a condition decides which answers are possible, as "absent" decides "no".

A slice of such samples is a bias as much as a lack, and training data for it needs its opposite
beside it (`cells.py`).
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from blindspot.core.records import Sample

REPEATS = 5
"""Samples per distinct target from which on targets count as repeating. Those that hardly repeat
(boxes, words) differ between any two slices, and say nothing."""


def own_answers(inside: Sequence[str], outside: Sequence[str]) -> tuple[str, ...]:
    """The targets `inside` a slice, sorted, if no sample `outside` it, in its category, has one of
    them and both repeat; otherwise none.

    >>> own_answers(["no"] * 20, ["yes"] * 20)
    ('no',)
    """
    sides = set(inside), set(outside)
    if not outside or sides[0] & sides[1]:
        return ()
    if len(inside) < REPEATS * len(sides[0]) or len(outside) < REPEATS * len(sides[1]):
        return ()
    return tuple(sorted(sides[0]))


class Decided(NamedTuple):
    """Which answers a condition allows, and by what."""

    answers: tuple[str, ...] = ()
    """Empty where it does not decide them."""
    by: tuple[str, ...] = ()
    """The attributes of the condition that decide them; empty for all together."""


def decided(
    condition: Mapping[str, str], members: Collection[str], category: Sequence[Sample]
) -> Decided:
    """What the condition of a slice, the `members` (ids) of a category, decides. Of two attributes
    one may decide alone: "absent" among many objects allows only "no" as "absent" among few does,
    which a comparison of the slice with the rest of its category does not show.
    """
    if not condition:
        return Decided()
    for name, value in sorted(condition.items()) if len(condition) > 1 else ():
        alone = {s.id for s in category if s.attributes.get(name) == value}
        if answers := _own(alone, category):
            return Decided(answers, (name,))
    return Decided(_own(members, category))


def _own(members: Collection[str], category: Sequence[Sample]) -> tuple[str, ...]:
    inside = [s.target for s in category if s.id in members]
    return own_answers(inside, [s.target for s in category if s.id not in members])
