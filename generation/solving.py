"""What the gates that ask a solver share: the forms in which a question is put, and a test of
whether answers come right without the picture.

    turn 0   Which is it?  A red  B blue  C green                           key B
    turn 1   Which is it?  A blue  B green  C red                           key A
    turn 3   Which is it?  A red  B blue  C green  D it cannot be told      key B

The test is Wald's sequential one (1945): chance against a solver that knows in `KNOWN` of its
answers. It stops when it is sure, after `MOST` turns, or at a reply that there is no answer, which
no solver that knows gives. Exact rates, replies being independent:

    chance   called known by chance   missed though known   turns by chance   turns though known
    1/2               3.5 %                  24 %                  5.3               8.2
    1/3               4.8 %                  10 %                  3.3               4.3
    1/4               2.4 %                  18 %                  1.8               3.3
    .1                1.3 %                  15 %                  1.3               2.1
    .02               2.0 %                  15 %                  1                 1

Replies are not independent: a solver that guesses may favour an answer whatever it is asked, or
say the same again. So options rotate, first by themselves and then with "it cannot be told" among
them; yes/no is asked as such a choice too; and an answer is as likely a guess as it is common among
the solver's replies to the wave's other questions of its kind. What a solver guesses alike in every
form, and for few other questions, looks known.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from blindspot.core.grading import extract, grade, letter, normalise
from blindspot.core.records import AnswerKind, Failure
from generation.agents.solver import PLUGIN as SOLVER
from generation.agents.solver import Solution, SolverRequest
from generation.gate import Proposal, Surroundings, Verdict
from generation.source import Candidate

KNOWN: Final = 0.85
"""How often a solver that needs no picture is right, at least."""
FALSE_ALARM: Final = 0.05
"""Wald's nominal rate at which chance is called knowledge."""
MISSED: Final = 0.2
"""Wald's nominal rate at which knowledge is called chance."""
MOST: Final = 12
"""Turns after which a test ends undecided."""

_FIXED: Final = re.compile(
    r"\b(all|none|both|neither|either|any) of (the|these)\b|\b[A-H] (and|or) [A-H]\b", re.IGNORECASE
)
"""Options that speak of other options, whose places must stay."""
_UNTOLD: Final = "it cannot be told"


@dataclass(frozen=True)
class Form:
    """One way to put a question."""

    request: SolverRequest
    """What the solver sees."""
    target: str
    """What would be right; it stays here."""

    def is_right(self, solution: Solution) -> bool:
        """Whether the answer would be graded right."""
        if solution.answer is None:
            return False
        request = self.request
        found = grade(
            solution.answer, target=self.target, kind=request.answer_kind, options=request.options
        )
        return found.score == 1.0


def form(candidate: Candidate, pictures: tuple[str, ...], turn: int = 0) -> Form:
    """The question as it is put at a turn; at turn 0 as it stands. `pictures` are names in the
    image store.
    """
    kind, options, target = _put(candidate, turn)
    request = SolverRequest(
        pictures=pictures, question=candidate.question, options=options, answer_kind=kind
    )
    return Form(request, target)


def stored(surroundings: Surroundings, proposal: Proposal) -> tuple[str, ...]:
    """Names of a proposal's pictures, which lie in the image store afterwards."""
    return tuple(surroundings.images.put(data) for data in proposal.candidate.images)


def guessable(candidate: Candidate, other: float) -> float:
    """How likely a guess is right: among options; `other` where the answer is free."""
    if candidate.answer_kind == "choice":
        return 1 / len(candidate.options)
    return 0.5 if candidate.answer_kind == "yes_no" else other


def unanswered(failure: Failure, member: int = 0) -> Verdict:
    """The verdict where a solver gave no reply: nothing is known of the candidate."""
    return Verdict(False, f"solver {member + 1}: {failure.message}", "no answer")


def knows(right: int, asked: int, chance: float) -> bool | None:
    """Whether so many right answers show knowledge (True) or chance (False); None: not yet sure."""
    if chance >= KNOWN:
        return False
    gain = right * math.log(KNOWN / chance)
    gain += (asked - right) * math.log((1 - KNOWN) / (1 - chance))
    if gain >= math.log((1 - MISSED) / FALSE_ALARM):
        return True
    return False if gain <= math.log(MISSED / (1 - FALSE_ALARM)) else None


