"""What a stub model answers to a question: from the pixels where a picture is shown, from the words
where none is.

    the picture tells    right, or wrong with `solver_error`; errors of two models correlate
    it is ambiguous      one of two answers, or null
    it tells of other things, or nothing         null, or what it shows, or a guess
    no picture           right where common sense answers; otherwise a guess

Errors correlate because a share √ρ of a model's draws is the draw that all models have in common
for that item: two models share one with probability ρ, and then both err or neither does.
"""

import math

from bench.stub import reading
from bench.stub.asked import Asked
from bench.stub.common_sense import common_sense
from bench.stub.draws import pick, uniform
from bench.stub.guesses import guess, others, tempting
from bench.stub.planting import Fact
from bench.stub.script import Script
from blindspot.core.grading import letter


def solve(asked: Asked, script: Script) -> str | None:
    """A solver's answer, a choice by its letter; None where it finds none or several."""
    fact = reading.fact_asked(asked)
    if fact is None:
        return _unseen(asked, script) if asked.pictures else _blind(asked, script)
    if fact.also is not None:
        answer = _either(fact, asked.model, script)
    elif errs(fact, asked.model, script):
        answer = _error(fact, asked.model, script)
    else:
        answer = fact.answer
    return answer if answer is None else as_asked(answer, fact, asked)


def roll(asked: Asked, script: Script) -> str:
    """The policy's answer: right as often as the picture says; each seed is another draw."""
    fact = reading.fact_asked(asked)
    if fact is None:
        offered = reading.options(asked.text)
        return guess(asked.text, offered, script.seed, "guess", asked.model, asked.text, asked.draw)
    about = (script.seed, "policy", asked.model, fact.item, fact.question, asked.draw)
    if uniform(*about) < fact.pass_rate:
        return as_asked(fact.answer, fact, asked)
    wrong = (tempting(fact, script.seed), *others(fact, script.seed))
    return as_asked(pick(wrong, "wrong", *about), fact, asked)


def errs(fact: Fact, model: str, script: Script) -> bool:
    """Whether a model errs on a fact, whoever asks and in whatever order."""
    about = (script.seed, fact.item, fact.question)
    shares = uniform("shares", *about, model) < math.sqrt(script.knowledge.correlation)
    draw = uniform("error", *about) if shares else uniform("error", *about, model)
    return draw < script.knowledge.solver_error


def as_asked(answer: str, fact: Fact, asked: Asked) -> str:
    """An answer as the request wants it: of a choice the letter that it has there."""
    if fact.answer_kind != "choice":
        return answer
    offered = [option.casefold() for option in reading.options(asked.text) or fact.options]
    found = answer.casefold() in offered
    return letter(offered.index(answer.casefold())) if found else answer


def _error(fact: Fact, model: str, script: Script) -> str:
    """Two models that err both take the tempting answer with probability √same_wrong each."""
    about = (script.seed, fact.item, fact.question, model)
    if uniform("tempted", *about) < math.sqrt(script.knowledge.same_wrong):
        return tempting(fact, script.seed)
    return pick(others(fact, script.seed), "other", *about)


def _either(fact: Fact, model: str, script: Script) -> str | None:
    about = (script.seed, fact.item, fact.question, model)
    if uniform("null", *about) < script.knowledge.null_when_ambiguous:
        return None
    return pick((fact.answer, fact.also), "either", *about)


def _unseen(asked: Asked, script: Script) -> str | None:
    """The pictures do not settle the question."""
    shown = [fact for payload in asked.pictures if payload for fact in payload.facts]
    about = (script.seed, "unseen", asked.model, asked.text, *(fact.item for fact in shown))
    if uniform("null", *about) < script.knowledge.null_when_unseen:
        return None
    offered = reading.options(asked.text)
    guessed = guess(asked.text, offered, "guess", *about)
    alike = [f.answer for f in shown if not offered and _form(f.answer) == _form(guessed)]
    return alike[0] if alike else guessed


def _blind(asked: Asked, script: Script) -> str:
    """Only the words are known."""
    known, offered = common_sense(asked.text), reading.options(asked.text)
    if known is None:
        return guess(asked.text, offered, script.seed, "blind", asked.model, asked.text)
    alike = [letter(i) for i, option in enumerate(offered) if option.casefold() == known]
    return alike[0] if alike else known


def _form(answer: str) -> str:
    """Answers of one form can stand for one another: numbers, yes and no, words."""
    if answer in ("yes", "no"):
        return "yes_no"
    return "number" if answer.replace(".", "", 1).lstrip("-").isdigit() else "text"
