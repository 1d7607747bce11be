"""Text about the picture of a sample, made without knowing what is asked of it.

    >>> describer([sample], Wanted(("content", "caption"), "Describe this picture …"))
    [Description("large red circle top left, small blue square", "benchmark")]

In this order: what the benchmark itself says (the attributes that are named), else what the teacher
says that looks at the picture, else what the diagnosed model itself says of it. A describer is told
neither question, options nor target.

A description may still hold the answer. To a question that a look answers this is no leak: "6:15"
is what a clock shows, and all that is lost is seeing it. To any other question ("79 − 1 = 78",
asked for the result) it is: whoever copies would look as if only seeing was lost. Such a
description is not given, nor one that speaks of an "answer".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from blindspot.core.asking import ask
from blindspot.core.grading import extract
from blindspot.core.model import Model, ModelSettings, Request, Sampling, open_model
from blindspot.core.progress import progress
from blindspot.core.prompt import IMAGE
from blindspot.core.records import Failure, Sample
from blindspot.core.run_folder import RunFolder
from diagnostics.causes.seeing import is_look
from diagnostics.causes.stated import target_in

Source = Literal["benchmark", "teacher", "self"]
LONGEST: Final = 4000
"""Characters of a description that are given."""
_SAMPLING: Final = Sampling(max_tokens=1024)


@dataclass(frozen=True)
class Wanted:
    """Which text is wanted."""

    attributes: tuple[str, ...]
    """Where a benchmark may have it, the best first."""
    instruction: str
    """What a model that sees the picture is asked."""


@dataclass(frozen=True)
class Description:
    """Text about a picture."""

    text: str
    source: Source


class Describer:
    """Finds texts, or asks a model for them."""

    def __init__(self, folder: RunFolder, own: Model, teacher: ModelSettings | None) -> None:
        self._folder, self._own, self._teacher = folder, own, teacher
        self._source: Source = "teacher" if teacher else "self"

    def __call__(
        self, samples: Sequence[Sample], wanted: Wanted
    ) -> list[Description | Failure | None]:
        """A text for each sample, why there is none, or None where the one there is says nothing
        or leaks. Raises StageError when the model answers nothing at all.
        """
        stated = [_stated(s, wanted) for s in samples]
        asked = [s for s, text in zip(samples, stated, strict=True) if text is None]
        said = iter(self._ask(asked, wanted.instruction))
        found = [Description(t, "benchmark") if t is not None else next(said) for t in stated]
        return [_given(s, each) for s, each in zip(samples, found, strict=True)]

    @cached_property
    def _model(self) -> Model:
        """Opened when first asked: a teacher may be large."""
        return open_model(self._teacher, self._folder.images) if self._teacher else self._own

    def _ask(self, samples: Sequence[Sample], instruction: str) -> list[Description | Failure]:
        if not samples:
            return []
        requests = [
            Request(prompt=instruction, images=s.images, sampling=_SAMPLING) for s in samples
        ]
        with progress("Describing pictures", len(requests)) as advance:
            outcomes = ask(self._model, requests, self._folder.ledger, lambda a: advance(len(a)))
        return [
            o if isinstance(o, Failure) else Description(o.text, self._source) for o in outcomes
        ]


def leaks(sample: Sample, text: str) -> bool:
    """Whether a text says the answer rather than what is to be seen."""
    if re.search(r"\banswers?\b", text, re.IGNORECASE):
        return True
    if is_look(sample):
        return False
    read = extract(sample.target, sample.answer_kind, sample.options)
    targets = {sample.target, read or sample.target}
    return any(target_in(sample.model_copy(update={"target": t}), text) for t in targets)


def _stated(sample: Sample, wanted: Wanted) -> str | None:
    texts = (sample.attributes.get(key, "").strip() for key in wanted.attributes)
    return next((text for text in texts if text), None)


def _given(sample: Sample, found: Description | Failure) -> Description | Failure | None:
    if isinstance(found, Failure):
        return found
    text = found.text.replace(IMAGE, " ").strip()[:LONGEST]
    return Description(text, found.source) if text and not leaks(sample, text) else None
