"""MMStar: 1,500 questions that cannot be answered without the picture, in six abilities.

The score of a sample is lmms-eval's `average.score`: the option letter that its shared extractor
finds. The headline is lmms-eval's `average`: the mean of the accuracies of the finer abilities, not
the mean over samples.

Differences from lmms-eval: none in scores.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from blindspot.core.grading import Grade, letter
from harness import lmms
from harness.benchmark import Benchmark, Doc, Facts, Fields, Scored, mean_score
from harness.lmms_benchmark import LmmsBenchmark
from harness.options import lettered

_LETTERS: Final = "ABCD"
_CAPABILITY: Final = {
    "object counting": "counting",
    "recognition": "recognition",
    "localization": "localisation",
    "single-instance reasoning": "instance_reasoning",
    "cross-instance attribute reasoning": "instance_reasoning",
    "cross-instance relation reasoning": "instance_reasoning",
    "code & sequence reasoning": "logical_reasoning",
    "diagram reasoning": "logical_reasoning",
    "common reasoning": "logical_reasoning",
    "biology & chemistry & physics": "science",
    "electronics & energy & mechanical eng.": "science",
    "geography & earth science & agriculture": "science",
    "geometry": "geometry",
    "numeric commonsense and calculation": "arithmetic",
    "statistical reasoning": "chart_reading",
}
_IMAGE_TYPE: Final = {
    "diagram reasoning": "diagram",
    "code & sequence reasoning": "diagram",
    "geometry": "geometric",
    "statistical reasoning": "chart_graph",
}


def fields(doc: Doc) -> Fields:
    """A row: index, question (options in its text), answer, category, l2_category, meta_info.
    Where the text cannot be split, the options are the bare letters.
    """
    finer, target = doc["l2_category"], doc["answer"].strip().upper()
    question, options = lettered(doc["question"])
    if target not in map(letter, range(len(options))):
        question, options = doc["question"], tuple(_LETTERS)
    return Fields(
        id=str(doc["index"]),
        question=question,
        options=options,
        target=target,
        answer_kind="choice",
        capability=_CAPABILITY.get(finer, "perception"),
        image_type=_IMAGE_TYPE.get(finer, "mixed"),
    )


def grade(task: lmms.Task, doc: Doc, text: str) -> Grade:
    """The letter that lmms-eval extracts, and whether it is the right one."""
    score = task.process(doc, text)["average"]["score"]
    answer = lmms.module("_task_utils.mcq_extract").extract_mcq_answer(text, list(_LETTERS))
    return Grade(answer or None, float(score))


def metrics(scored: Sequence[Scored]) -> dict[str, float]:
    """The mean over finer abilities, and over samples."""
    finer: dict[str, list[Scored]] = defaultdict(list)
    for s in scored:
        finer[s.doc["l2_category"]].append(s)
    mean = sum(map(mean_score, finer.values())) / len(finer)
    return {"average over abilities": mean, "accuracy": mean_score(scored)}


PLUGIN: Final[Benchmark] = LmmsBenchmark(
    name="mmstar",
    facts=Facts(
        title="MMStar",
        size=1500,
        licence="unverified",
        paper="arXiv 2403.20330",
        dataset="Lin-Chen/MMStar",
        split="val",
        download_gb=0.04,
    ),
    task="mmstar",
    columns=("index", "question", "image", "answer", "category", "l2_category"),
    fields=fields,
    grade=grade,
    metrics=metrics,
)
