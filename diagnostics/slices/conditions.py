"""Parts of a category by what the benchmark says of its samples: the answer's kind, one attribute
value, two at once.

    {"answer kind": "number"}   {"bars": "4"}   {"bars": "4", "colour": "red"}

Attributes with one value, or with more than twenty within a category (ids, free text), make none,
nor does a value that is a benchmark's name. Of two values at once the largest are taken, and none
that is nearly one of the two alone.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

import numpy as np

from blindspot.core.records import Sample
from diagnostics.answers import Ints
from diagnostics.slices.slice import Slice

MAX_VALUES: Final = 20
"""More distinct values of an attribute within a category look like ids."""
MAX_CONJUNCTIONS: Final = 40
"""Of one category."""
NEARLY: Final = 0.9
"""Sets with this Jaccard overlap are nearly the same."""
ANSWER_KIND: Final = "answer kind"

Values = Mapping[str, Mapping[str, Sequence[int]]]
"""Positions by attribute and value."""


def answer_kinds(category: Slice, samples: Sequence[Sample]) -> Iterator[Slice]:
    """Its questions by the kind of answer they want, if it has several."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for i in category.members.tolist():
        found[samples[i].answer_kind].append(i)
    if len(found) > 1:
        for kind, rows in sorted(found.items()):
            yield category.part(np.array(rows), {ANSWER_KIND: kind}, "answer kind")


def conditions(category: Slice, samples: Sequence[Sample]) -> Iterator[Slice]:
    """One value of one attribute."""
    for name, values in sorted(_values(category, samples).items()):
        if 2 <= len(values) <= MAX_VALUES:
            for value, rows in sorted(values.items()):
                if not _names_benchmark(value, samples[rows[0]]):
                    yield category.part(np.array(rows), {name: value}, "condition")


def conjunctions(parts: Sequence[Slice], samples: int, fewest: int) -> list[Slice]:
    """Two of a category's conditions at once, on at least so many of all samples."""
    inside = np.zeros((len(parts), samples), dtype=np.float32)
    for row, part in enumerate(parts):
        inside[row, part.members] = 1.0
    both, found = inside @ inside.T, list[Slice]()
    for i, j in combinations(range(len(parts)), 2):
        first, second = parts[i], parts[j]
        smaller = min(len(first.members), len(second.members))
        apart = first.condition.keys() != second.condition.keys()
        if apart and both[i, j] >= fewest and both[i, j] < NEARLY * smaller:
            members: Ints = np.intersect1d(first.members, second.members, assume_unique=True)
            found.append(first.part(members, first.condition | second.condition, "conjunction"))
    return sorted(found, key=lambda s: -len(s.members))[:MAX_CONJUNCTIONS]


def _values(category: Slice, samples: Sequence[Sample]) -> Values:
    values: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for i in category.members.tolist():
        for name, value in samples[i].attributes.items():
            values[name][value].append(i)
    return values


def _names_benchmark(value: str, sample: Sample) -> bool:
    """`MathVista` of a sample of mathvista."""
    return _bare(value) == _bare(sample.benchmark)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()
