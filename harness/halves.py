"""Held out means held out: which half of a benchmark a sample belongs to.

Samples that share a group or a picture (the same pixels, or a copy of them: `harness.copies`) form
a component, and a component falls on one side as a whole, by a hash of its name; so the split
depends on nothing but the data, never on the order of rows, and a sample that is tied to no other
moves none.
"""

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from blindspot.core.images import ImageStore
from blindspot.core.records import Half, Sample
from harness.copies import candidates, same
from harness.pictures import Facts, Pictures


def components(samples: Sequence[Sample], images: ImageStore) -> list[str]:
    """The name of each sample's component: the smallest id in it."""
    pictures, pixels = Pictures(images), dict[str, str]()
    facts = pictures.facts(name for s in samples for name in s.images)
    near = candidates(_first_of_each(facts, pixels))
    ties = _Ties(samples, pixels)
    apart = ties.apart([(pixels[a], pixels[b]) for a, b in near])
    open_pairs = [pair for pair, is_open in zip(near, apart, strict=True) if is_open]
    for (a, b), copied in pictures.verdicts(open_pairs, same).items():
        if copied:
            ties.tie(pixels[a], pixels[b])
    return _named(samples, ties.labels())


def half(component: str, diagnosis_share: float) -> Half:
    """The half of a component."""
    return "diagnosis" if unit_hash(component) < diagnosis_share else "held_out"


def unit_hash(text: str) -> float:
    """A number in [0, 1) that depends on the text alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") / 2**64


def _first_of_each(
    facts: Iterable[tuple[str, Facts]], pixels: dict[str, str]
) -> Iterator[tuple[str, Facts]]:
    """The first of the pictures that show the same pixels; `pixels` takes in what each shows."""
    seen: set[str] = set()
    for name, each in facts:
        pixels[name] = each.pixels
        if each.pixels not in seen:
            seen.add(each.pixels)
            yield name, each


class _Ties:
    """Samples, and the groups and pixels that tie them, as the nodes of a graph: by number."""

    def __init__(self, samples: Sequence[Sample], pixels: dict[str, str]) -> None:
        """`pixels` by name of a picture."""
        self._samples = len(samples)
        self._numbers: dict[str, int] = {}
        self._edges = array("q")
        for place, sample in enumerate(samples):
            for name in _shared(sample, pixels):
                self._edges.extend((place, self._node(name)))

    def tie(self, one: str, other: str) -> None:
        """Tie what shows one to what shows the other."""
        self._edges.extend((self._node(one), self._node(other)))

    def apart(self, pairs: Sequence[tuple[str, str]]) -> list[bool]:
        """Whether nothing ties the two of each pair so far."""
        labels = self.labels()
        return [labels[self._node(a)] != labels[self._node(b)] for a, b in pairs]

    def labels(self) -> NDArray[np.int32]:
        """Each node's component; samples come first."""
        left, right = np.array(self._edges, dtype=np.int64).reshape(-1, 2).T
        nodes = self._samples + len(self._numbers)
        graph = coo_array((np.ones(len(left)), (left, right)), shape=(nodes, nodes))
        return connected_components(graph, directed=False)[1]

    def _node(self, name: str) -> int:
        return self._samples + self._numbers.setdefault(name, len(self._numbers))


def _shared(sample: Sample, pixels: dict[str, str]) -> list[str]:
    """What a sample may share with others, by name."""
    group = [f"group:{sample.benchmark}:{sample.group}"] if sample.group is not None else []
    return [*group, *(pixels[name] for name in sample.images)]


def _named(samples: Sequence[Sample], labels: NDArray[np.int32]) -> list[str]:
    names: dict[int, str] = {}
    own = labels[: len(samples)].tolist()
    for label, sample in zip(own, samples, strict=True):
        key = f"{sample.benchmark}:{sample.id}"
        names[label] = min(names.get(label, key), key)
    return [names[label] for label in own]
