"""Answers that are not the right one: what a model says that errs, and what one says that does not
know.

    tempting(Fact(answer="3", …))    "4", the error that two models make alike
    others(Fact(answer="3", …))      the wrong answers that they make each by itself
    guess("Is it red?", (), …)       "yes" or "no", as a coin falls
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from bench.stub.draws import pick, uniform
from bench.stub.planting import Fact
from blindspot.core.grading import letter
from blindspot.core.records import AnswerKind

_VOCABULARY: Final = (
    "red green blue yellow purple black white orange brown grey circle square triangle star "
    "hexagon north south east west left right above below apple bread candle door engine flower "
    "garden hammer island jacket kettle ladder mirror needle oven pencil queen river saddle table "
    "umbrella violin window yard zebra"
)
WORDS: Final = tuple(_VOCABULARY.split())
"""What a model says that has to say something."""
_REACH: Final = 20
"""A wrong number is off by at most so much."""
_YES_NO: Final = re.compile(
    r"(?:^|[.\n\"] *)(?:is|are|do|does|did|has|have|can|was|were) [^.\n]*\?", re.IGNORECASE
)
_NUMBER: Final = re.compile(r"how (?:many|much)|what (?:number|total|sum)", re.IGNORECASE)


def tempting(fact: Fact, seed: object = 0) -> str:
    """The wrong answer that this question invites."""
    wrong = _wrong(fact)
    near = wrong[:2] if fact.answer_kind == "number" else wrong
    return pick(near, seed, "tempting", fact.item, fact.question)


def others(fact: Fact, seed: object = 0) -> tuple[str, ...]:
    """All other wrong answers; the tempting one where there is no other."""
    first = tempting(fact, seed)
    return tuple(answer for answer in _wrong(fact) if answer != first) or (first,)


def guess(text: str, options: Sequence[str], *about: object) -> str:
    """An answer at chance level to a question of which only the words are known."""
    if options:
        return letter(int(uniform(*about) * len(options)))
    if _YES_NO.search(text):
        return pick(("yes", "no"), *about)
    if _NUMBER.search(text):
        return str(int(uniform(*about) * 10))
    return pick(WORDS, *about)


def _wrong(fact: Fact) -> tuple[str, ...]:
    """Every wrong answer to a fact, at least one; near numbers first."""
    right = (fact.answer.casefold(), (fact.also or fact.answer).casefold())
    wrong = _WRONG[fact.answer_kind](fact)
    return tuple(answer for answer in wrong if answer.casefold() not in right) or ("none",)


def _other_options(fact: Fact) -> tuple[str, ...]:
    return fact.options


def _other_side(fact: Fact) -> tuple[str, ...]:
    return ("no",) if fact.answer == "yes" else ("yes",)


def _near_numbers(fact: Fact) -> tuple[str, ...]:
    true = float(fact.answer)
    steps = [sign * step for step in range(1, _REACH + 1) for sign in (1, -1)]
    return tuple(f"{true + step:g}" for step in steps if true + step >= 0 or true < 0)


def _other_words(fact: Fact) -> tuple[str, ...]:
    return WORDS


def _other_sets(fact: Fact) -> tuple[str, ...]:
    rest = fact.answer.split(", ")[1:]
    return tuple(", ".join([word, *rest]) for word in WORDS if word not in fact.answer)


def _other_boxes(fact: Fact) -> tuple[str, ...]:
    x0, y0, x1, y1 = (float(edge) for edge in fact.answer.split(","))
    wide, high = x1 - x0, y1 - y0
    moves = [(dx * wide, dy * high) for dx in (1, -1, 2) for dy in (0, 1, -1)]
    return tuple(f"{x0 + x:g}, {y0 + y:g}, {x1 + x:g}, {y1 + y:g}" for x, y in moves)


_WRONG: Final[dict[AnswerKind, Callable[[Fact], tuple[str, ...]]]] = {
    "choice": _other_options,
    "yes_no": _other_side,
    "number": _near_numbers,
    "text": _other_words,
    "set": _other_sets,
    "box": _other_boxes,
}
