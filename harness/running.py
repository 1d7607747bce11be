"""What a person sees while answers arrive: accuracy so far with its interval, failures by kind."""

from collections import Counter
from collections.abc import Sequence

from blindspot.core.progress import Advance
from blindspot.core.records import Failure, Outcome, Sample
from blindspot.core.statistics import wilson
from harness.scoring import Rules


class Running:
    """Grades answers by rule as they arrive and says how it stands."""

    def __init__(self, places: Sequence[tuple[Sample, int]], rules: Rules, bar: Advance) -> None:
        self._places, self._rules, self._bar = places, rules, bar
        self._score, self._scored, self._undecided = 0.0, 0, 0
        self._failures: Counter[str] = Counter()

    def __call__(self, answers: Sequence[tuple[int, Outcome]]) -> None:
        """Take in outcomes by their places."""
        for place, outcome in answers:
            self._take(*self._places[place], outcome)
        if answers:
            self._bar(len(answers), self.note())

    def note(self) -> str:
        """`61.2 % [57.9, 64.4] · undecided 3 · timeout 2`."""
        low, high = wilson(self._score, self._scored)
        rate = self._score / self._scored if self._scored else 0.0
        parts = [f"{100 * rate:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"] * bool(self._scored)
        parts += [f"undecided {self._undecided}"] * bool(self._undecided)
        return " · ".join([*parts, *(f"{k} {n}" for k, n in sorted(self._failures.items()))])

    def _take(self, sample: Sample, repeat: int, outcome: Outcome) -> None:
        if isinstance(outcome, Failure):
            self._failures[outcome.kind] += 1
            return
        grade = self._rules.see(sample, repeat, outcome)
        if grade is None:
            self._undecided += 1
        else:
            self._score, self._scored = self._score + grade.score, self._scored + 1
