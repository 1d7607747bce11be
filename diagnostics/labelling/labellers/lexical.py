"""The taxonomy's patterns over a question and its options.

It abstains where no term's patterns occur, and where those of several terms do: which of them is
meant would be a guess.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from blindspot.core.records import Axis, Sample
from blindspot.core.taxonomy import Taxonomy
from diagnostics.labelling.labelled import AXES
from diagnostics.labelling.labeller import Labeller, Means, Said, Spoken, Undecided

CONFIDENCE: Final = 0.9
"""Below the precision that the patterns that come with blindspot had on six benchmarks."""
LONGEST: Final = 4000
"""Characters that are read; what a longer text is about stands before."""

_Patterns = Mapping[str, Sequence[re.Pattern[str]]]


class Lexical:
    """Looks for the patterns of exactly one term."""

    def label(self, undecided: Sequence[Undecided], means: Means) -> Spoken:
        patterns: dict[Axis, _Patterns] = {x: _compiled(means.taxonomy, x) for x in AXES}
        known: dict[tuple[str, Axis], Said | None] = {}
        return Spoken([_said(each, patterns, known) for each in undecided])


def _compiled(taxonomy: Taxonomy, axis: Axis) -> _Patterns:
    return {
        name: [re.compile(pattern, re.IGNORECASE) for pattern in term.patterns]
        for name, term in taxonomy.terms(axis).items()
        if term.patterns
    }


def _said(
    each: Undecided,
    patterns: Mapping[Axis, _Patterns],
    known: dict[tuple[str, Axis], Said | None],
) -> dict[Axis, Said]:
    """`known` keeps what was found in a text: questions repeat."""
    text = _text(each.sample)
    found: dict[Axis, Said] = {}
    for axis in each.axes:
        if (text, axis) not in known:
            known[text, axis] = _only(text, patterns[axis])
        said = known[text, axis]
        if said is not None:
            found[axis] = said
    return found


def _only(text: str, patterns: _Patterns) -> Said | None:
    terms = [t for t, those in patterns.items() if any(p.search(text) for p in those)]
    return Said({terms[0]: 1.0}, CONFIDENCE) if len(terms) == 1 else None


def _text(sample: Sample) -> str:
    return "\n".join([sample.question.strip(), *sample.options])[:LONGEST]


PLUGIN: Final[Labeller] = Lexical()
