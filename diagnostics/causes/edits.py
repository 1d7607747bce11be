"""How many slips lie between two texts: the restricted Damerau–Levenshtein distance.

>>> edits("harbovr", "harbour", 2)
1
>>> edits("20934", "20394", 1)          # two exchanged
1
>>> edits("station", "harbour", 2)      # beyond the limit
3
"""

from typing import Final

_LONGEST: Final = 60
"""Words of an answer that are searched."""
_LIMITS: Final = ((4, 0), (8, 1), (16, 2))
"""Characters of a text, and how many slips a shorter one may have."""
_MOST: Final = 3


def edits(one: str, other: str, limit: int) -> int:
    """Insertions, deletions, replacements and exchanges of neighbours from one to the other;
    `limit` + 1 where there are more.
    """
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before, last = [0] * (len(other) + 1), list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i, *([0] * len(other))]
        for j, b in enumerate(other, 1):
            row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                row[j] = min(row[j], before[j - 2] + 1)
        if min(row) > limit:
            return limit + 1
        before, last = last, row
    return min(last[-1], limit + 1)


def nearest(text: str, target: str) -> str | None:
    """The words of the text that are the target but for a slip; None where there are none, or the
    target itself stands there. Both are normalised.
    """
    limit = next((most for size, most in _LIMITS if len(target) < size), _MOST)
    if limit == 0 or target in text:
        return None
    for near in _windows(text, target):
        count = edits(near, target, limit)
        if count <= limit and (count == 1 or near[0] == target[0]):
            return near
    return None


def _windows(text: str, target: str) -> list[str]:
    """Runs of as many words as the target has, one more or one less; the last ones first."""
    words = [w.strip(".,;:!?\"'`*()") for w in text.split()][-_LONGEST:]
    size = len(target.split())
    runs = [
        " ".join(words[i : i + n])
        for n in (size, size + 1, size - 1)
        if n > 0
        for i in range(len(words) - n, -1, -1)
    ]
    return [run for run in runs if run]
