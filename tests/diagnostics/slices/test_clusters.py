"""Clusters of texts: what belongs together is found, whatever the number of texts."""

import numpy as np
import pytest

from diagnostics.slices import clusters as module
from diagnostics.slices.clusters import clusters
from diagnostics.slices.texts import counted

SUBJECTS = ("circle angle radius", "bar axis legend", "dog cat horse", "verb noun adverb")


def texts(each: int) -> list[str]:
    rng = np.random.default_rng(0)
    return [
        " ".join(rng.choice([*subject.split(), "what", "shown"], 6))
        for subject in SUBJECTS
        for _ in range(each)
    ]


@pytest.mark.parametrize("largest", [2000, 60])
def test_each_subject_is_a_cluster(monkeypatch, largest: int):
    """Also where trees and centres are made on a drawn part."""
    monkeypatch.setattr(module, "LARGEST", largest)
    found = {tuple(m.tolist()) for m in clusters(counted(texts(40)).present, 15)}
    subjects = {tuple(range(40 * i, 40 * i + 40)) for i in range(4)}
    best = [max(len({*s} & {*f}) / len({*s} | {*f}) for f in found) for s in subjects]
    assert min(best) > 0.9


def test_sizes_and_determinism():
    present = counted(texts(40)).present
    found = clusters(present, 15)
    assert all(15 <= len(m) <= 80 and (np.diff(m) > 0).all() for m in found)
    again = clusters(present, 15)
    assert [m.tolist() for m in found] == [m.tolist() for m in again]
    assert len({m.tobytes() for m in found}) == len(found)


@pytest.mark.parametrize("said", [["same words here"] * 50, [""] * 50, ["a", "b"], []])
def test_texts_that_cannot_be_told_apart_make_none_or_some(said: list[str]):
    assert all(len(m) >= 15 for m in clusters(counted(said).present, 15))
