"""HallusionBench (questions with a figure): yes/no questions on figures, each asked of an original
and of edited ones, so that prior knowledge or a habit gives itself away.

The score of a sample is whether its yes or no is the right one, read by rule. One of the two words
in the text, as a whole word, is the answer; with both, the one that the text states (in a box,
behind "answer is", as its first word); otherwise there is no answer and the score is 0.
The headline is aAcc, the mean over questions; qAcc counts questions of a set right on all their
figures, fAcc figures with all their questions right (with repeats: in every repeat). A figure that
is no figure (VS, number 0) counts in no fAcc, as in lmms-eval; the questions without figure are
another split, which is not asked. Keys and rule of the pairs are lmms-eval's.

Differences from lmms-eval: its configured metrics ask GPT-4 whether the text agrees with the
reference; nobody is asked here. Its `_intern` metrics read by rule, and scores are theirs wherever
exactly one of the words stands in the text. Otherwise they differ: without either word theirs takes
the answer "no", right for more than half of the questions; with both it takes "yes" whatever is
said; and a word that holds "yes" ("eyes") is a yes.

Facts: dataset card of lmms-lab/HallusionBench, of which the dataset is a copy whose own card was
not seen; licence from the authors' card (rayguan/HallusionBench). The download has both splits.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from blindspot.core.grading import Grade, extract
from harness import lmms
from harness.benchmark import Benchmark, Doc, Facts, Fields, Scored, mean_score
from harness.lmms_benchmark import LmmsBenchmark

_SAID: Final = re.compile(r"\b(yes|no)\b", re.ASCII)
_ANSWER: Final = {"1": "yes", "0": "no"}
_IMAGE_TYPE: Final = {
    "chart": "chart_graph",
    "illusion": "geometric",
    "map": "map",
    "math": "geometric",
    "ocr": "text_dense",
    "table": "text_dense",
}


def fields(doc: Doc) -> Fields:
    """A row: category (VD, VS), subcategory, set_id, figure_id, question_id, question, gt_answer.
    What belongs together is a set: its figures and its questions.
    """
    together = f"{doc['category']}/{doc['subcategory']}/{doc['set_id']}"
    return Fields(
        id=f"{together}/{doc['figure_id']}/{doc['question_id']}",
        question=doc["question"].strip(),
        target=_ANSWER[doc["gt_answer"]],
        answer_kind="yes_no",
        group=together,
        capability="hallucination_resistance",
        image_type=_IMAGE_TYPE.get(doc["subcategory"], "mixed"),
    )


def grade(task: lmms.Task, doc: Doc, text: str) -> Grade:
    """The yes or no that is said, and whether it is the right one."""
    said = set(_SAID.findall(text.casefold()))
    answer = said.pop() if len(said) == 1 else _stated(text)
    return Grade(answer, float(answer == _ANSWER[doc["gt_answer"]]))


def metrics(scored: Sequence[Scored]) -> dict[str, float]:
    """Per question, per question of a set over its figures, per figure over its questions."""
    figures = [s for s in scored if (s.doc["category"], s.doc["figure_id"]) != ("VS", "0")]
    found = {"aAcc": mean_score(scored), "qAcc": _all_right(scored, "question_id")}
    return found | ({"fAcc": _all_right(figures, "figure_id")} if figures else {})


def _stated(text: str) -> str | None:
    """Of a text with both words: the one that it states."""
    lines = (line.strip() for line in text.splitlines())
    return extract("\n".join(line for line in lines if line), "yes_no")


def _all_right(scored: Sequence[Scored], part: str) -> float:
    """Share of questions, or figures, of a set that are right throughout."""
    scores: defaultdict[tuple[str, ...], list[float]] = defaultdict(list)
    for s in scored:
        key = tuple(str(s.doc[name]) for name in ("category", "subcategory", "set_id", part))
        scores[key].append(s.score)
    return sum(min(of_one) == 1 for of_one in scores.values()) / len(scores)


PLUGIN: Final[Benchmark] = LmmsBenchmark(
    name="hallusionbench",
    facts=Facts(
        title="HallusionBench",
        size=951,
        licence="BSD 3-Clause",
        paper="arXiv 2310.14566",
        dataset="lmms-lab-encoder/HallusionBench",
        split="image",
        download_gb=0.15,
    ),
    task="hallusion_bench_image",
    columns=(
        "category",
        "subcategory",
        "set_id",
        "figure_id",
        "question_id",
        "question",
        "gt_answer_details",
        "gt_answer",
        "image",
    ),
    fields=fields,
    grade=grade,
    metrics=metrics,
)
