"""The policy that is to learn from a sample must sometimes find the answer, and not always.

Only training cells that aim at a weakness are guarded. The others stand for the benchmarks' own
mix and keep what the policy can do already, or balance a bias; what is measured on must represent.
Filtering those as too easy leaves nothing in training that holds what the policy can do: skills it
had mastered fell in the next round.

A wave is asked four answers a candidate, then four more of those that are undecided, one call each
time (`generation.difficulty`). An answer that cannot be read or was cut off is a wrong answer; a
failure is no answer, and a candidate with one is rejected as such.
"""

from collections.abc import Sequence
from typing import Final

from blindspot.core.grading import grade
from blindspot.core.model import Request, Sampling
from blindspot.core.records import Completion, Failure, Outcome
from blindspot.core.training_set import PlanCell
from generation.calls import Calls
from generation.difficulty import BATCH, Wave
from generation.gate import Ask, Gate, OpenGate, Proposal, Surroundings, Verdict
from generation.settings import GenerationSettings
from generation.source import Candidate
from generation.spending import POLICY


class Difficulty:
    """The `difficulty` gate."""

    cost = 100
    asks = "policy"

    def guards(self, cell: PlanCell) -> bool:
        return cell.split == "train" and cell.want.weakness is not None

    def enabled(self, settings: GenerationSettings) -> bool:
        return settings.difficulty.enabled

    def calls(self, settings: GenerationSettings) -> Sequence[Calls]:
        """See `generation.calls`."""
        most = settings.difficulty.rollouts
        return [Calls(POLICY, min(BATCH, most), most)]

    def open(self, surroundings: Surroundings) -> OpenGate:
        if surroundings.ask is None:
            raise ValueError("the difficulty gate needs a policy to ask")
        return _Open(surroundings, surroundings.ask)


class _Open:
    def __init__(self, surroundings: Surroundings, ask: Ask) -> None:
        self._settings = surroundings.settings.difficulty
        self._seed = surroundings.settings.seed
        self._images = surroundings.images
        self._ask = ask

    def judge(self, proposals: Sequence[Proposal]) -> list[Verdict]:
        wave = Wave(self._settings, len(proposals))
        failures: dict[int, list[Failure]] = {}
        while todo := wave.todo():
            outcomes = iter(
                self._ask([r for p, n in todo for r in self._requests(proposals[p], n)])
            )
            answers = {place: [next(outcomes) for _ in numbers] for place, numbers in todo}
            failed = {p: [o for o in a if isinstance(o, Failure)] for p, a in answers.items()}
            failures |= {p: f for p, f in failed.items() if f}
            wave.see([(p, _right(proposals[p].candidate, a)) for p, a in answers.items()])
        return _verdicts(wave, failures)

    def _requests(self, proposal: Proposal, numbers: range) -> list[Request]:
        names = tuple(self._images.put(data) for data in proposal.candidate.images)
        sampling = Sampling(
            temperature=self._settings.temperature,
            max_tokens=self._settings.max_tokens,
            seed=self._seed,
        )
        return [
            Request(prompt=proposal.prompt, images=names, sampling=sampling, repeat=number)
            for number in numbers
        ]


def _right(candidate: Candidate, outcomes: Sequence[Outcome]) -> list[bool] | None:
    """Whether each answer was right; None if any is missing."""
    completions = [o for o in outcomes if isinstance(o, Completion)]
    if len(completions) < len(outcomes):
        return None
    return [_is_right(candidate, c) for c in completions]


def _is_right(candidate: Candidate, completion: Completion) -> bool:
    found = grade(
        completion.text,
        target=candidate.target,
        kind=candidate.answer_kind,
        options=candidate.options,
    )
    return found.score == 1.0 and completion.finish_reason != "length"


def _verdicts(wave: Wave, failures: dict[int, list[Failure]]) -> list[Verdict]:
    found, admitted = wave.posterior(), wave.admitted()
    verdicts: list[Verdict] = []
    for place in range(wave.candidates):
        if failed := failures.get(place):
            evidence = f"{len(failed)} failed: {failed[0].message}"
            verdicts.append(Verdict(False, evidence, "no answer"))
            continue
        right, asked = int(wave.right[place]), int(wave.asked[place])
        below, within, above = (float(p[place]) for p in (found.below, found.within, found.above))
        cause = "" if admitted[place] else _cause(below, within, above)
        evidence = f"{right} of {asked} right, in the band with probability {within:.2f}"
        verdicts.append(Verdict(not cause, evidence, cause, right / asked, asked))
    return verdicts


def _cause(below: float, within: float, above: float) -> str:
    """Of a rejection: where the pass rate most likely lies."""
    if within >= max(below, above):
        return "undecided"
    return "too hard" if below > above else "too easy"


PLUGIN: Final[Gate] = Difficulty()
