r"""CharXiv, reasoning questions: 1,000 figures of arXiv papers (validation), one question each.

The answer is a text or a number, written in the chart or not (`reasoning_a_type` 1 text in chart,
2 text in general, 3 number in chart, 4 number in general). CharXiv has a judge compare it by a rule
for each kind; here the final answer that is stated clearly (boxed, behind "answer:", one line, or
the conclusion in the last line) is compared first:

- numbers: exactly equal in value is right, in any notation (0.01 and 10^-2; 1500 and 1.5e3), and
  another value is wrong; where a percent sign makes the difference, the judge decides
- texts: the same term in any spelling that CharXiv's rule allows (α and alpha; $R^2_{t}$ and R^2_t;
  (b) and b) is right; "no" for "yes", another letter for a letter, a bare number for a term without
  one are wrong; everything else is for the judge
- an empty completion is wrong, and no judge is asked

The headline is the accuracy over samples, beside it that of each kind.

Differences from lmms-eval: it has no score of a sample; its aggregation asks a judge for every one,
an empty answer included, and counts a judge that fails as −1. In the prompt: it takes the kind from
`reasoning_q_source` (how the question arose, 1 to 3) and so tells the model to answer most texts
with a number and never how many decimals; here the same code is given `reasoning_a_type`, as
CharXiv's own code does.
"""

import functools
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from blindspot.core.grading import Grade
from harness import lmms
from harness.benchmark import Benchmark, Doc, Facts, Fields, Scored, mean_score
from harness.lmms_benchmark import LmmsBenchmark, OpenedTask
from harness.settings import BenchmarkSettings

_KINDS: Final = {
    1: "text in chart",
    2: "text in general",
    3: "number in chart",
    4: "number in general",
}
_LONGEST: Final = 300
"""Characters of an answer; what is longer is an explanation."""

_MARKED: Final = re.compile(r"\banswer\**\s*(?:is\s*:?|:)\**\s*(.+)", re.IGNORECASE)
_CONCLUDES: Final = re.compile(r"(therefore|thus|hence|so|overall|finally|in (total|conclusion))\b")
_IS: Final = re.compile(r".*\b(?:is|are|was|were|equals)\s+(.+)$", re.IGNORECASE)
_EQUALS: Final = re.compile(r".*=\s*(.+)$")
_HEDGED: Final = re.compile(
    r"\b(not|no|cannot|unclear|unable|if|whether|or|maybe|might|could)\b|n['’]t"
)
_RETRACTED: Final = re.compile(
    r"\b(wait|actually|however|but|hmm|correction|let me|re-?(check|count|consider))\b",
    re.IGNORECASE,
)

_MANTISSA: Final = r"[-+]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.?\d*|\.\d+)"
_PLAIN_NUMBER: Final = re.compile(rf"({_MANTISSA})(?:e([-+]?\d{{1,4}}))?(%?)", re.ASCII)
_POWER: Final = re.compile(
    rf"(?:({_MANTISSA})(?:x|×|\*|·|times|cdot))?10(?:\^|\*\*)([-+]?\d{{1,4}})(%?)", re.ASCII
)
_SEVERAL: Final = re.compile(r"[\d.,]\s+[\d.,]|^\s*[-+*•]\s")
"""Two numbers side by side, or a bullet that would pass for a minus."""
_SPELT: Final = "zero one two three four five six seven eight nine ten eleven twelve"
_WORDS: Final = _SPELT.split()
_COUNTS: Final = re.compile(
    rf"\d|\b({'|'.join(_WORDS)}|no|none|[ivx]+|first|second|third|fourth|fifth|sixth|seventh|eighth"
    r"|ninth|tenth)\b",
    re.IGNORECASE,
)
"""What a bare number could stand for."""
_LATEX: Final = re.compile(r"\\[()\[\]]|\\(?:text|mathrm|mathbf|mathit|textbf|textit)\b|[${}]")
_APPROXIMATELY: Final = re.compile(r"^(?:approximately|approx\.?|about|around|roughly|~|≈)+")
_SUPERSCRIPTS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_GREEK: Final = {
    char: unicodedata.name(char).removeprefix("GREEK SMALL LETTER ").casefold()
    for char in "αβγδεζηθικμνξοπρστυφχψω"
} | {"λ": "lambda"}


