"""MathVista (testmini): 1,000 questions of mathematical reasoning on figures, plots, tables, scenes
and photographs, gathered from 31 datasets; options, an integer, a decimal or a list.

The score of a sample is lmms-eval's: its normalisation of an extracted answer and its comparison.
lmms-eval finds the answer by itself in a completion that is an option's text, an integer or a
decimal, and asks a judge to extract it from all others. Here a rule extracts it where the text
states one final answer: an option's letter or text, or a number with or without a unit, in a box,
after "the answer is", or alone. Where it states none clearly, the judge decides. The headline is
the accuracy over all samples.

Differences from lmms-eval:
- A decimal can be right. lmms-eval rounds with the dataset's `precision`, which is a float there;
  Python refuses that, and every decimal answer counts as wrong.
- An empty completion is wrong. lmms-eval reads it as the option with the shortest text.
- What the rule extracts is not asked of a judge; `9.5` for an integer is left to the judge.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from blindspot.core.grading import Grade, letter
from blindspot.core.records import AnswerKind
from harness import lmms
from harness.benchmark import Benchmark, Doc, Facts, Fields, Scored, mean_score
from harness.final_answer import agreed, clean, number, option
from harness.lmms_benchmark import LmmsBenchmark

_ASKED: Final = object()
"""In place of a judge's reply."""
_LIST: Final = re.compile(r"\[(.*)\]")
_CAPABILITY: Final = {
    "logical reasoning": "logical_reasoning",
    "scientific reasoning": "science",
    "geometry reasoning": "geometry",
    "statistical reasoning": "chart_reading",
    "algebraic reasoning": "math_reasoning",
    "numeric commonsense": "knowledge",
    "arithmetic reasoning": "arithmetic",
}
"""Of a sample's several skills the one that stands first here counts."""
_IMAGE_TYPE: Final = {
    "geometry diagram": "geometric",
    "bar chart": "chart_graph",
    "function plot": "chart_graph",
    "line plot": "chart_graph",
    "pie chart": "chart_graph",
    "scatter plot": "chart_graph",
    "violin plot": "chart_graph",
    "heatmap chart": "chart_graph",
    "radar chart": "chart_graph",
    "natural image": "natural_scene",
    "scientific figure": "diagram",
    "puzzle test": "diagram",
    "table": "text_dense",
    "document image": "text_dense",
    "abstract scene": "artistic",
    "map chart": "map",
    "medical image": "medical",
}


def fields(doc: Doc) -> Fields:
    """A row: pid, question, choices, unit, answer, answer_type; metadata holds the skills and the
    kind of picture.
    """
    options = tuple(doc["choices"] or ())
    skills = doc["metadata"]["skills"]
    unit = f" (Unit: {doc['unit']})" if doc["unit"] else ""
    return Fields(
        id=doc["pid"],
        question=doc["question"] + unit,
        target=letter(options.index(doc["answer"])) if options else doc["answer"],
        answer_kind=_answer_kind(doc),
        options=options,
        capability=next(
            (term for skill, term in _CAPABILITY.items() if skill in skills), "science"
        ),
        image_type=_IMAGE_TYPE.get(doc["metadata"]["context"], "mixed"),
    )


def grade(task: lmms.Task, doc: Doc, text: str) -> Grade | None:
    """lmms-eval's score of what it extracts by itself, or else the rule."""
    if not text.strip():
        return Grade(None, 0.0)
    evaluator, kind = _evaluator(), doc["question_type"]
    found = evaluator.extract_answer(text.strip(), doc)
    if found is _ASKED:
        found = _stated(doc, text)
    if found is None:
        return None
    said = evaluator.normalize_extracted_answer(
        found, doc["choices"], kind, doc["answer_type"], int(doc["precision"] or 0)
    )
    return Grade(found, float(evaluator.safe_equal(said, doc["answer"])))


def metrics(scored: Sequence[Scored]) -> dict[str, float]:
    """Over all samples, and by the five tasks of the paper."""
    tasks: dict[str, list[Scored]] = defaultdict(list)
    for s in scored:
        tasks[s.doc["metadata"]["task"]].append(s)
    return {"accuracy": mean_score(scored)} | {
        task: mean_score(tasks[task]) for task in sorted(tasks)
    }


def _stated(doc: Doc, text: str) -> str | None:
    """The answer that the text states, as lmms-eval's normalisation expects it."""
    if doc["question_type"] == "multi_choice":
        named = agreed(text, lambda said: option(said, tuple(doc["choices"])))
        return letter(named[1]) if named else None
    stated = agreed(text, _list if doc["answer_type"] == "list" else number)
    if not stated or (doc["answer_type"] == "integer" and not float(stated[1]).is_integer()):
        return None
    return stated[1]


def _list(said: str) -> str | None:
    """A list of numbers as Python prints it."""
    inner = _LIST.fullmatch(clean(said))
    numbers = [number(item) for item in inner[1].split(",")] if inner else []
    return None if None in numbers or not numbers else f"[{', '.join(map(str, numbers))}]"


@cache
def _evaluator() -> Any:
    """lmms-eval's own, with a judge that nobody asks."""
    evaluator = type(lmms.module("mathvista.utils").mathvista_evaluator)()
    evaluator.get_chat_response = lambda *_, **__: _ASKED
    return evaluator


def _answer_kind(doc: Doc) -> AnswerKind:
    kinds: dict[str, AnswerKind] = {"text": "choice", "integer": "number", "float": "number"}
    return kinds.get(doc["answer_type"], "text")


PLUGIN: Final[Benchmark] = LmmsBenchmark(
    name="mathvista",
    facts=Facts(
        title="MathVista",
        size=1000,
        licence="cc-by-sa-4.0",
        paper="arXiv 2310.02255",
        dataset="AI4Math/MathVista",
        split="testmini",
        download_gb=0.14,
        judge=True,
    ),
    task="mathvista_testmini_format",
    columns=(
        "pid",
        "question",
        "decoded_image",
        "choices",
        "unit",
        "precision",
        "answer",
        "question_type",
        "answer_type",
        "metadata",
        "query",
    ),
    fields=fields,
    grade=grade,
    metrics=metrics,
)
