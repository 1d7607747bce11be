"""Labels for all samples of an evaluation: what each asks, of what kind of picture.

    metadata → image features → lexical rules → an LMM that sees the picture

The first that says anything on an axis decides that axis; `unmapped` or `mixed`, with source
`none`, stands where nobody does. Labels come from samples alone: outcomes are never seen, so both
halves are labelled alike.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from blindspot.core.records import Axis, Label, Sample
from blindspot.core.run_folder import RunFolder
from blindspot.core.taxonomy import Taxonomy
from diagnostics.labelling.labelled import AXES, UNKNOWN, Category, Labelled
from diagnostics.labelling.labeller import Means, Said, Spoken, Undecided, in_order, labellers
from diagnostics.settings import LabellerSettings

NONE: Final = "none"
"""The source of what nobody knows."""
SMALLEST: Final = 0.05
"""Categories of a sample with less weight are left out; the others share what they had."""


@dataclass(frozen=True)
class _Decision:
    """What was said of one axis of a sample, and by whom; the heaviest term first."""

    said: Said
    source: str


@dataclass
class _Decided:
    """Decisions so far, along the samples."""

    by_sample: list[dict[Axis, _Decision]]
    failures: Counter[str] = field(default_factory=Counter)


def label(
    samples: Sequence[Sample],
    taxonomy: Taxonomy,
    folder: RunFolder,
    settings: LabellerSettings | None,
) -> Labelled:
    """All samples with their labels, in the order given. Without `settings` no model is asked."""
    return _labelled(samples, _decide(samples, Means(taxonomy, folder, settings)))


def as_labelled(samples: Sequence[Sample], labels: Iterable[Label]) -> Labelled:
    """The samples with the labels that an earlier labelling gave all of them."""
    said: defaultdict[str, dict[Axis, _Decision]] = defaultdict(dict)
    for x in labels:
        known = said[x.sample_id].get(x.axis)
        terms = {**(known.said.terms if known else {}), x.term: x.weight}
        said[x.sample_id][x.axis] = _Decision(Said(terms, x.confidence), x.source)
    return _labelled(samples, _Decided([said[s.id] for s in samples]))


def _labelled(samples: Sequence[Sample], decided: _Decided) -> Labelled:
    placed, several, labels = [], {}, []
    for sample, decisions in zip(samples, decided.by_sample, strict=True):
        placed.append(_with_heaviest(sample, decisions))
        categories = _categories(decisions)
        if len(categories) > 1:
            several[sample.id] = categories
        labels += [x for axis in AXES for x in _labels(sample.id, axis, decisions[axis])]
    labels.sort(key=lambda x: x.sample_id)
    return Labelled(tuple(placed), several, tuple(labels), dict(sorted(decided.failures.items())))


def _decide(samples: Sequence[Sample], means: Means) -> _Decided:
    decided = _Decided([{} for _ in samples])
    for name in in_order(labellers.names()):
        left = [i for i, found in enumerate(decided.by_sample) if len(found) < len(AXES)]
        asked = [_undecided(samples[i], decided.by_sample[i]) for i in left]
        spoken = labellers.load(name).label(asked, means) if asked else Spoken(())
        decided.failures.update(spoken.failures)
        for i, each, said in zip(left, asked, spoken.said, strict=True):
            decided.by_sample[i] |= _heard(each, said, name, means.taxonomy)
    for found in decided.by_sample:
        for axis in AXES:
            found.setdefault(axis, _NOBODY[axis])
    return decided


def _undecided(sample: Sample, found: Mapping[Axis, _Decision]) -> Undecided:
    return Undecided(sample, tuple(axis for axis in AXES if axis not in found))


def _heard(
    each: Undecided, said: Mapping[Axis, Said], source: str, taxonomy: Taxonomy
) -> dict[Axis, _Decision]:
    """What one labeller decides: only what was still open."""
    return {
        axis: _Decision(_ranked(said[axis], taxonomy.terms(axis)), source)
        for axis in each.axes
        if axis in said
    }


def _ranked(said: Said, declared: Iterable[str]) -> Said:
    """Its terms by falling weight; ties in the order of the taxonomy, then by name."""
    if len(said.terms) == 1:
        return said
    rank = {term: i for i, term in enumerate(declared)}
    order = sorted(said.terms, key=lambda t: (-said.terms[t], rank.get(t, len(rank)), t))
    return Said({term: said.terms[term] for term in order}, said.confidence)


def _with_heaviest(sample: Sample, decisions: Mapping[Axis, _Decision]) -> Sample:
    capability, image_type = (next(iter(decisions[axis].said.terms)) for axis in AXES)
    if (capability, image_type) == (sample.capability, sample.image_type):
        return sample
    return sample.model_copy(update={"capability": capability, "image_type": image_type})


def _categories(decisions: Mapping[Axis, _Decision]) -> dict[Category, float]:
    """Products of the two axes' weights, without the smallest, made to sum to 1."""
    capabilities, image_types = (decisions[axis].said.terms for axis in AXES)
    if len(capabilities) == len(image_types) == 1:
        return {}
    products = {
        (c, t): weight * other
        for c, weight in capabilities.items()
        for t, other in image_types.items()
    }
    kept = {k: v for k, v in products.items() if v >= SMALLEST} or products
    total = sum(kept.values())
    return {category: weight / total for category, weight in kept.items()}


def _labels(sample_id: str, axis: Axis, decision: _Decision) -> list[Label]:
    return [
        Label(
            sample_id=sample_id,
            axis=axis,
            term=term,
            weight=weight,
            source=decision.source,
            confidence=decision.said.confidence,
        )
        for term, weight in decision.said.terms.items()
    ]


_NOBODY: Final = {axis: _Decision(Said({UNKNOWN[axis]: 1.0}, 0.0), NONE) for axis in AXES}