def fields(doc: Doc) -> Fields:
    """A row: reasoning_q, reasoning_a and their kind, the figure, the paper, four descriptive
    questions that are not asked here.
    """
    kind, target, figure = doc["reasoning_a_type"], doc["reasoning_a"], doc["figure_path"]
    plain = re.fullmatch(_MANTISSA, target, re.ASCII)
    return Fields(
        id=Path(figure).stem,
        question=doc["reasoning_q"].strip(),
        target=target,
        answer_kind="number" if kind in (3, 4) and plain else "text",
        group=figure,
        capability=_capability(kind, doc["reasoning_q"]),
        image_type="chart_graph",
    )


def _capability(kind: int, question: str) -> str:
    """A number that does not stand in the chart is counted or computed."""
    if kind != 4:
        return "chart_reading"
    counted = re.search(r"\b(how many|number of)\b", question, re.IGNORECASE)
    return "counting" if counted else "arithmetic"


def grade(task: lmms.Task, doc: Doc, text: str) -> Grade | None:
    """The answer that is stated clearly, and whether it is the right one. What a sentence says
    something is can show that a number is wrong, and of a text only that it is right.
    """
    if not text.strip():
        return Grade(None, 0.0)
    target, number = doc["reasoning_a"], doc["reasoning_a_type"] in (3, 4)
    same = _same_number if number else _same_text
    stated, said = _short(_stated(text)), _short(_said(text, (_IS, _EQUALS) if number else (_IS,)))
    for answer in (*stated, *said):
        if same(answer, target):
            return Grade(answer.rstrip("."), 1.0)
    for answer in (*stated, *said) if number else stated:
        if same(answer, target) is False:
            return Grade(answer.rstrip("."), 0.0)
    return None


def metrics(scored: Sequence[Scored]) -> dict[str, float]:
    """Accuracy over samples, and of each kind of answer that there is."""
    found = {"accuracy": mean_score(scored)}
    for number, kind in _KINDS.items():
        own = [s for s in scored if s.doc["reasoning_a_type"] == number]
        if own:
            found[f"accuracy, {kind}"] = mean_score(own)
    return found


def _stated(text: str) -> Iterator[str]:
    """The final answer where it stands by itself: in a box, behind "answer:", as the only line."""
    lines = text.strip().splitlines()
    if "\\boxed" in text:
        boxed = list(_boxed(text))
        closed = len(boxed) == text.count("\\boxed")
        retracted = _RETRACTED.search(text, text.rindex("\\boxed"))
        if closed and not retracted and len(set(map(_plain, boxed))) == 1:
            yield boxed[-1].strip()
    elif marked := list(_MARKED.finditer(text)):
        last = marked[-1]
        if not _RETRACTED.search(text, last.start(1)):
            yield last[1].strip()
            yield re.split(r"(?<=[.!])\**\s", last[1].strip(), maxsplit=1)[0]
    elif len(lines) == 1:
        yield lines[0]


def _said(text: str, patterns: Sequence[re.Pattern[str]]) -> Iterator[str]:
    """What the only line, or the conclusion in the last one, says something is, without hedging."""
    lines = text.strip().splitlines()
    line = lines[-1].strip()
    alone = len(lines) == 1 or _CONCLUDES.match(line.casefold())
    marked = "\\boxed" in text or _MARKED.search(text)
    if alone and not marked and not _HEDGED.search(line.casefold()):
        for pattern in patterns:
            if found := pattern.match(line):
                yield found[1].strip()


def _short(answers: Iterator[str]) -> list[str]:
    return [answer for answer in answers if len(answer) <= _LONGEST]


def _boxed(text: str) -> Iterator[str]:
    """The contents of the last boxes that are closed."""
    for opened in list(re.finditer(r"\\boxed\s{0,3}\{", text))[-8:]:
        depth, start = 1, opened.end()
        for end, char in enumerate(text[start : start + _LONGEST], start):
            depth += {"{": 1, "}": -1}.get(char, 0)
            if depth == 0:
                yield text[start:end]
                break


