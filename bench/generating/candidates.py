"""Planted candidates of which it is known whether they should be admitted.

    composition(10_000, script)  →  5,000 good, 3,000 with a wrong key, 1,000 that the words alone
                                    answer, 1,000 with two answers; each of five cells alike

    number 12, good        "How much does bar 12 reach?"   picture: 31   key: 31
    number 15, wrong key   "Which color has crate 15?"     picture: red  key: green

What is true stands in the picture's pixels (`bench.stub.planting`); what is proposed as the key
stands in no request. A wrong key is the answer that a model would err with: the tempting one as
often as the stub's solvers take it. By default who wrote it errs independently of the solvers;
`misread` plants keys of a writer whose errors correlate with theirs as theirs do with each other.

To every gate they are somebody else's pictures (`truth="agents"`), so that nothing goes unasked.
Proposals are made of them by the product (`generation.proposing`).
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count as numbers
from itertools import islice
from typing import Final, Literal

import numpy as np
from PIL import Image

from bench.stub.common_sense import blind_question, common_sense
from bench.stub.draws import pick, uniform
from bench.stub.guesses import WORDS, others, tempting
from bench.stub.planting import Fact, Payload, plant
from bench.stub.script import Script
from bench.stub.solving import errs
from blindspot.core.grading import letter
from blindspot.core.images import encode
from blindspot.core.records import AnswerKind, CellShare
from blindspot.core.training_set import PlanCell
from generation.gate import Proposal
from generation.proposing import Proposing, Task
from generation.source import Candidate, Want

Sort = Literal["good", "wrong key", "blind", "ambiguous"]
SORTS: Final[tuple[Sort, ...]] = ("good", "wrong key", "blind", "ambiguous")
_PATTERN: Final[tuple[Sort, ...]] = (
    *("good", "wrong key", "good", "blind", "good"),
    *("wrong key", "good", "ambiguous", "good", "wrong key"),
)
STEP: Final = len(_PATTERN)
"""Numbers after which another cell comes."""
_BLINDS: Final = 97 * 97
"""Questions of common sense that there are."""
_SCATTER: Final = 7919
"""So far apart are those that are taken; else nearly all of yes/no would be yes."""
_MISREAD: Final = 1_000_000
"""Where the numbers of misread pictures begin."""
_COLORS: Final = ("red", "green", "blue", "yellow")
_WIDTH, _HEIGHT, _BLOCK = 96, 48, 12

Asked = tuple[str, str, tuple[str, ...]]
"""Question, answer, options."""
_CELLS: Final[tuple[tuple[str, str, AnswerKind, Callable[[int, random.Random], Asked]], ...]] = (
    (
        *("counting", "geometric", "number"),
        lambda n, rng: (f"How many crates does lot {n} hold?", str(rng.randint(2, 40)), ()),
    ),
    (
        *("color", "everyday_object", "choice"),
        lambda n, rng: (f"Which color has crate {n}?", rng.choice(_COLORS), _COLORS),
    ),
    (
        *("ocr", "text_dense", "text"),
        lambda n, rng: (f"Which word stands on sign {n}?", rng.choice(WORDS), ()),
    ),
    (
        *("chart_reading", "chart_graph", "number"),
        lambda n, rng: (f"How much does bar {n} reach?", str(rng.randint(5, 95)), ()),
    ),
    (
        *("spatial", "diagram", "yes_no"),
        lambda n, rng: (f"Is box {n} left of the door?", rng.choice(("yes", "no")), ()),
    ),
)
_BLIND: Final[dict[AnswerKind, int]] = {"number": 0, "yes_no": 4}
"""To which cell a question of common sense belongs."""


@dataclass(frozen=True)
class Planted:
    """One candidate before it is one."""

    number: int
    sort: Sort
    fact: Fact
    """What is true of its picture."""
    key: str
    """What is proposed as the answer; of a choice the option's text."""
    question: str
    """As it is proposed."""
    options: tuple[str, ...] = ()
    """As they are proposed."""
    words: str = ""
    """That stand in its picture."""

    @property
    def target(self) -> str:
        """The key as a candidate has it: of a choice the letter."""
        is_choice = self.fact.answer_kind == "choice"
        return letter(self.options.index(self.key)) if is_choice else self.key


