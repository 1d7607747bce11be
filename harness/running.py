"""What a person sees while answers arrive: accuracy so far with its interval, failures by kind."""

from collections import Counter
from collections.abc import Sequence

from blindspot.core.progress import Advance
from blindspot.core.records import Failure, Outcome
from blindspot.core.statistics import wilson
from harness.answers import Answers, Asked


class Running:
    """Takes answers in as they arrive and says how it stands."""

    def __init__(self, answers: Answers, places: Sequence[int], bar: Advance) -> None:
        """`places` among the answers of what is told."""
        self._answers, self._places, self._bar = answers, places, bar
        self._score, self._scored = 0.0, 0
        self._failures: Counter[str] = Counter()

    def __call__(self, told: Sequence[tuple[int, Outcome]]) -> None:
        """Take in outcomes by the numbers of their requests."""
        for number, outcome in told:
            self._count(self._answers.take(self._places[number], outcome))
        if told:
            self._bar(len(told), self.note())

    def note(self) -> str:
        """`61.2 % [57.9, 64.4] · undecided 3 · timeout 2`."""
        low, high = wilson(self._score, self._scored)
        rate = self._score / self._scored if self._scored else 0.0
        parts = [f"{100 * rate:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"] * bool(self._scored)
        undecided = len(self._answers.undecided)
        parts += [f"undecided {undecided}"] * bool(undecided)
        return " · ".join([*parts, *(f"{k} {n}" for k, n in sorted(self._failures.items()))])

    def _count(self, asked: Asked) -> None:
        if isinstance(asked.outcome, Failure):
            self._failures[asked.outcome.kind] += 1
        elif asked.verdict is not None:
            self._score, self._scored = self._score + asked.verdict.score, self._scored + 1
