"""When two questions ask the same: the same words, or most of those that say something.

    alike("How many red cars are there?", "What is the number of red cars?")   →  True
    alike("How many red cars are there?", "What color is the sign?")           →  False

Words that questions are built of (`how`, `many`, `the`, `image`) are left out; of the rest, half
must be shared. It finds questions that were turned around or lengthened, not those in other words
altogether.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from blindspot.core.grading import normalise

LEAST_SHARED: Final = 0.5
"""Of the words of both questions that say something."""

_BUILT_OF: Final = frozenset(
    normalise(
        """about according and are as at based be below by can color colour did do does figure for
        from given has have how image in is it its many much name number of on or photo picture
        please question scene see seen show showing shown shows tell that their there these this
        to visible was were what when where which who whose why with would you"""
    ).split()
)
_WORD: Final = re.compile(r"[^\W_]+")


def same(one: str, other: str) -> bool:
    """Whether two questions are the same text, but for case, articles and spaces."""
    return one == other or _normal(one) == _normal(other)


def alike(one: str, other: str) -> bool:
    """Whether two questions ask the same."""
    if same(one, other):
        return True
    first, second = _words(one), _words(other)
    return len(first & second) >= LEAST_SHARED * max(1, len(first | second))


def answer(target: str, options: Sequence[str]) -> str:
    """What is right, normalised: of a choice the option's text, so that its letter and the order
    of the options do not count.
    """
    place = ord(target.strip()[0].upper()) - ord("A") if len(target.strip()) == 1 else -1
    text = options[place] if 0 <= place < len(options) else target
    return _normal(text) or text.strip().casefold()


@lru_cache(maxsize=65536)
def _normal(text: str) -> str:
    return normalise(text)


@lru_cache(maxsize=65536)
def _words(question: str) -> frozenset[str]:
    """What a question says; all its words where it says nothing else."""
    words = frozenset(_WORD.findall(_normal(question)))
    return words - _BUILT_OF or words
