"""Held out means held out: which half of a benchmark a sample belongs to.

Samples that share a group or a picture (the same pixels, or a copy of them: `harness.copies`) form
a component, and a component falls on one side as a whole, by a hash of its name; so the split
depends on nothing but the data, never on the order of rows, and a sample that is tied to no other
moves none.
"""

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from blindspot.core.images import ImageStore
from blindspot.core.records import Half, Sample
from harness.copies import candidates, same
from harness.pictures import Facts, Pictures


def components(samples: Sequence[Sample], images: ImageStore) -> list[str]:
    """The name of each sample's component: the smallest id in it."""
    pictures = Pictures(images)
    facts = pictures.facts(name for s in samples for name in s.images)
    links = [[f"{s.benchmark}:{s.id}", *_ties(s, facts)] for s in samples]
    copies = _copies(links, facts, pictures)
    labels = _connected([*links, *copies])[: len(samples)]
    names: dict[int, str] = {}
    for label, sample in zip(labels, samples, strict=True):
        key = f"{sample.benchmark}:{sample.id}"
        names[label] = min(names.get(label, key), key)
    return [names[label] for label in labels]


def half(component: str, diagnosis_share: float) -> Half:
    """The half of a component."""
    return "diagnosis" if unit_hash(component) < diagnosis_share else "held_out"


def unit_hash(text: str) -> float:
    """A number in [0, 1) that depends on the text alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") / 2**64


def _ties(sample: Sample, facts: dict[str, Facts]) -> list[str]:
    group = [f"group:{sample.benchmark}:{sample.group}"] if sample.group is not None else []
    return [*group, *(_node(facts[name]) for name in sample.images)]


def _node(facts: Facts) -> str:
    return f"pixels:{facts.pixels}"


def _copies(
    links: Sequence[list[str]], facts: dict[str, Facts], pictures: Pictures
) -> list[list[str]]:
    """Links between pictures that are copies. Pictures of the same pixels are looked at once,
    and pairs that belong together anyway not at all.
    """
    labels = {
        tie: label for row, label in zip(links, _connected(links), strict=True) for tie in row
    }
    first = {facts[name].pixels: name for name in sorted(facts, reverse=True)}
    found = candidates({name: facts[name] for name in first.values()})
    node = {name: _node(facts[name]) for name in first.values()}
    open_pairs = [(a, b) for a, b in found if labels[node[a]] != labels[node[b]]]
    verdicts = pictures.verdicts(open_pairs, same)
    return [[node[a], node[b]] for (a, b), copied in verdicts.items() if copied]


def _connected(links: Iterable[list[str]]) -> list[int]:
    """Component label of each row; rows that share a name are connected."""
    number: dict[str, int] = {}
    pairs = [
        (number.setdefault(row[0], len(number)), number.setdefault(tie, len(number)))
        for row in links
        for tie in row
    ]
    left, right = np.array(pairs).T
    graph = coo_array((np.ones(len(pairs)), (left, right)), shape=(len(number),) * 2)
    labels = connected_components(graph, directed=False)[1]
    return [int(labels[number[row[0]]]) for row in links]