def _same_text(stated: str, target: str) -> bool | None:
    """Whether both are one term; None where only a reader can say."""
    said, wanted = _plain(stated), _plain(target)
    if said and said == wanted:
        return True
    answer = re.match(r"(yes|no)(?:$|,)", said)
    if wanted in ("yes", "no") and answer:
        return answer[1] == wanted
    letters = len(said) == len(wanted) == 1 and (said + wanted).isascii()
    if letters and (said + wanted).isalpha():
        return False
    return False if _number(stated) is not None and not _COUNTS.search(target) else None


def _same_number(stated: str, target: str) -> bool | None:
    """Whether both are one value; None where one of them is no single number, or a percent sign
    makes the difference.
    """
    said, wanted = _number(stated), _number(target)
    if said is None or wanted is None:
        return True if wanted is None and _plain(stated) == _plain(target) else None
    (a, a_percent), (b, b_percent) = said, wanted
    if a_percent == b_percent:
        return a == b
    return None if a in (b, b * 100, b / 100) else False


def _number(text: str) -> tuple[Decimal, bool] | None:
    """The value of a text that is one number and nothing else, and whether it is in percent."""
    if len(text) > 60 or _SEVERAL.search(text):
        return None
    text = _APPROXIMATELY.sub("", _plain(text.replace("{,}", ",")).replace("−", "-"))
    if text in _WORDS:
        return Decimal(_WORDS.index(text)), False
    found = _POWER.fullmatch(text) or _PLAIN_NUMBER.fullmatch(text)
    if found is None:
        return None
    mantissa, exponent, percent = found.groups()
    return Decimal(f"{(mantissa or '1').replace(',', '')}e{exponent or 0}"), bool(percent)


def _plain(text: str) -> str:
    """A term without what CharXiv's rule overlooks: case, spaces, LaTeX's braces and dollars, marks
    around it, brackets of a letter, the way Greek is written.
    """
    text = re.sub("[⁰¹²³⁴-⁹⁺⁻]+", lambda m: "^" + m[0].translate(_SUPERSCRIPTS), text)
    text = unicodedata.normalize("NFKC", text).casefold().strip()
    text = text.rstrip(".,;:!?").removeprefix("**").removesuffix("**")
    text = re.sub(r"^the\s+", "", _LATEX.sub("", text).strip().lstrip("\"'`“"))
    text = re.sub(r"[\s\\]", "", "".join(_GREEK.get(char, char) for char in text))
    return re.sub(r"^\((\w{1,3})\)$", r"\1", text.rstrip(".,;:!?\"'`”"))


class _CharXiv(LmmsBenchmark):
    """The task with the kind of answer from the column that holds it."""

    def open(self, settings: BenchmarkSettings, lock: Path) -> OpenedTask:
        """Open its data."""
        rows = super().open(settings, lock).task.rows
        config = lmms.config_of(self.task)
        for name in ("doc_to_messages", "doc_to_text", "process_results"):
            config[name] = _by_answer_kind(config[name])
        return OpenedTask(self, settings, lmms.Task(self.task, config, rows))


def _by_answer_kind(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of the task, given the kind of answer where it looks for it."""

    @functools.wraps(function)
    def corrected(doc: Doc, *rest: Any, **named: Any) -> Any:
        return function({**doc, "reasoning_q_source": doc["reasoning_a_type"]}, *rest, **named)

    return corrected


PLUGIN: Final[Benchmark] = _CharXiv(
    name="charxiv",
    facts=Facts(
        title="CharXiv (reasoning)",
        size=1000,
        licence="CC BY-SA 4.0",
        paper="arXiv 2406.18521",
        dataset="princeton-nlp/CharXiv",
        split="validation",
        download_gb=0.16,
        judge=True,
    ),
    task="charxiv_val_reasoning",
    columns=(
        "image",
        "figure_path",
        "reasoning_q",
        "reasoning_q_source",
        "reasoning_a",
        "reasoning_a_type",
    ),
    fields=fields,
    grade=grade,
    metrics=metrics,
)
