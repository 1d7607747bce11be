"""D10: error stages planted in answers, and what the rules say about them.

A fault is one change to an answer of which everything else is in order: the sum that is worked out
wrongly, the digit misread, the thing that is not there. Questions are `fault_questions`, wordings
`fault_phrasings`; what a rule may take for its own fault is planted as well: inferences and facts
gone wrong without a sign (as often as every other fault), sums that are right or not claimed.

Rules were developed on the first half of the wordings and other seeds; the figures come from the
second half, and no rule was changed after they were first measured. One hand wrote both halves,
before the rules: this measures how far rules carry over to other wordings, not to other models. A
fault counts as planted when the grader scores the answer 0 and reads in it what was planted. Draws
that share a question and a wording are one case: the intervals are Wilson's for as many answers as
there are cases, not draws, since a rule decides by wordings.

Precision depends on the mix: here all eleven faults are equally frequent, which no model's are.
Coverage has no target: a rule that is not sure must abstain.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bench.diagnosing import fault_phrasings as phrasings
from bench.diagnosing.fault_questions import QUESTIONS, Asked, Draw
from bench.diagnosing.fault_things import COUNTRIES, SPELT, THINGS, WORDED
from bench.extent import Extent
from bench.rows import Interval, Row, verdict
from blindspot.core.grading import Grade, grade, letter
from blindspot.core.records import Completion, Prediction, Sample
from blindspot.core.statistics import wilson
from diagnostics.causes.attribution import attributions
from diagnostics.causes.attributor import ORDER, attributors

DEVELOPMENT: Final = 0
REPORT: Final = 1
TARGET: Final = 0.95
NARROW: Final = 0.1
"""Width of an interval that says something about the target."""


@dataclass(frozen=True)
class Said:
    """An answer with a fault in it."""

    text: str
    wording: str
    """Which wording it is, as far as a rule could tell."""
    reads: str | None = None
    """What the grader must read in it; None where that does not matter."""
    finish_reason: str = "stop"
    strict: bool = False
    """Scored by a benchmark that takes nothing but the target itself."""


@dataclass(frozen=True)
class Planted:
    """One failed answer whose error stage is known."""

    stage: str
    case: str
    """Fault, question but for the things in it, and wording."""
    sample: Sample
    prediction: Prediction


_FILLED: Final = re.compile(rf"\d+|{'|'.join(THINGS)}")
Case = tuple[str, bool]
"""Which case an answer is of, and whether the rule was right about it."""


def measure(extent: Extent) -> list[Row]:
    """D10: precision and coverage of every rule."""
    planted = list(plant(REPORT, extent.draws(100, 2000), seed=10))
    found = attributions([p.sample for p in planted], [p.prediction for p in planted])
    said = {a.sample_id: a.stage for a in found}
    rules = [stage for stage in ORDER if stage in attributors.names()]
    return [row for stage in rules for row in _rows(stage, planted, said)]


def plant(half: int, count: int, seed: int) -> Iterator[Planted]:
    """`count` answers with each fault; fewer where one cannot be planted so often."""
    draw = random.Random(seed)
    for stage, fault in FAULTS.items():
        tries = (
            _try(stage, fault, QUESTIONS[i % len(QUESTIONS)], draw, half) for i in range(99999)
        )
        made = 0
        for planted in tries:
            made += planted is not None
            if planted is not None:
                yield planted
            if made == count:
                break


def _try(
    stage: str, fault: "Fault", question: Callable[[Draw], Asked], draw: Draw, half: int
) -> Planted | None:
    asked = question(draw)
    said = fault(asked, draw, half)
    if said is None:
        return None
    sample, graded = asked.sample, _graded(asked.sample, said)
    misread = said.reads is not None and not _reads(sample, said)
    if graded.score > 0 or misread or (stage == "format" and graded.answer is not None):
        return None
    completion = {"text": said.text, "finish_reason": said.finish_reason}
    prediction = Prediction(
        sample_id=sample.id,
        completion=Completion.model_validate(completion),
        answer=graded.answer,
        score=graded.score,
        grader="strict" if said.strict else "core",
    )
    question_of_kind = _FILLED.sub("…", sample.question)
    return Planted(stage, f"{stage}: {question_of_kind}: {said.wording}", sample, prediction)


def _graded(sample: Sample, said: Said) -> Grade:
    kind, options, target = sample.answer_kind, sample.options, sample.target
    if not said.strict:
        return grade(said.text, target=target, kind=kind, options=options)
    plain = said.text.strip().casefold()
    readable = plain in ("yes", "no") if kind == "yes_no" else bool(plain)
    return Grade(said.text if readable else None, float(plain == target.casefold()))


def _reads(sample: Sample, said: Said) -> bool:
    kind, options = sample.answer_kind, sample.options
    return grade(said.text, target=said.reads or "", kind=kind, options=options).score == 1.0


def truncated(asked: Asked, draw: Draw, half: int) -> Said | None:
    said = _stated(asked, draw, half, asked.other or asked.slip or asked.sample.target)
    cut = draw.randint(len(said.text) // 3, len(said.text) - 1)
    return Said(said.text[:cut], said.wording, finish_reason="length")


def refusal(asked: Asked, draw: Draw, half: int) -> Said | None:
    return _worded(phrasings.REFUSALS, asked, draw, half)


def format(asked: Asked, draw: Draw, half: int) -> Said | None:
    kind, content = asked.sample.answer_kind, _content(asked.sample)
    if kind == "yes_no" and draw.random() < 0.5:
        right = phrasings.PRESENT if asked.sample.target == "yes" else phrasings.ABSENT
        said = _worded(right, asked, draw, half)
        return Said(said.text, said.wording, strict=True)
    if kind in ("text", "set"):
        return Said(draw.choice(("", " \n", "Answer: ")), "empty")
    seen = content is not None and draw.random() < 0.5
    words = phrasings.SEEN_BUT_UNREADABLE if seen else phrasings.UNREADABLE
    return _worded(words, asked, draw, half, content=content)


def grader_suspect(asked: Asked, draw: Draw, half: int) -> Said | None:
    sample = asked.sample
    if asked.name == "unanswerable":
        return _worded(phrasings.NOT_SAID, asked, draw, half)
    if sample.answer_kind in ("number", "choice") and "Answer" not in sample.prompt.split("\n")[-1]:
        said = _stated(asked, draw, half, sample.target)
        return Said(said.text, said.wording, strict=True)
    spelt = {"number": ("{}.0", "${}", " {}."), "text": ("{}.", '"{}"', "The {}", "{} ", "({})")}
    if sample.answer_kind not in spelt:
        return None
    way = draw.choice(spelt[sample.answer_kind])
    return Said(way.format(sample.target), way, strict=True)


def instruction(asked: Asked, draw: Draw, half: int) -> Said | None:
    sample, kind = asked.sample, asked.sample.answer_kind
    last = sample.prompt.split("\n")[-1]
    wordy = "single word" in last and kind != "yes_no" and asked.name != "unanswerable"
    if wordy and draw.random() < 0.5:
        words = {"answer": _content(sample) or sample.target}
        said = _worded(phrasings.VERBOSE, asked, draw, half, **words)
        return Said(said.text, said.wording, strict=True)
    if kind == "choice" and draw.random() < 0.5:
        return _worded(phrasings.SEVERAL, asked, draw, half)
    wrong = {
        "choice": letter(len(sample.options) + draw.randint(0, 2)),
        "number": draw.choice(("Yes", "No", *WORDED)),
        "yes_no": draw.choice(("2", "3", "12")),
        "text": draw.choice(("Yes", "No")),
        "box": draw.choice(("Yes", "No")),
    }
    return _stated(asked, draw, half, wrong[kind], read=False) if kind in wrong else None


def calculation(asked: Asked, draw: Draw, half: int) -> Said | None:
    if asked.sums is None:
        return None
    a, b = asked.sums
    wrong = a + b + draw.choice((-10, -2, -1, 1, 2, 10))
    if wrong <= 0:
        return None
    words = {"a": a, "b": b, "wrong": wrong, "product": a * b, "short": wrong - b}
    return _worded(phrasings.FALSE_SUMS, asked, draw, half, reads=str(wrong), **words)


def hallucination(asked: Asked, draw: Draw, half: int) -> Said | None:
    if asked.name == "unanswerable":
        answer = draw.choice((*COUNTRIES, str(draw.randint(100000, 999999))))
        return _worded(phrasings.ASSERTED, asked, draw, half, answer=answer)
    if asked.name not in ("present", "contradicted") or asked.sample.target != "no":
        return None
    return _worded(phrasings.PRESENT, asked, draw, half, reads="yes")


def reading(asked: Asked, draw: Draw, half: int) -> Said | None:
    return _aside(asked, draw, half, asked.near) if asked.near else None


def perception(asked: Asked, draw: Draw, half: int) -> Said | None:
    if asked.name == "present" and asked.slip:
        return _worded(phrasings.ABSENT, asked, draw, half, reads="no")
    return _aside(asked, draw, half, asked.slip) if asked.slip else None


def knowledge(asked: Asked, draw: Draw, half: int) -> Said | None:
    if asked.other is None:
        return None
    return _worded(phrasings.KNOWLEDGE, asked, draw, half, reads=asked.other, answer=asked.other)


def reasoning(asked: Asked, draw: Draw, half: int) -> Said | None:
    if asked.other is None:
        return None
    said = _worded(phrasings.REASONING, asked, draw, half, reads=asked.other, answer=asked.other)
    return _with_sums(said, draw, half)


Fault = Callable[[Asked, Draw, int], Said | None]
_ALL: Final[tuple[Fault, ...]] = (
    *(truncated, refusal, format, grader_suspect, instruction, calculation, hallucination),
    *(reading, perception, knowledge, reasoning),
)
FAULTS: Final = dict(zip(ORDER, _ALL, strict=True))


def _stated(asked: Asked, draw: Draw, half: int, answer: str, *, read: bool = True) -> Said:
    reads = answer if read else None
    return _worded(phrasings.STATED, asked, draw, half, reads=reads, answer=answer)


def _aside(asked: Asked, draw: Draw, half: int, answer: str) -> Said:
    """Stated, now and then behind a sum that has nothing wrong about it."""
    said = _stated(asked, draw, half, answer)
    return _with_sums(said, draw, half) if draw.random() < 0.2 else said


def _with_sums(said: Said, draw: Draw, half: int) -> Said:
    number, true = draw.choice(list(enumerate(phrasings.TRUE_SUMS[half])))
    return Said(f"{true.format()}\n{said.text}", f"{said.wording}, sum {number}", said.reads)


def _worded(
    words: phrasings.Halves,
    asked: Asked,
    draw: Draw,
    half: int,
    *,
    reads: str | None = None,
    **filled: object,
) -> Said:
    number, wording = draw.choice(list(enumerate(words[half])))
    one = f"{'an' if asked.thing[0] in 'aeiou' else 'a'} {asked.thing}"
    text = wording.format(thing=asked.thing, one=one, **filled)
    return Said(text, f"wording {number}", reads)


def _content(sample: Sample) -> str | None:
    """What the target says, in words; None where it has none."""
    if sample.answer_kind == "choice":
        return sample.options[ord(sample.target) - ord("A")]
    number = sample.target if sample.answer_kind == "number" else ""
    return SPELT.get(number)


def _rows(stage: str, planted: Sequence[Planted], said: dict[str, str]) -> Iterator[Row]:
    decided = [(p.case, p.stage == stage) for p in planted if said[p.sample.id] == stage]
    own = [(p.case, said[p.sample.id] == stage) for p in planted if p.stage == stage]
    value, interval = rate(decided)
    met = None
    if value is not None and interval is not None:
        met = verdict((value, interval), TARGET, precision=NARROW)
    target = f"≥ {TARGET:.2f}"
    yield Row("D10", f"precision of '{stage}'", value, interval, target, "–", met)
    yield Row("D10", f"coverage of '{stage}'", *rate(own), "printed", "–")


def rate(cases: Sequence[Case]) -> tuple[float | None, Interval | None]:
    """Share of right ones among the draws, and its interval as if each case were one draw."""
    if not cases:
        return None, None
    value = sum(right for _, right in cases) / len(cases)
    independent = len({case for case, _ in cases})
    return value, wilson(value * independent, independent)
