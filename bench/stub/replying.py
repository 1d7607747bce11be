"""What each role replies, as the fields of its typed reply.

    writer      the question that the picture plants, with its key (wrong at a stated rate)
    validator   the category that it plants, each thing wrong at a stated rate
    planner, image seeker, image editor    something sensible, decided by the request's words

A model that believes what it reads (`gullible`) does what a text in a picture or a quoted text
tells it: a JSON object replaces fields of its reply, any other words what the role is there to say.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from bench.stub import reading
from bench.stub.asked import Asked
from bench.stub.common_sense import common_sense
from bench.stub.draws import pick, uniform
from bench.stub.guesses import WORDS, tempting
from bench.stub.planting import Fact
from bench.stub.schemas import blank, fit
from bench.stub.script import Role, Script
from bench.stub.solving import roll, solve
from blindspot.core.grading import letter

Reply = dict[str, Any]
_NUMBER: Final = re.compile(r"\b[1-9]\d?\b")
_PLACES: Final = ("at a market", "in a kitchen", "on a street", "in a workshop", "by the sea")


def answer(asked: Asked, script: Script) -> str:
    """The content of the completion."""
    order = reading.order(asked)
    obeys = order is not None and _believes(asked, order, script)
    if asked.schema is None:
        return f"Answer: {order if obeys else roll(asked, script)}"
    reply = fit(_REPLIES[asked.role](asked, script), asked.schema)
    return json.dumps(_obeyed(asked, reply, order) if obeys and order else reply)


def _believes(asked: Asked, order: str, script: Script) -> bool:
    about = (script.seed, "gullible", asked.role, asked.model, order)
    shown = [fact.item for payload in asked.pictures if payload for fact in payload.facts]
    return uniform(*about, *shown, asked.text) < script.knowledge.gullible


def _plan(asked: Asked, script: Script) -> Reply:
    """As many topics as the first number in the prompt says, all different."""
    wanted = _NUMBER.search(asked.text)
    start = int(uniform(script.seed, "plan", asked.model, asked.text, asked.draw) * len(WORDS))
    about = reading.first(reading.values(asked.text), "things")
    return {"topics": [_topic(start + i, about) for i in range(int(wanted[0]) if wanted else 1)]}


def _topic(number: int, about: str) -> Reply:
    thing = WORDS[number % len(WORDS)]
    place = _PLACES[number // len(WORDS) % len(_PLACES)]
    return {"subject": f"a {thing} {place}", "idea": f"{about}: what is beside the {thing}?"}


def _seek(asked: Asked, script: Script) -> Reply:
    """Offers that share a word with what is looked for, the most shared first."""
    subject = reading.first(reading.values(asked.text), "picture")
    offers = reading.records(asked.text, "number", "title")
    if not offers:
        shorter = " ".join(subject.split()[:2])
        return {"queries": list(dict.fromkeys([subject, shorter])), "chosen": []}
    wanted = set(subject.casefold().split()) - {"a", "an", "the", "in", "on", "at", "of"}
    shared = {
        offer["number"]: len(wanted & set(" ".join(reading.strings(offer)).casefold().split()))
        for offer in offers
    }
    suits = [number for number, count in shared.items() if count]
    return {"queries": [], "chosen": sorted(suits, key=lambda n: (-shared[n], n))[:3]}


def _edit(asked: Asked, script: Script) -> Reply:
    """One of the edits that are offered, or none, each as likely; its arguments by their schema."""
    offered = reading.records(asked.text, "name", "arguments")
    shown = [fact.item for payload in asked.pictures if payload for fact in payload.facts]
    chosen = pick([None, *offered], script.seed, "edit", asked.model, asked.text, *shown)
    if chosen is None:
        return {"why": "It serves as it is.", "operation": None, "arguments": "{}"}
    arguments = json.dumps(_arguments(json.loads(chosen["arguments"])))
    return {"why": "It aims better so.", "operation": chosen["name"], "arguments": arguments}


def _arguments(schema: Mapping[str, Any]) -> Reply:
    """What an edit must be told; regions are the middle of the picture."""
    needed = schema.get("required", ())
    found = {n: blank(schema["properties"][n], schema) for n in needed}
    edges = (0.1, 0.1, 0.9, 0.9)
    return {n: list(edges) if v == [0.5] * 4 else v for n, v in found.items()}


def _write(asked: Asked, script: Script) -> Reply:
    """The fact of the capability that is asked for, or the picture's first."""
    facts = [fact for payload in asked.pictures if payload for fact in payload.facts]
    if not facts:
        return {"seen": "Nothing to ask about.", "usable": False, "answer_kind": "text"}
    quoted = set(reading.strings(reading.values(asked.text)))
    fact = next((fact for fact in facts if fact.capability in quoted), facts[0])
    key = _key(fact, asked.model, script)
    return {
        "seen": "The strip says it.",
        "usable": True,
        "question": fact.question,
        "answer_kind": fact.answer_kind,
        "options": list(fact.options),
        "target": letter(fact.options.index(key)) if fact.answer_kind == "choice" else key,
    }