@dataclass
class Trial:
    """One candidate under test."""

    proposal: Proposal
    chance: float
    """How likely a guess is right."""
    right: int = 0
    asked: int = 0
    first: str = ""
    """What was replied at turn 0, as it is counted; empty where nothing was."""
    known: bool | None = None
    """What the test says; None while it is open, and where it ended undecided."""
    failure: Failure | None = None
    """Why there is nothing to say, or None."""

    @property
    def kind(self) -> AnswerKind:
        """Of its answer."""
        return self.proposal.candidate.answer_kind

    @property
    def is_open(self) -> bool:
        """Whether another reply is wanted."""
        return self.known is None and self.failure is None

    def see(self, put: Form, reply: Solution | Failure) -> None:
        """Count a reply."""
        if isinstance(reply, Failure):
            self.failure = reply
            return
        if self.asked == 0:
            self.first = _plain(reply.answer or "", self.kind)
        self.asked += 1
        self.right += put.is_right(reply)
        self.known = False if reply.answer is None else None

    def decide(self) -> None:
        """Say what the replies so far show, if they do."""
        if self.is_open:
            self.known = knows(self.right, self.asked, self.chance)


Put = Callable[[Proposal, int], Form | None]
"""The form of a proposal's question at a turn, or None where there is none left."""


def probe(surroundings: Surroundings, trials: Sequence[Trial], put: Put, about: str) -> None:
    """Ask the first solver until every trial is decided or out of turns; each turn is one batch.
    `about` tells the calls of different gates apart.
    """
    for turn in range(MOST):
        going = [(t, f) for t in trials if t.is_open and (f := put(t.proposal, turn))]
        if not going:
            return
        replies = _replies(surroundings, going, f"{about}/{turn}")
        for (trial, asked), reply in zip(going, replies, strict=True):
            trial.see(asked, reply)
        if turn == 0:
            _allow_for_habit(trials)
        for trial, _ in going:
            trial.decide()


def _replies(
    surroundings: Surroundings, going: Sequence[tuple[Trial, Form]], about: str
) -> list[Solution | Failure]:
    requests = [form.request for _, form in going]
    cells = [trial.proposal.cell.name for trial, _ in going]
    seed = surroundings.settings.seed
    seeds = [f"{seed}/{trial.proposal.id}/{about}" for trial, _ in going]
    return surroundings.staff.consult("solver", SOLVER, requests, cells, seeds=seeds)


def _allow_for_habit(trials: Sequence[Trial]) -> None:
    """A guess is right as often as the solver says so to the other questions of the kind."""
    said: defaultdict[AnswerKind, Counter[str]] = defaultdict(Counter)
    for trial in trials:
        said[trial.kind].update([trial.first] if trial.first else [])
    for trial in trials:
        others = said[trial.kind] - Counter([trial.first] if trial.first else [])
        alike = others[_plain(trial.proposal.candidate.target, trial.kind)]
        habit = (alike + 2 * trial.chance) / (others.total() + 2)
        trial.chance = max(trial.chance, habit)


def _plain(answer: str, kind: AnswerKind) -> str:
    """An answer as it is counted; letters mean something else in every choice, and are not."""
    return "" if kind == "choice" else normalise(extract(answer, kind) or "")


def _put(candidate: Candidate, turn: int) -> tuple[AnswerKind, tuple[str, ...], str]:
    """Answer kind, options and target at a turn."""
    kind, options, target = candidate.answer_kind, candidate.options, candidate.target
    if kind == "yes_no" and turn:
        options, turn = ("yes", "no"), turn - 1
        target = letter(options.index(normalise(target)))
    if not options or any(_FIXED.search(option) for option in options):
        return kind, options, target
    turn %= 2 * len(options) + 1
    more = turn >= len(options)
    shift = turn - len(options) if more else turn
    options = (*options, _UNTOLD) if more else options
    place = (ord(target.strip().upper()) - ord("A") - shift) % len(options)
    return "choice", options[shift:] + options[:shift], letter(place)
