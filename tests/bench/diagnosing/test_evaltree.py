"""EvalTree's rule on a tree made by hand."""

import numpy as np
import pytest
from scipy.stats import binomtest

from bench.diagnosing.evaltree import Tree, read, report

RAW = {
    "description": "all",
    "subtrees": {
        "0": {"description": "left", "subtrees": [{"subtrees": i} for i in range(30)]},
        "1": {
            "description": "right",
            "subtrees": [
                {"subtrees": [{"subtrees": i} for i in range(30, 60)]},
                {"subtrees": [{"subtrees": i} for i in range(60, 64)]},
            ],
        },
    },
}


@pytest.fixture
def tree() -> Tree:
    return read(RAW)


def test_nodes_hold_all_samples_below_them(tree):
    assert [len(n) for n in tree.nodes] == [64, 30, 34, 30, 4]
    assert tree.parent == (-1, 0, 0, 2, 2)
    assert tree.nodes[2].tolist() == list(range(30, 64))


def test_thresholds_are_upper_ends_of_the_exact_interval(tree):
    passed = np.zeros(64)
    passed[:12] = 1
    interval = binomtest(12, 30).proportion_ci(0.95, "exact")
    found = tree.thresholds(passed)
    assert found[1] == pytest.approx(interval.high)
    assert found[0] == pytest.approx(interval.high)  # a large child that is less weak decides
    assert found[4] == np.inf  # too small
    assert tree.thresholds(np.ones(64))[1] == 1.0


def test_the_topmost_weak_nodes_are_reported(tree):
    passed = np.ones(64)
    passed[30:] = 0
    assert [n.tolist() for n in report(tree, passed, 0.5)] == [list(range(30, 64))]
    passed[60:] = 1
    assert [len(n) for n in report(tree, passed, 0.5)] == [34]
    assert report(tree, passed, 0.05) == []
