"""The benchmark's own metadata: a map of the taxonomy from values of an attribute to terms, and
where none applies the one term that the sample states itself.

A term that the taxonomy does not declare is kept as the sample states it: a user's own benchmark
may bring its own.
"""

import ast
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from blindspot.core.records import Axis, Sample
from blindspot.core.taxonomy import BenchmarkMap, Taxonomy, Weights
from diagnostics.labelling.labelled import AXES, UNKNOWN
from diagnostics.labelling.labeller import Labeller, Means, Said, Spoken, Undecided, sum_to_one

CONFIDENCE: Final = 1.0
"""It is what defines the terms' use in a benchmark."""

_Maps = Mapping[str, Sequence[tuple[str, Mapping[str, Weights]]]]
"""By benchmark, attributes with the weights of their values."""


class Metadata:
    """Reads what benchmarks say of their samples."""

    def label(self, undecided: Sequence[Undecided], means: Means) -> Spoken:
        maps: dict[Axis, _Maps] = {axis: _by_benchmark(means.taxonomy, axis) for axis in AXES}
        return Spoken([_said(each, maps) for each in undecided])


def _by_benchmark(taxonomy: Taxonomy, axis: Axis) -> _Maps:
    found: defaultdict[str, list[tuple[str, Mapping[str, Weights]]]] = defaultdict(list)
    for each in taxonomy.maps:
        if each.values(axis):
            found[each.benchmark].append((each.attribute, _caseless(each, axis)))
    return found


def _caseless(each: BenchmarkMap, axis: Axis) -> dict[str, Weights]:
    return {_key(value): weights for value, weights in each.values(axis).items()}


def _said(each: Undecided, maps: Mapping[Axis, _Maps]) -> dict[Axis, Said]:
    found: dict[Axis, Said] = {}
    for axis in each.axes:
        said = _mapped(each.sample, maps[axis]) or _stated(each.sample, axis)
        if said is not None:
            found[axis] = said
    return found


def _stated(sample: Sample, axis: Axis) -> Said | None:
    term = sample.capability if axis == "capability" else sample.image_type
    return None if term in ("", UNKNOWN[axis]) else _certain(term)


def _mapped(sample: Sample, maps: _Maps) -> Said | None:
    """All values that apply, added up; None where none does."""
    total: defaultdict[str, float] = defaultdict(float)
    for attribute, weights in maps.get(sample.benchmark, ()):
        for value in _values(sample.attributes.get(attribute, "")):
            for term, weight in weights.get(value, {}).items():
                total[term] += weight
    return Said(sum_to_one(total), CONFIDENCE) if total else None


@lru_cache(maxsize=1024)
def _certain(term: str) -> Said:
    return Said({term: 1.0}, CONFIDENCE)


@lru_cache(maxsize=4096)
def _values(text: str) -> tuple[str, ...]:
    """The values of an attribute: each element of a list, or the text itself."""
    elements = _listed(text) if text.lstrip().startswith("[") else None
    return tuple(_key(str(v)) for v in elements) if elements is not None else (_key(text),)


def _listed(text: str) -> list[object] | None:
    """A list written as JSON, or as Python writes it (MMMU's `img_type`)."""
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(found, list):
            return found
    return None


def _key(value: str) -> str:
    return value.strip().casefold()


PLUGIN: Final[Labeller] = Metadata()