def composition(count: int, script: Script) -> list[Planted]:
    """So many candidates of all sorts; what a key is wrong with is drawn by the script."""
    return [_planted(number, _PATTERN[number % STEP], script) for number in range(count)]


def misread(count: int, script: Script) -> list[Planted]:
    """So many wrong keys, each of a writer who errs as one more solver would."""
    facts = (fact(number) for number in numbers(_MISREAD))
    wrong = (each for each in facts if errs(each, "writer", script))
    return [_proposed(each, "wrong key", wrong_key(each, script)) for each in islice(wrong, count)]


def good(number: int) -> Planted:
    """A candidate with which nothing is wrong."""
    return _planted(number, "good", Script())


def fact(number: int, sort: Sort = "good") -> Fact:
    """What is true of a picture."""
    rng = random.Random(number)
    capability, image_type, kind, ask = _CELLS[number // STEP % len(_CELLS)]
    question, answer, options = ask(number, rng)
    if sort == "blind":
        question, kind = blind_question(number // STEP * _SCATTER % _BLINDS)
        capability, image_type, _, _ = _CELLS[_BLIND[kind]]
        answer, options = common_sense(question) or "", ()
    found = Fact(
        item=number,
        question=question,
        answer_kind=kind,
        answer=answer,
        options=options,
        capability=capability,
        image_type=image_type,
    )
    return found.model_copy(update={"also": tempting(found)}) if sort == "ambiguous" else found


def wrong_key(about: Fact, script: Script) -> str:
    """The answer of a writer who errs; two who err agree as often as two solvers do."""
    draws = (script.seed, about.item, "writer")
    if uniform("tempted", *draws) < math.sqrt(script.knowledge.same_wrong):
        return tempting(about, script.seed)
    return pick(others(about, script.seed), *draws)


def cell_of(about: Fact) -> PlanCell:
    """The cell that a fact's question belongs to."""
    want = CellShare(
        capability=about.capability,
        image_type=about.image_type,
        share=1 / len(_CELLS),
        quota=1,
        why="planted",
    )
    return PlanCell(name=want.name, split="train", want=want, quota=1, brief="planted")


def picture(planted: Planted) -> bytes:
    """Coloured blocks over the strip with its truth."""
    rng = np.random.default_rng(planted.number)
    shape = (_HEIGHT // _BLOCK, _WIDTH // _BLOCK, 3)
    blocks = rng.integers(0, 256, shape, dtype=np.uint8).repeat(_BLOCK, 0).repeat(_BLOCK, 1)
    payload = Payload(facts=(planted.fact,), words=planted.words)
    return encode(plant(Image.fromarray(blocks), payload))


def proposal(planted: Planted) -> Proposal:
    """The candidate as gates get it."""
    candidate = Candidate(
        images=(picture(planted),),
        question=planted.question,
        target=planted.target,
        answer_kind=planted.fact.answer_kind,
        origin=f"planted:{planted.number}",
        truth="agents",
        options=planted.options,
        licence="CC0-1.0",
    )
    return proposed(planted.number, cell_of(planted.fact), candidate)


def proposed(number: int, cell: PlanCell, candidate: Candidate) -> Proposal:
    """A candidate that somebody made, as gates get it."""
    name = f"{cell.split}/{cell.name}/{number}/0"
    made = Proposing({}, ())(Task(name, Want(cell, f"0/0/{name}"), candidate))
    assert isinstance(made, Proposal)
    return made


def _planted(number: int, sort: Sort, script: Script) -> Planted:
    about = fact(number, sort)
    return _proposed(about, sort, wrong_key(about, script) if sort == "wrong key" else about.answer)


def _proposed(about: Fact, sort: Sort, key: str) -> Planted:
    return Planted(about.item, sort, about, key, about.question, about.options)