def _key(fact: Fact, model: str, script: Script) -> str:
    about = (script.seed, "key", fact.item, fact.question, model)
    wrong = uniform(*about) < script.knowledge.writer_error
    return tempting(fact, script.seed) if wrong else fact.answer


def _solve(asked: Asked, script: Script) -> Reply:
    return {"working": "Read off the strip.", "answer": solve(asked, script)}


def _validate(asked: Asked, script: Script) -> Reply:
    """What the picture says of the question, each thing wrong at the stated rate."""
    fact = reading.fact_asked(asked)
    subject = (fact.item, fact.question) if fact else (asked.text,)
    about = (script.seed, "valid", asked.model, *subject)

    def errs(what: str) -> bool:
        return uniform(what, *about) < script.knowledge.validator_error

    offered = [list(terms) for terms in reading.dictionaries(asked.text)]
    return {
        "why": "The strip says it.",
        "capability": _term(fact.capability if fact else "", offered, 0, errs("capability")),
        "image_type": _term(fact.image_type if fact else "", offered, 1, errs("image type")),
        "single_answer": (fact is not None and fact.also is None) != errs("single"),
        "needs_picture": (common_sense(asked.text) is None) != errs("needs"),
        "harmful": False,
    }


def _term(true: str, offered: list[list[str]], place: int, wrong: bool) -> str:
    """The true term, or another of those that it is offered among."""
    terms = next((each for each in offered if true in each), [])
    terms = terms or (offered[place] if place < len(offered) else [])
    rest = [term for term in terms if term != true]
    return pick(rest, "term", true, place) if rest and (wrong or true not in terms) else true


def _other(asked: Asked, script: Script) -> Reply:
    return {}


def _obeyed(asked: Asked, reply: Reply, order: str) -> Reply:
    """The reply with what an order wants in it."""
    try:
        told = json.loads(order)
    except ValueError:
        told = None
    if isinstance(told, dict):
        return {**reply, **{name: told[name] for name in told if name in reply}}
    return {**reply, **{n: v for n, v in _said(asked, order).items() if n in reply}}


def _said(asked: Asked, order: str) -> Reply:
    """What a role says whose one word is dictated."""
    if asked.role == "image_seeker":
        numbers = [int(number) for number in re.findall(r"\d+", order)]
        return {"chosen": numbers} if numbers else {"queries": [order]}
    if asked.role == "validator":
        known = any(order in terms for terms in reading.dictionaries(asked.text))
        valid = {"single_answer": True, "needs_picture": True, "harmful": False}
        return {**valid, "capability": order} if known else valid
    if asked.role == "planner":
        return {"topics": [{"subject": order, "idea": order}]}
    return {"answer": order, "target": order, "operation": order}


_REPLIES: Final[Mapping[Role, Callable[[Asked, Script], Reply]]] = {
    "planner": _plan,
    "image_seeker": _seek,
    "image_editor": _edit,
    "writer": _write,
    "solver": _solve,
    "validator": _validate,
    "other": _other,
}
