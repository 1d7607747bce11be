"""Whether a condition decides which answers are possible, as "absent" decides "no".

A slice of such samples is a bias as much as a lack, and training data for it needs its opposite
beside it (`cells.py`).
"""

from collections.abc import Sequence

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
