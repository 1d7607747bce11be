"""A teacher: an LMM that names the error stage where rules and probes did not, the first wrong step
and the missing skill (arXiv 2412.15652).

    {"label": "reading", "confidence": 0.8, "quote": "the bar reaches 42",
     "first_wrong_step": "reads 42 off the axis", "missing_skill": "reading bar heights"}

Every sample is shown twice, with the stages in opposite orders, since models prefer what stands
first. Only where both replies name one stage, each with a quote that occurs in the response
(`responses.span`), is the stage taken, at the smaller of the two confidences; otherwise the sample
stays unresolved. The best published model names the error type right in 66.65 % of cases (MMErroR),
so shares made of this are reported with its agreement, and corrected by people's labels, never
taken as truth.

Replies are kept in the ledger: a diagnosis that is made again pays nothing. A call without an
answer is counted by its cause and names no stage. Stages that rules decide (`refusal`, `format`, …)
are not offered. Responses of more than `LONGEST` characters are shown without their middle; what
the model said stands in the prompt as JSON text, which no wording of it can leave.

With `every` it is also shown what rules and probes decided, as in the paper, where it sees every
failure: it adds the wrong step and the skill, and the stage stays (`explaining`).

Beyond the paper: the list of stages, the two passes, and the quote that is checked. The teacher
does not answer the question, and it does not choose training samples.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import Field

from blindspot.core.asking import ask
from blindspot.core.diagnosis import TeacherReport
from blindspot.core.grading import letter
from blindspot.core.model import Request, Sampling, open_model
from blindspot.core.progress import progress
from blindspot.core.prompt import IMAGE
from blindspot.core.records import Attribution, Completion, Failure, Outcome, Record
from blindspot.core.replies import last_record
from blindspot.core.run_folder import RunFolder
from diagnostics.causes.drawing import draw
from diagnostics.causes.failed import Failed
from diagnostics.causes.responses import response, shortened, span
from diagnostics.settings import TeacherSettings

PROMPT: Final = Path(__file__).with_suffix(".txt").read_text()
STAGES: Final = {
    "instruction": "it does not do what was asked, or answers in another form than was demanded",
    "calculation": "a sum or a formula is computed wrongly",
    "hallucination": "it asserts what the picture does not show",
    "reading": "text, a number or a value on an axis is read wrongly",
    "perception": "a thing, colour, shape, count, place or relation is seen wrongly",
    "knowledge": "a fact that the picture does not hold is wrong or missing",
    "reasoning": "the premises are right and the conclusion does not follow",
}
"""What a teacher may name, with definitions; rules alone decide the other stages."""
LONGEST: Final = 6000
"""Characters of a response that are shown: its beginning and, the larger part, its end."""
PASSES: Final = 2
"""Replies about one sample."""
DISAGREED: Final = "disagreed"
UNREADABLE: Final = "unreadable"
UNANSWERED: Final = "unanswered"


class Verdict(Record):
    """A readable reply."""

    label: str
    """The stage."""
    confidence: float = Field(ge=0, le=1, strict=True)
    """How sure it is."""
    quote: str
    """Words of the response in which the error shows."""
    first_wrong_step: str
    """What is wrong there."""
    missing_skill: str
    """The skill whose lack explains it."""


@dataclass(frozen=True)
class Taught:
    """What came of it."""

    verdicts: dict[str, Attribution]
    """By sample id, where both passes agree."""
    report: TeacherReport


def teach(
    settings: TeacherSettings, folder: RunFolder, undecided: Sequence[Failed], seed: int
) -> Taught:
    """Show the teacher as many of these samples as the budget allows, drawn over categories.
    Raises StageError when it cannot be reached at all.
    """
    shown = [drawn.failed for drawn in draw(undecided, settings.failures, seed)]
    replies = _asked(settings, folder, shown)
    found = [_concluded(f, both) for f, both in zip(shown, replies, strict=True)]
    causes = Counter(r.kind for both in replies for r in both if isinstance(r, Failure))
    verdicts = {said.sample_id: said for said in found if isinstance(said, Attribution)}
    tally = Counter(said for said in found if isinstance(said, str))
    report = TeacherReport(
        asked=len(shown),
        decided=len(verdicts),
        disagreed=tally[DISAGREED],
        unreadable=tally[UNREADABLE],
        failures=dict(sorted(causes.items())),
        left=len(undecided) - len(shown),
    )
    return Taught(verdicts, report)


def prompt(failed: Failed, turned: bool) -> str:
    """What it is asked about one sample, the stages in one order or the opposite."""
    sample, stages = failed.sample, list(STAGES.items())
    options = "".join(f"{letter(i)}. {text}\n" for i, text in enumerate(sample.options))
    return PROMPT.format(
        stages="\n".join(f"{k}: {v}" for k, v in (stages[::-1] if turned else stages)),
        question=_quoted(sample.question),
        options=f"Options (JSON text):\n{_quoted(options)}\n" if options else "",
        target=_quoted(sample.target),
        response=_quoted(shortened(response(failed), LONGEST)),
    )


def _asked(
    settings: TeacherSettings, folder: RunFolder, shown: Sequence[Failed]
) -> list[tuple[Outcome, Outcome]]:
    """What came of both passes, per sample."""
    if not shown:
        return []
    sampling = Sampling(max_tokens=settings.max_tokens)
    requests = [
        Request(prompt=prompt(f, turned), images=f.sample.images, sampling=sampling)
        for turned in (False, True)
        for f in shown
    ]
    model = open_model(settings.model, folder.images)
    with progress("Asking the teacher", len(requests)) as advance:
        said = ask(model, requests, folder.ledger, lambda answers: advance(len(answers)))
    return list(zip(said[: len(shown)], said[len(shown) :], strict=True))


def _concluded(failed: Failed, replies: tuple[Outcome, Outcome]) -> Attribution | str:
    """The attribution, or what stands in its way."""
    if any(isinstance(reply, Failure) for reply in replies):
        return UNANSWERED
    read = [_read(r, failed) for r in replies if isinstance(r, Completion)]
    return _agreed(failed, [verdict for verdict in read if verdict is not None])


def _read(reply: Completion, failed: Failed) -> Verdict | None:
    """Its verdict with the quote as it stands in the response, if it is one and that is there."""
    verdict = last_record(reply.text, Verdict)
    if verdict is None or verdict.label not in STAGES:
        return None
    found = span(verdict.quote, response(failed))
    return verdict.model_copy(update={"quote": found}) if found else None


def _agreed(failed: Failed, read: Sequence[Verdict]) -> Attribution | str:
    if len(read) < PASSES:
        return UNREADABLE
    if len({verdict.label for verdict in read}) > 1:
        return DISAGREED
    return Attribution(
        sample_id=failed.sample.id,
        repeat=failed.prediction.repeat,
        stage=read[0].label,
        source="teacher",
        confidence=min(verdict.confidence for verdict in read),
        evidence=read[0].quote,
        wrong_step=read[0].first_wrong_step,
        skill=read[0].missing_skill,
    )


def _quoted(text: str) -> str:
    """As a JSON string: no text can end the place where it stands, nor say where a picture goes."""
    return json.dumps(text, ensure_ascii=False).replace(IMAGE, f"\\u003c{IMAGE[1:]}")
