"""An LMM that sees the picture, where nothing cheaper knew: optional, with a budget.

It is shown each sample once, with the terms and their definitions, and replies in JSON. A call
without an answer and a reply that cannot be read are counted and give no label; neither does a term
of which it is less than half sure. Samples without a picture are not shown. Where the budget does
not reach, the samples shown are drawn by their ids, over all benchmarks.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from pydantic import Field

from blindspot.core.artifact import digest_of
from blindspot.core.asking import ask
from blindspot.core.grading import letter
from blindspot.core.model import Request, Sampling, open_model
from blindspot.core.progress import progress
from blindspot.core.records import Axis, Failure, Outcome, Record, Sample
from blindspot.core.replies import last_record
from blindspot.core.taxonomy import Taxonomy
from diagnostics.labelling.labelled import AXES
from diagnostics.labelling.labeller import Labeller, Means, Said, Spoken, Undecided
from diagnostics.settings import LabellerSettings

PROMPT: Final = Path(__file__).with_suffix(".txt").read_text()
UNREADABLE: Final = "unreadable"
"""The cause under which replies that are no verdict are counted."""
SURE: Final = 0.5
"""A term of which it is less sure is no label."""


class Reply(Record):
    """What it must say, one term on each axis."""

    image_type: str | None
    """Its name, or None where it cannot tell."""
    image_type_confidence: float = Field(ge=0, le=1)
    """How sure it is."""
    capability: str | None
    """The same for what is asked."""
    capability_confidence: float = Field(ge=0, le=1)
    """How sure it is."""

    def said(self, axis: Axis, terms: Mapping[str, object]) -> Said | None:
        """What it says on one axis; None where it abstains. Raises KeyError for a term that is none
        of those.
        """
        image_type = axis == "image_type"
        term = self.image_type if image_type else self.capability
        sure = self.image_type_confidence if image_type else self.capability_confidence
        if term is not None and term not in terms:
            raise KeyError(term)
        return Said({term: 1.0}, sure) if term is not None and sure >= SURE else None


class Lmm:
    """Asks a model about a budget of samples."""

    def label(self, undecided: Sequence[Undecided], means: Means) -> Spoken:
        said: list[Mapping[Axis, Said]] = [{} for _ in undecided]
        failures: Counter[str] = Counter()
        if means.settings is None:
            return Spoken(said)
        places = _drawn(undecided, means.settings.samples)
        outcomes = _ask([undecided[i].sample for i in places], means, means.settings)
        for place, outcome in zip(places, outcomes, strict=True):
            read = _read(outcome, means.taxonomy)
            if isinstance(read, str):
                failures[read] += 1
            else:
                said[place] = read
        return Spoken(said, failures)


def prompt(sample: Sample, taxonomy: Taxonomy) -> str:
    """What it is asked about one sample."""
    options = "".join(f"{letter(i)}. {text}\n" for i, text in enumerate(sample.options))
    return PROMPT.format(
        image_types=_definitions(taxonomy, "image_type"),
        capabilities=_definitions(taxonomy, "capability"),
        question=sample.question,
        options=f"Options:\n{options}" if options else "",
    )


def _definitions(taxonomy: Taxonomy, axis: Axis) -> str:
    return "\n".join(f"{name}: {term.definition}" for name, term in taxonomy.terms(axis).items())


def _drawn(undecided: Sequence[Undecided], budget: int) -> list[int]:
    """Places of the samples that are shown, in the order of their ids."""
    seen = [i for i, each in enumerate(undecided) if each.sample.images]
    seen.sort(key=lambda i: digest_of(undecided[i].sample.id))
    return sorted(seen[:budget], key=lambda i: undecided[i].sample.id)


def _ask(samples: Sequence[Sample], means: Means, settings: LabellerSettings) -> list[Outcome]:
    if not samples:
        return []
    sampling = Sampling(max_tokens=settings.max_tokens)
    requests = [
        Request(prompt=prompt(s, means.taxonomy), images=s.images, sampling=sampling)
        for s in samples
    ]
    model = open_model(settings.model, means.folder.images)
    with progress("Labelling by a model", len(requests)) as advance:
        return ask(model, requests, means.folder.ledger, lambda answers: advance(len(answers)))


def _read(outcome: Outcome, taxonomy: Taxonomy) -> dict[Axis, Said] | str:
    """What a reply says by axis, or the cause why it says nothing."""
    if isinstance(outcome, Failure):
        return outcome.kind
    reply = last_record(outcome.text, Reply)
    if reply is None:
        return UNREADABLE
    found: dict[Axis, Said] = {}
    for axis in AXES:
        try:
            said = reply.said(axis, taxonomy.terms(axis))
        except KeyError:
            return UNREADABLE
        if said is not None:
            found[axis] = said
    return found


PLUGIN: Final[Labeller] = Lmm()
