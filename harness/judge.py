"""The one judge: decides where a benchmark's rule cannot, and nowhere else.

Its calls go through the ledger like all others. It also sees a fixed random part of what the rules
decided, so that its agreement with them can be stated. A judge that does not answer, or answers
unreadably twice, leaves the answer `unjudged`: no score.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ConfigDict, StrictBool

from blindspot.core.artifact import digest_of
from blindspot.core.asking import OnAnswers, ask
from blindspot.core.grading import Grade, letter
from blindspot.core.model import Model, ModelSettings, Request, Sampling, fingerprint, open_model
from blindspot.core.progress import progress
from blindspot.core.records import Completion, Failure, Outcome, Record, Sample
from blindspot.core.replies import last_record
from blindspot.core.run_folder import RunFolder

PROMPT: Final = (Path(__file__).parent / "judge.txt").read_text()
SAMPLING: Final = Sampling(max_tokens=512)
ATTEMPTS: Final = 2
"""Replies that are asked for when one cannot be read."""


class Verdict(Record):
    """What a reply must say; what else it says does not matter."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    correct: StrictBool
    """Whether the response is right."""
    final_answer: Any = None
    """What it answers in the end, in any form."""


@dataclass(frozen=True)
class Question:
    """One answer to be judged."""

    sample: Sample
    text: str


def version(settings: ModelSettings) -> str:
    """Names the judge and its prompt; scores of two judges are never compared."""
    return f"judge-{digest_of([PROMPT, fingerprint(settings)])[:8]}"


def decide(
    settings: ModelSettings, questions: Sequence[Question], folder: RunFolder
) -> list[Grade | Failure]:
    """The judge's verdict on each answer, in order."""
    if not questions:
        return []
    model = open_model(settings, folder.images)
    with progress("judge", len(questions)) as advance:
        found = _replies(model, questions, folder, 0, lambda answers: advance(len(answers)))
        for attempt in range(1, ATTEMPTS):
            again = [i for i, verdict in enumerate(found) if verdict is None]
            replies = _replies(model, [questions[i] for i in again], folder, attempt)
            for i, verdict in zip(again, replies, strict=True):
                found[i] = verdict
    return [verdict or _unjudged("the judge's reply cannot be read") for verdict in found]


def prompt(question: Question) -> str:
    """What the judge is asked."""
    sample = question.sample
    options = "".join(f"{letter(i)}. {text}\n" for i, text in enumerate(sample.options))
    return PROMPT.format(
        question=sample.question,
        options=f"Options:\n{options}" if options else "",
        target=sample.target,
        response=question.text,
    )


def read(reply: str) -> Grade | None:
    """The verdict in a reply, or None when there is none."""
    verdict = last_record(reply, Verdict)
    if verdict is None:
        return None
    return Grade(_said(verdict.final_answer), float(verdict.correct))


def _said(answer: object) -> str | None:
    """What it read, without halves of characters, which JSON can carry and a file cannot."""
    if answer in (None, "", "none"):
        return None
    return str(answer).encode(errors="replace").decode()


def _replies(
    model: Model,
    questions: Sequence[Question],
    folder: RunFolder,
    attempt: int,
    on_answers: OnAnswers = lambda answers: None,
) -> list[Grade | Failure | None]:
    requests = [Request(prompt=prompt(q), sampling=SAMPLING, repeat=attempt) for q in questions]
    return [_verdict(outcome) for outcome in ask(model, requests, folder.ledger, on_answers)]


def _verdict(outcome: Outcome) -> Grade | Failure | None:
    if isinstance(outcome, Completion):
        return read(outcome.text)
    return _unjudged(f"the judge did not answer: {outcome.kind}: {outcome.message}")


def _unjudged(why: str) -> Failure:
    return Failure(kind="unjudged", message=why, retryable=True)
