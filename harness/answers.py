"""What is asked of a model, and what came of it, with the rule's verdict: in order, and on disk.

    questions = Questions(loaded, config)
    answers = Answers(loaded, config.repeats)
    answers.take(questions.places[0], outcome)      graded by the rule when it arrives, once
    answers[0].verdict

A place is that of a sample and a repeat: the first sample's repeats, the second's, and so on.
"""

from array import array
from dataclasses import dataclass
from typing import Final

from blindspot.core.grading import Grade
from blindspot.core.model import Request
from blindspot.core.records import Completion, Outcome, Sample
from blindspot.core.spool import Lazy, Spool
from harness.settings import EvaluationSettings
from harness.suite import Loaded

_NOWHERE: Final = -1


@dataclass(frozen=True)
class Asked:
    """One sample asked once, and what came of it."""

    sample: Sample
    repeat: int
    outcome: Outcome
    verdict: Grade | None
    """The rule's; None of a failure, and where the rule cannot decide."""


@dataclass(frozen=True)
class _Came:
    """What is kept of it."""

    outcome: Outcome
    verdict: Grade | None


class Questions(Lazy[Request]):
    """The requests for all samples whose pictures can be had; each is made when it is needed."""

    def __init__(self, loaded: Loaded, config: EvaluationSettings) -> None:
        self._samples, self._config = loaded.samples, config
        broken = loaded.broken
        gone = {i for i, s in enumerate(loaded.samples) if s.id in broken} if broken else ()
        wanted = range(len(loaded.samples) * config.repeats)
        self.places = array("Q", (p for p in wanted if p // config.repeats not in gone))
        """Of each request."""

    def __len__(self) -> int:
        return len(self.places)

    def made(self, number: int) -> Request:
        """The request of a number; `places` says whose."""
        of, repeat = divmod(self.places[number], self._config.repeats)
        sample = self._samples[of]
        return Request(
            prompt=sample.prompt,
            images=sample.images,
            sampling=self._config.sampling,
            repeat=repeat,
        )


class Answers(Lazy[Asked]):
    """Whole once every place was taken; those whose pictures cannot be had are from the start."""

    def __init__(self, loaded: Loaded, repeats: int) -> None:
        self._loaded, self._repeats = loaded, repeats
        self._came: Spool[_Came] = Spool(_Came)
        self._where = array("q", [_NOWHERE]) * (len(loaded.samples) * repeats)
        self.undecided: list[int] = []
        """Places of answers that the rule could not decide, in the order they came."""
        if loaded.broken:
            self._take_broken()

    def __len__(self) -> int:
        return len(self._where)

    def take(self, place: int, outcome: Outcome) -> Asked:
        """Grade what came of a place, and keep it."""
        sample, repeat = self.asked_of(place)
        verdict = self._graded(sample, outcome) if isinstance(outcome, Completion) else None
        if isinstance(outcome, Completion) and verdict is None:
            self.undecided.append(place)
        self._where[place] = len(self._came)
        self._came.append(_Came(outcome, verdict))
        return Asked(sample, repeat, outcome, verdict)

    def asked_of(self, place: int) -> tuple[Sample, int]:
        """The sample and the repeat."""
        number, repeat = divmod(place, self._repeats)
        return self._loaded.samples[number], repeat

    def made(self, number: int) -> Asked:
        """What came of a place. Raises ValueError where nothing did yet."""
        if self._where[number] == _NOWHERE:
            raise ValueError(f"nothing came of place {number} yet")
        came = self._came[self._where[number]]
        return Asked(*self.asked_of(number), came.outcome, came.verdict)

    def _graded(self, sample: Sample, completion: Completion) -> Grade | None:
        opened = self._loaded.opened[sample.benchmark]
        return opened.grade(sample, self._loaded.doc(sample), completion.text)

    def _take_broken(self) -> None:
        for number, sample in enumerate(self._loaded.samples):
            if failure := self._loaded.broken.get(sample.id):
                for repeat in range(self._repeats):
                    self.take(number * self._repeats + repeat, failure)
