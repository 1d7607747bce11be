"""The policy's own answers to another source's questions, kept where a verifier accepts them.

    "Where is the red object? Give its box."  policy "[1, 4, 4, 7]"  key [1, 4, 5, 7]  IoU .75
                                              →  target "[1, 4, 4, 7]", verified by rule

    [[generation.sources]]
    plugin = "own_answers"
    path = "own_answers.toml"         # questions, verifier, …; `generation.own_answers`

A refused answer is a candidate too: the gate `verification` rejects it with the verifier's
evidence, and the next attempt asks another question. `validation` and `canary` keep the keys of the
questions, since they measure. The judge must be a model on this machine, whose calls cost nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from blindspot.core import config
from blindspot.core.asking import ask
from blindspot.core.errors import ConfigError
from blindspot.core.model import Model, ModelSettings, Request, open_model
from blindspot.core.prompt import render
from blindspot.core.records import Failure, Outcome
from blindspot.core.training_set import Makeable
from generation.agent import Asker
from generation.autonomy import ITSELF
from generation.gates.verification import EVIDENCE, VERIFIED
from generation.means import Means
from generation.own_answers import (
    Asked,
    OwnAnswersSettings,
    Verified,
    judge_request,
    rollout_requests,
    verified,
    wanted_rollouts,
)
from generation.source import Candidate, OpenSource, Source, SourceSettings, Want, sources
from generation.verifier import Claim, Judge, no_judge, verifiers

_POLICY: Final = "policy"
"""The role whose budget the rollouts count against."""
_FREE: Final = ("transformers_local", "replay")


class OwnAnswers:
    """The `own_answers` source."""

    def catalogue(self, settings: SourceSettings) -> tuple[Makeable, ...]:
        questions = read(settings).questions
        return sources.load(questions.plugin).catalogue(questions)

    def roles(self, settings: SourceSettings) -> tuple[str, ...]:
        questions = read(settings).questions
        return sources.load(questions.plugin).roles(questions)

    def parties(self, settings: SourceSettings) -> tuple[str, str]:
        return ITSELF, verifiers.load(read(settings).verifier).verified_by

    def open(self, settings: SourceSettings, means: Means) -> OpenSource:
        told = read(settings)
        questions = sources.load(told.questions.plugin).open(told.questions, means)
        model = open_model(_who(told, means), means.folder.images)
        return _Open(told, means, questions, model, _judge(told, means))


def read(settings: SourceSettings) -> OwnAnswersSettings:
    """The source's own settings. Raises ConfigError for a file that is missing or of no use."""
    if settings.path is None:
        raise ConfigError(
            "generation.sources.path",
            "own_answers reads there who answers, what is asked and who verifies",
            'Name a TOML file, e.g. path = "own_answers.toml"',
        )
    told = config.load(settings.path, OwnAnswersSettings)
    verifier = verifiers.load(told.verifier)
    if verifier.asks and (told.judge is None or told.judge.backend not in _FREE):
        raise ConfigError(
            f"{settings.path}: judge",
            f"the verifier '{told.verifier}' asks another model on this machine",
            "Add [judge] with the checkpoint of a model, backend transformers_local",
        )
    if told.questions.plugin == "own_answers":
        raise ConfigError(
            f"{settings.path}: questions.plugin",
            "own_answers answers questions and poses none",
            "Name a source that does, e.g. programmatic",
        )
    return told


@dataclass(frozen=True)
class _Open:
    settings: OwnAnswersSettings
    means: Means
    questions: OpenSource
    model: Model
    judge: Judge

    def candidates(self, wants: Sequence[Want]) -> list[Candidate | Failure]:
        posed = self.questions.candidates(wants)
        mine = [
            place
            for place, (want, made) in enumerate(zip(wants, posed, strict=True))
            if want.cell.split == "train" and isinstance(made, Candidate)
        ]
        known = {place: posed[place] for place in mine}
        made = [each for each in known.values() if isinstance(each, Candidate)]
        answers = self._answered(made, [wants[place].cell.name for place in mine])
        for place, candidate, answer in zip(mine, made, answers, strict=True):
            posed[place] = self._candidate(candidate, answer)
        return posed

    def _answered(
        self, made: Sequence[Candidate], cells: Sequence[str]
    ) -> list[Verified | Failure]:
        asked = [self._asked(candidate) for candidate in made]
        count = wanted_rollouts(self.settings)
        requests = [r for one in asked for r in rollout_requests(one, self.settings, count)]
        outcomes = self._ask(requests, [cell for cell in cells for _ in range(count)])
        drawn = [outcomes[i : i + count] for i in range(0, len(outcomes), count)]
        return verified(asked, drawn, self.settings.verifier, self.judge)

    def _asked(self, made: Candidate) -> Asked:
        images = tuple(self.means.folder.images.put(data) for data in made.images)
        prompt = render(made.question, made.options, made.answer_kind)
        return Asked(prompt, images, made.answer_kind, made.target, made.options)

    def _ask(self, requests: Sequence[Request], cells: Sequence[str]) -> Sequence[Outcome]:
        asker: Asker = self.means.asker or partial(_unlimited, self.means)
        return asker(self.model, requests, _POLICY, cells) if requests else []

    def _candidate(self, made: Candidate, answer: Verified | Failure) -> Candidate | Failure:
        if isinstance(answer, Failure):
            return answer
        decided = answer.verification
        seen = {VERIFIED: "yes" if decided.accepted else "no", EVIDENCE: decided.evidence}
        return replace(
            made,
            target=answer.answer if decided.accepted else made.target,
            origin=f"own_answers:{self.settings.verifier} of {made.origin}",
            attributes={**made.attributes, **seen},
        )


def _who(told: OwnAnswersSettings, means: Means) -> ModelSettings:
    who = told.model or means.policy
    if who is None:
        raise ConfigError(
            "generation.own_answers: model",
            "nobody is named who answers, and there is no model that is to learn",
            "Name one in the source's file, [model]",
        )
    return who


def _judge(told: OwnAnswersSettings, means: Means) -> Judge:
    if not verifiers.load(told.verifier).asks or told.judge is None:
        return no_judge
    return partial(_judged, told, told.judge, means)


def _judged(
    told: OwnAnswersSettings, who: ModelSettings, means: Means, claims: Sequence[Claim]
) -> Sequence[Outcome]:
    requests = [judge_request(claim, told) for claim in claims]
    return ask(open_model(who, means.folder.images), requests, means.folder.ledger)


def _unlimited(
    means: Means, model: Model, requests: Sequence[Request], role: str, cells: Sequence[str]
) -> list[Outcome]:
    return ask(model, requests, means.folder.ledger)


PLUGIN: Final[Source] = OwnAnswers()
