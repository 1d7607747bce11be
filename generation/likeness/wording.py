"""When two questions ask the same: the same words, or most of those that say something.

    alike("How many red cars are there?", "What is the number of red cars?")   →  True
    alike("How many red cars are there?", "What color is the sign?")           →  False

`Questions` finds those alike of thousands.

Words that questions are built of (`how`, `many`, `the`, `image`) are left out; of the rest, half
must be shared. It finds questions that were turned around or lengthened, not those in other words
altogether.
"""

import re
from array import array
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

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
_KEPT: Final = 8192
"""Texts whose words are remembered: those of a window, and what they are like."""
_EMPTY: Final = partial(array, "q")
"""An array of 64-bit integers."""


def same(one: str, other: str) -> bool:
    """Whether two questions are the same text, but for case, articles and spaces."""
    return one == other or _normal(one) == _normal(other)


def alike(one: str, other: str) -> bool:
    """Whether two questions ask the same."""
    if same(one, other):
        return True
    first, second = _words(one), _words(other)
    return len(first & second) >= LEAST_SHARED * max(1, len(first | second))


class Questions:
    """Questions in the order in which they were put, found again by their words."""

    def __init__(self) -> None:
        self._lengths = _EMPTY()
        """How many words each has that say something."""
        self._by_word: defaultdict[str, array[int]] = defaultdict(_EMPTY)
        self._by_text: defaultdict[str, array[int]] = defaultdict(_EMPTY)

    def put(self, question: str) -> None:
        """Add one."""
        words, place = _words(question), len(self._lengths)
        self._lengths.append(len(words))
        self._by_text[_normal(question)].append(place)
        for word in words:
            self._by_word[word].append(place)

    def alike(self, question: str) -> NDArray[np.intp]:
        """The places of those that ask the same, in order; as `alike` has it for each of them."""
        words, lengths = _words(question), np.array(self._lengths)
        shared = np.zeros(len(lengths), np.int64)
        for word in words & self._by_word.keys():
            shared[np.array(self._by_word[word])] += 1
        union = len(words) + lengths - shared
        found = shared >= LEAST_SHARED * np.maximum(1, union)
        found[np.array(self._by_text.get(_normal(question), ()), np.intp)] = True
        return np.flatnonzero(found)


def answer(target: str, options: Sequence[str]) -> str:
    """What is right, normalised: of a choice the option's text, so that its letter and the order
    of the options do not count.
    """
    place = ord(target.strip()[0].upper()) - ord("A") if len(target.strip()) == 1 else -1
    text = options[place] if 0 <= place < len(options) else target
    return _normal(text) or text.strip().casefold()


@lru_cache(maxsize=_KEPT)
def _normal(text: str) -> str:
    return normalise(text)


@lru_cache(maxsize=_KEPT)
def _words(question: str) -> frozenset[str]:
    """What a question says; all its words where it says nothing else."""
    words = frozenset(_WORD.findall(_normal(question)))
    return words - _BUILT_OF or words
