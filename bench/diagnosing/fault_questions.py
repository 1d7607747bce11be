"""Questions of every answer kind for `faults`, each with the wrong answers that belong to a fault.

    Asked(sample=…("What does the sign say?", target="HARBOUR"), thing="sign",
          near="HARBOVR", other="STATION")

Most questions are of capabilities where a rule could take one fault for another: numbers of a
chart that lie a digit apart, counting that needs an inference, colours known from a textbook.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bench.diagnosing.fault_things import COLORS, COUNTRIES, SHAPES, SUMMED, THINGS, WORDS
from blindspot.core.grading import letter
from blindspot.core.prompt import render
from blindspot.core.records import AnswerKind, Sample

_DEMANDS: Final[dict[AnswerKind, tuple[str, ...]]] = {
    "choice": ("Answer with the option's letter from the given choices directly.", ""),
    "yes_no": ("Please answer yes or no.", "Answer the question using a single word or phrase."),
    "number": ("Answer with a number only.", ""),
    "text": ("Answer the question using a single word or phrase.", ""),
    "set": ("List them, separated by commas.",),
    "box": ("Give the bounding box as x0, y0, x1, y1.",),
}


@dataclass(frozen=True)
class Asked:
    """One question, and wrong answers to it by the fault that leads to them."""

    name: str
    """Of the kind of question."""
    sample: Sample
    thing: str
    """What it asks about."""
    near: str | None = None
    """What a slip in reading gives."""
    slip: str | None = None
    """What a slip in seeing gives."""
    other: str | None = None
    """What wrong knowledge or a wrong inference gives."""
    sums: tuple[int, int] | None = None
    """Two numbers whose sum is the target."""


Draw = random.Random


def counted(draw: Draw) -> Asked:
    n, thing = draw.randint(3, 12), draw.choice(THINGS)
    slip = n + draw.choice((-2, -1, 1, 2))
    question = draw.choice(("How many {}s are there in the image?", "How many {}s can you see?"))
    asked = _sample(draw, "counting", "natural_scene", question.format(thing), "number", str(n))
    return Asked("counted", asked, thing, slip=str(slip), sums=_parts(draw, n))


def counted_apart(draw: Draw) -> Asked:
    n, (one, two) = draw.randint(2, 9), draw.sample(THINGS, 2)
    question = f"How many more {one}s than {two}s are there?"
    asked = _sample(draw, "counting", "everyday_object", question, "number", str(n))
    return Asked("counted apart", asked, one, other=str(n + draw.choice((-1, 1, 3))))


def counted_options(draw: Draw) -> Asked:
    n, thing = draw.randint(3, 9), draw.choice(THINGS)
    options = [str(n + i) for i in draw.sample((-2, -1, 0, 1), 4)]
    question = f"How many {thing}s are in the picture?"
    asked = _choice(draw, "counting", "geometric", question, options, str(n))
    return Asked("counted options", asked, thing, slip=_another(draw, asked))


def color(draw: Draw) -> Asked:
    thing, (right, wrong) = draw.choice(THINGS), draw.sample(COLORS, 2)
    question = f"What color is the {thing}?"
    asked = _sample(draw, "color", "everyday_object", question, "text", right)
    return Asked("color", asked, thing, slip=wrong)


def color_options(draw: Draw) -> Asked:
    thing, options = draw.choice(THINGS), draw.sample(COLORS, 4)
    question = f"What is the color of the {thing} in the image?"
    asked = _choice(draw, "color", "everyday_object", question, options, options[0])
    return Asked("color options", asked, thing, slip=_another(draw, asked))


def color_known(draw: Draw) -> Asked:
    right, wrong = draw.sample(COLORS, 2)
    question = "What color does the indicator in the flask turn when the pH rises above 8?"
    asked = _sample(draw, "science", "diagram", question, "text", right)
    return Asked("color known", asked, "indicator", other=wrong)


def shape(draw: Draw) -> Asked:
    right, wrong = draw.sample(SHAPES, 2)
    asked = _sample(draw, "shape", "geometric", "Which shape is the largest?", "text", right)
    return Asked("shape", asked, "shape", slip=wrong)


def present(draw: Draw) -> Asked:
    thing, target = draw.choice(THINGS), draw.choice(("yes", "no"))
    question = f"Is there {_one(thing)} in the image?"
    asked = _sample(draw, "presence", "natural_scene", question, "yes_no", target)
    return Asked("present", asked, thing, slip="no" if target == "yes" else None)


def present_known(draw: Draw) -> Asked:
    """Wrong knowledge of what things are, not of what is there."""
    target = draw.choice(("yes", "no"))
    wrong = "no" if target == "yes" else "yes"
    question = "Is the animal in the photograph a marsupial?"
    asked = _sample(draw, "knowledge", "natural_scene", question, "yes_no", target)
    return Asked("present known", asked, "animal", other=wrong)


def contradicted(draw: Draw) -> Asked:
    question = draw.choice(
        ("Is the upper line longer than the lower one?", "Does the chart show a rising trend?")
    )
    target = draw.choice(("yes", "no"))
    kind = "hallucination_resistance"
    asked = _sample(draw, kind, "chart_graph", question, "yes_no", target)
    return Asked("contradicted", asked, "line", other="no" if target == "yes" else None)


def unanswerable(draw: Draw) -> Asked:
    question = draw.choice(("What is the driver's phone number?", "What is the woman's name?"))
    target = draw.choice(("cannot be determined", "Not answerable", "unanswerable"))
    asked = _sample(draw, "unanswerable", "natural_scene", question, "text", target)
    return Asked("unanswerable", asked, "label")


def sign(draw: Draw) -> Asked:
    right, wrong = draw.sample(WORDS, 2)
    asked = _sample(draw, "ocr", "natural_scene", "What does the sign say?", "text", right)
    return Asked("sign", asked, "sign", near=_misread(draw, right), other=wrong)


def number_plate(draw: Draw) -> Asked:
    right, wrong = (f"{draw.choice('BKMW')}-{draw.randint(10000, 99999)}" for _ in range(2))
    question = "What is the invoice number?"
    asked = _sample(draw, "document_reading", "text_dense", question, "text", right)
    return Asked("number plate", asked, "invoice", near=_misread(draw, right), other=wrong)


def dated(draw: Draw) -> Asked:
    right, wrong = (f"{draw.randint(1, 28):02}/{draw.randint(1, 12):02}/2019" for _ in range(2))
    question = "On which date was the letter sent?"
    asked = _sample(draw, "document_reading", "text_dense", question, "text", right)
    return Asked("dated", asked, "letter", other=wrong)


def amount(draw: Draw) -> Asked:
    right, wrong = (f"{draw.randint(1000, 99999) / 100:.2f}" for _ in range(2))
    question = "What is the total amount on the receipt?"
    asked = _sample(draw, "ocr", "text_dense", question, "number", right)
    return Asked("amount", asked, "receipt", near=_misread(draw, right), other=wrong)


def bar(draw: Draw) -> Asked:
    right, wrong = (str(draw.randint(100, 999)) for _ in range(2))
    question = f"What is the value of the bar for {draw.randint(1990, 2023)}?"
    asked = _sample(draw, "chart_reading", "chart_graph", question, "number", right)
    sums = _parts(draw, int(right))
    return Asked("bar", asked, "bar", near=_misread(draw, right), other=wrong, sums=sums)


def small_bar(draw: Draw) -> Asked:
    """Two digits: another bar is as near as a slip."""
    right, wrong = (str(draw.randint(10, 99)) for _ in range(2))
    question = "What is the value of the tallest bar?"
    asked = _sample(draw, "chart_reading", "chart_graph", question, "number", right)
    return Asked("small bar", asked, "bar", other=wrong)


def peak_year(draw: Draw) -> Asked:
    year = draw.randint(1990, 2023)
    question = "In which year was the value highest?"
    asked = _sample(draw, "chart_reading", "chart_graph", question, "number", str(year))
    return Asked("peak year", asked, "line", other=str(year + draw.choice((-2, -1, 1, 10))))


def country(draw: Draw) -> Asked:
    options = draw.sample(COUNTRIES, 4)
    question = "In which country does the building in the picture stand?"
    asked = _choice(draw, "knowledge", "architectural", question, options, options[1])
    return Asked("country", asked, "building", other=_another(draw, asked))


def sequence(draw: Draw) -> Asked:
    options = draw.sample(SHAPES, 4)
    question = "Which shape continues the sequence?"
    asked = _choice(draw, "logical_reasoning", "geometric", question, options, options[0])
    return Asked("sequence", asked, "sequence", other=_another(draw, asked))


def summed(draw: Draw) -> Asked:
    n = draw.randint(20, 400)
    capability, image_type, thing, question = draw.choice(SUMMED)
    asked = _sample(draw, capability, image_type, question, "number", str(n))
    wrong = str(n + draw.choice((-7, -3, 2, 5, 8)))
    return Asked(f"summed {thing}", asked, thing, other=wrong, sums=_parts(draw, n))


def boxed(draw: Draw) -> Asked:
    x, y = draw.randint(100, 300), draw.randint(100, 300)
    thing = draw.choice(THINGS)
    target, slip, other = (
        f"{x + dx}, {y + dx}, {x + dx + 100}, {y + dx + 80}"
        for dx in (0, draw.randint(30, 55), 400)
    )
    asked = _sample(draw, "localisation", "natural_scene", f"Where is the {thing}?", "box", target)
    return Asked("boxed", asked, thing, slip=slip, other=other)


def colors_listed(draw: Draw) -> Asked:
    one, two, three = draw.sample(COLORS, 3)
    question = "Which colors does the flag have?"
    asked = _sample(draw, "color", "artistic", question, "set", f"{one}, {two}")
    return Asked("colors listed", asked, "flag", slip=f"{one}, {three}")


QUESTIONS: Final[tuple[Callable[[Draw], Asked], ...]] = (
    *(counted, counted_apart, counted_options, color, color_options, color_known, shape, present),
    *(present_known, contradicted, unanswerable, sign, number_plate, dated, amount, bar, small_bar),
    *(peak_year, country, sequence, summed, boxed, colors_listed),
)


def _sample(
    draw: Draw,
    capability: str,
    image_type: str,
    question: str,
    kind: AnswerKind,
    target: str,
    options: Sequence[str] = (),
) -> Sample:
    prompt = f"{render(question, options, kind)}\n{draw.choice(_DEMANDS[kind])}".strip()
    return Sample(
        id=f"{draw.getrandbits(64):016x}",
        benchmark="faults",
        question=question,
        prompt=prompt,
        options=tuple(options),
        target=target,
        answer_kind=kind,
        capability=capability,
        image_type=image_type,
    )


def _choice(
    draw: Draw, capability: str, image_type: str, question: str, options: Sequence[str], right: str
) -> Sample:
    shuffled = draw.sample(options, len(options))
    target = letter(shuffled.index(right))
    return _sample(draw, capability, image_type, question, "choice", target, shuffled)


def _another(draw: Draw, asked: Sample) -> str:
    """The letter of a wrong option."""
    return draw.choice([x for x in map(letter, range(len(asked.options))) if x != asked.target])


def _parts(draw: Draw, total: int) -> tuple[int, int]:
    first = draw.randint(1, total - 1)
    return first, total - first


def _misread(draw: Draw, text: str) -> str:
    """One character another, left out, doubled, or two exchanged."""
    spots = [i for i in range(1, len(text) - 1) if text[i].isalnum() and text[i + 1].isalnum()]
    i = draw.choice(spots)
    digit = draw.choice("0123456789") if text[i].isdigit() else draw.choice("aeiourtlEOIR")
    ways = (
        text[:i] + digit + text[i + 1 :],
        text[:i] + text[i + 1 :],
        text[:i] + text[i] + text[i:],
        text[:i] + text[i + 1] + text[i] + text[i + 2 :],
    )
    return draw.choice(ways)


def _one(thing: str) -> str:
    return f"{'an' if thing[0] in 'aeiou' else 'a'} {thing}"
