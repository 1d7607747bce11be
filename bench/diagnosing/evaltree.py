"""EvalTree's weakness profiler (COLM 2025), written anew from its description.

    report(tree, passed, tau) -> [node, …]

A capability tree has the samples as leaves. A node is weak when the upper end of the two-sided 95 %
Clopper–Pearson interval of its pass rate lies below tau, and that of each of its children with at
least 20 samples does too; nodes with fewer than 5 samples never are. Reported are the topmost weak
nodes. There is no test against the rest and no control over many nodes.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from scipy.stats import beta

from diagnostics.answers import Floats, Ints

FEWEST: Final = 5
"""Samples of a node that can be weak."""
CHILD: Final = 20
"""Samples of a child that must be weak too."""


@dataclass(frozen=True)
class Tree:
    """Inner nodes, parents before children."""

    nodes: tuple[Ints, ...]
    """Samples below each node, ascending."""
    parent: tuple[int, ...]
    """Number of the parent; −1 of the root."""

    def thresholds(self, passed: Floats) -> Floats:
        """Per node, the tau above which it is weak: the largest upper end of itself and of its
        large children.
        """
        sizes = np.array([len(n) for n in self.nodes])
        members = sp.csr_array(
            (
                np.ones(sizes.sum()),
                (np.repeat(np.arange(len(sizes)), sizes), np.concatenate(self.nodes)),
            ),
            shape=(len(sizes), len(passed)),
        )
        upper = _upper(members @ passed, sizes)
        found = np.where(sizes >= FEWEST, upper, np.inf)
        for node, parent in enumerate(self.parent):
            if parent >= 0 and sizes[node] >= CHILD:
                found[parent] = max(found[parent], upper[node])
        return found


def read(raw: Any) -> Tree:
    """From nested `{"subtrees": …}`: a list or dict of nodes, or at a leaf the sample's index."""
    nodes, parents = list[Ints](), list[int]()

    def walk(node: Any, parent: int) -> list[int]:
        below = node["subtrees"] if isinstance(node, dict) else node
        if isinstance(below, int):
            return [below]
        number = len(nodes)
        nodes.append(np.array([], dtype=np.int64))
        parents.append(parent)
        children = below.values() if isinstance(below, dict) else below
        found = sorted(i for child in children for i in walk(child, number))
        nodes[number] = np.array(found, dtype=np.int64)
        return found

    walk(raw, -1)
    return Tree(tuple(nodes), tuple(parents))


def report(tree: Tree, passed: Floats, tau: float) -> list[Ints]:
    """Samples of the topmost weak nodes."""
    weak = tree.thresholds(passed) < tau
    covered = np.zeros(len(weak), dtype=bool)
    found = []
    for node, parent in enumerate(tree.parent):
        above = parent >= 0 and bool(covered[parent])
        if weak[node] and not above:
            found.append(tree.nodes[node])
        covered[node] = above or weak[node]
    return found


def _upper(passed: Floats, n: Ints) -> Floats:
    """Upper end of the two-sided 95 % Clopper–Pearson interval."""
    return np.where(passed < n, beta.ppf(0.975, passed + 1, np.maximum(n - passed, 1e-9)), 1.0)
