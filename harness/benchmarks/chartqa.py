"""ChartQA: 2,500 questions about charts (test), half of them written by people, half made by a
model from summaries that people wrote.

The score of a sample is lmms-eval's `relaxed_overall`, the relaxed accuracy of the paper: a number
within 5 % of the target is right, anything else when it is the same text but for capitals. The
whole completion is compared. The headline is the mean over samples, beside it that of each half.

Differences from lmms-eval: none in scores.

Known weakness of the rule, which is left as it is:

- a sentence, a box, a unit ("14 km"), a currency sign or a thousands separator ("1,234") makes a
  right number a text, and so wrong
- a period behind a text is wrong ("Yes."), behind a whole number right ("14.")
- "14%" is 0.14, and wrong for the target "14" of a chart in percent
- a year is a number: 1921 is right for 2000
- a target of zero is compared as text: "0.0" is wrong for "0"
- numbers are read as Python reads them: "1_000" is right for 1000
"""

import re
from collections.abc import Sequence
from typing import Final

from blindspot.core.artifact import digest_of
from blindspot.core.grading import Grade
from blindspot.core.records import AnswerKind
from harness import lmms
from harness.benchmark import Benchmark, Doc, Facts, Fields, Scored, mean_score
from harness.lmms_benchmark import LmmsBenchmark

_HALVES: Final = {"human_test": "human", "augmented_test": "augmented"}
_NUMBER: Final = re.compile(r"-?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?", re.ASCII)


def fields(doc: Doc) -> Fields:
    """A row: type (who asked), question, answer. Nothing names a row or its picture, so the id is a
    digest of all three.
    """
    return Fields(
        id=digest_of([doc["type"], doc["question"], doc["answer"]])[:16],
        question=doc["question"].strip(),
        target=doc["answer"],
        answer_kind=_kind(doc["answer"]),
        capability="chart_reading",
        image_type="chart_graph",
    )


def _kind(answer: str) -> AnswerKind:
    if answer.strip().casefold() in ("yes", "no"):
        return "yes_no"
    return "number" if _NUMBER.fullmatch(answer.strip()) else "text"


def grade(task: lmms.Task, doc: Doc, text: str) -> Grade:
    """The whole completion, and whether it is the target or within 5 % of it."""
    score = task.process(doc, text)["relaxed_overall"]
    return Grade(text.strip() or None, float(score))


def metrics(scored: Sequence[Scored]) -> dict[str, float]:
    """Relaxed accuracy over samples, and of each half that there is."""
    found = {"relaxed accuracy": mean_score(scored)}
    for native, half in _HALVES.items():
        own = [s for s in scored if s.doc["type"] == native]
        if own:
            found[f"relaxed accuracy, {half}"] = mean_score(own)
    return found


PLUGIN: Final[Benchmark] = LmmsBenchmark(
    name="chartqa",
    facts=Facts(
        title="ChartQA",
        size=2500,
        licence="unverified",
        paper="arXiv 2203.10244",
        dataset="lmms-lab-encoder/ChartQA",
        split="test",
        download_gb=0.07,
    ),
    task="chartqa",
    columns=("type", "question", "answer", "image"),
    fields=fields,
    grade=grade,
    metrics=metrics,
)
