"""Who checks an answer that a model gave to its own question: the contract of the files under
`verifiers/`.

    Claim("47 - 3 = 44", number, rollouts "44", "44", "43", key "44")
        rule              right: it is graded as the harness grades
        self_consistency  3 of 4 rollouts say so
        model             another model says the same

Self-Improvement in Multimodal LLMs: A Survey (arXiv 2510.02665) tells verification by rule, by the
model itself and by another model apart. Two answers *agree* if one is graded right with the other
as target, so that boxes agree by overlap (IoU) and numbers by value. Only `rule` looks at the key.

An answer that cannot be read, is cut off, says more than a target may or is missing is no claim: it
is refused before anybody is asked, and a missing one stays a failure.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from blindspot.core.grading import extract, grade, is_gradable
from blindspot.core.records import AnswerKind, Completion, Outcome
from blindspot.core.registry import Registry


@dataclass(frozen=True)
class Claim:
    """A model's answer that somebody is to verify."""

    prompt: str
    """The text that was asked."""
    images: tuple[str, ...]
    """Names in the image store."""
    answer: str
    """What the model said; it is trained on if it is verified."""
    answer_kind: AnswerKind
    """How answers are read and compared."""
    target: str
    """The key, of a source that knows it."""
    options: tuple[str, ...] = ()
    """Of a choice."""
    rollouts: tuple[Outcome, ...] = ()
    """Everything that the model said to this question, the claim's own answer included."""

    def agrees(self, other: Outcome) -> bool:
        """Whether another answer states the same. An answer that was cut off states nothing."""
        if not isinstance(other, Completion) or other.finish_reason != "stop":
            return False
        stated = extract(self.answer, self.answer_kind, self.options)
        if stated is None:
            return False
        said = grade(other.text, target=stated, kind=self.answer_kind, options=self.options)
        return said.score == 1.0


Judge = Callable[[Sequence[Claim]], Sequence[Outcome]]
"""What another model says to the claims' questions, one outcome each, in order. It is shown neither
the claims nor the keys.
"""


@dataclass(frozen=True)
class Verification:
    """What a verifier decided, and on what evidence."""

    accepted: bool
    evidence: str
    cause: str = ""
    """Of a refusal, where causes are told apart: `no answer` where nothing was verified."""


class Verifier(Protocol):
    """Contract of a file under `verifiers/`: `PLUGIN: Final[Verifier]`."""

    @property
    def verified_by(self) -> str:
        """Whose word it is, a party of `generation.autonomy`."""
        ...

    @property
    def asks(self) -> bool:
        """Whether it asks the judge."""
        ...

    def verify(self, claims: Sequence[Claim], judge: Judge) -> list[Verification]:
        """One decision per claim, in order; each depends on its claim alone."""
        ...


verifiers: Final = Registry[Verifier]("generation.verifiers")


def no_judge(claims: Sequence[Claim]) -> Sequence[Outcome]:
    """The judge of verifiers that ask none."""
    raise ValueError(f"{len(claims)} questions to a judge, and there is none")


def unreadable(outcome: Completion, kind: AnswerKind, options: tuple[str, ...] = ()) -> str:
    """Why a completion is no claim; empty if it is one."""
    if outcome.finish_reason != "stop":
        return "the answer was cut off"
    if extract(outcome.text, kind, options) is None:
        return f"no answer of the kind '{kind}' could be read"
    if not is_gradable(outcome.text, kind, options):
        return f"as a target it would not be graded right as '{kind}': it says more than the answer"
    return ""
