"""The policy's own answers to another source's questions, kept where a verifier accepts them.

    "Where is the red object? Give its box."  policy "[1, 4, 4, 7]"  key [1, 4, 5, 7]  IoU .75
                                              →  target "[1, 4, 4, 7]", verified by rule

    [[generation.sources]]
    plugin = "own_answers"
    path = "own_answers.toml"         # questions, verifier, …; `generation.own_answers`

A refused answer is a candidate too: the gate `verification` rejects it with the verifier's
evidence, and the next attempt asks another question. `validation` and `canary` keep the keys of the
questions, since they measure. The judge must be a model on this machine, whose calls cost nothing.

A target is compared whole. So an answer that gives its reason too ("Yes, it is left of the door.",
"The answer is (B).") is no claim and is refused; the questions must ask for the answer alone.
Numbers and boxes may stand at the end of steps.
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
from generation.autonomy import ANOTHER_MODEL, ITSELF
from generation.calls import Calls, of_source
from generation.gates.verification import CAUSE, EVIDENCE, VERIFIED
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
from generation.spending import POLICY
from generation.verifier import Claim, Judge, no_judge, verifiers

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
        told = read(settings)
        answering = ITSELF if told.model is None else ANOTHER_MODEL
        verifying = verifiers.load(told.verifier).verified_by
        return answering, answering if verifying == ITSELF else verifying

    def questions(self, settings: SourceSettings) -> SourceSettings:
        return read(settings).questions

    def models(self, settings: SourceSettings) -> Sequence[ModelSettings]:
        told = read(settings)
        judge = told.judge if verifiers.load(told.verifier).asks else None
        return [each for each in (told.model, judge) if each is not None]

    def calls(self, settings: SourceSettings) -> Sequence[Calls]:
        """See `generation.calls`."""
        told = read(settings)
        drawn = wanted_rollouts(told)
        rollouts = Calls(
            POLICY, drawn, drawn, split="train", model=told.model, max_tokens=told.max_tokens
        )
        return [*of_source(told.questions), rollouts]

    def open(self, settings: SourceSettings, means: Means) -> OpenSource:
        told = read(settings)
        questions = sources.load(told.questions.plugin).open(told.questions, means)
        return _Open(told, means, questions, _model(told, means), _judge(told, means))


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
    if told.questions.licences != SourceSettings().licences:
        raise ConfigError(
            f"{settings.path}: questions.licences",
            "the gate `licence` goes by the licences of the source itself",
            "Give them in the config, beside path",
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
        return asker(self.model, requests, POLICY, cells) if requests else []

    def _candidate(self, made: Candidate, answer: Verified | Failure) -> Candidate | Failure:
        if isinstance(answer, Failure):
            return answer
        decided = answer.verification
        seen = {VERIFIED: "yes" if decided.accepted else "no", EVIDENCE: decided.evidence}
        if decided.cause:
            seen[CAUSE] = decided.cause
        return replace(
            made,
            target=answer.answer if decided.accepted else made.target,
            origin=f"own_answers:{self.settings.verifier} of {made.origin}",
            attributes={**made.attributes, **seen},
        )


def _model(told: OwnAnswersSettings, means: Means) -> Model:
    """The model that the file names, or the one that is to learn, which is open already."""
    if told.model is not None:
        return open_model(told.model, means.folder.images)
    if means.learner is None:
        raise ConfigError(
            "generation.own_answers: model",
            "nobody is named who answers, and there is no model that is to learn",
            "Name one in the source's file, [model]",
        )
    return means.learner


def _judge(told: OwnAnswersSettings, means: Means) -> Judge:
    if not verifiers.load(told.verifier).asks or told.judge is None:
        return no_judge
    return partial(_judged, told, open_model(told.judge, means.folder.images), means)


def _judged(
    told: OwnAnswersSettings, model: Model, means: Means, claims: Sequence[Claim]
) -> Sequence[Outcome]:
    requests = [judge_request(claim, told) for claim in claims]
    return ask(model, requests, means.folder.ledger)


def _unlimited(
    means: Means, model: Model, requests: Sequence[Request], role: str, cells: Sequence[str]
) -> list[Outcome]:
    return ask(model, requests, means.folder.ledger)


PLUGIN: Final[Source] = OwnAnswers()
