"""POPE: is a thing in the photograph? Half of the things are; those that are not were drawn at
random, from the popular ones, or from those that usually stand beside what is there (adversarial).

The score of a sample is lmms-eval's `pope_accuracy.score`. The headline is the accuracy over all
three kinds together; f1, precision and recall have "yes" as the positive answer.

A weakness of the rule, kept because published numbers have it: the whole text, in lower case, must
be yes or no. "Yes." is wrong, and so is every sentence; the answer is then None. A model that does
not follow "Answer the question using a single word" is measured by that alone; its reward
(`blindspot.core.grading`) reads the yes or no out of the text.

Differences from lmms-eval: none in scores. In metrics, two: its `pope_yes_ratio` counts right
answers that are yes, a constant of the dataset, where `yes_ratio` is the share of questions that
the model answers with yes; and its recall leaves out what is neither yes nor no, where here such an
answer to a question whose answer is yes is a miss.

Facts: dataset card of lmms-lab/POPE, of which the dataset is a copy whose own card was not seen;
the card states no licence.
"""

from collections.abc import Sequence
from typing import Final

from blindspot.core.grading import Grade
from harness import lmms
from harness.benchmark import Benchmark, Doc, Facts, Fields, Scored, mean_score
from harness.lmms_benchmark import LmmsBenchmark

_ANSWERS: Final = ("yes", "no")


def fields(doc: Doc) -> Fields:
    """A row: question_id (within its category), question, answer, image_source, category."""
    target = doc["answer"].lower().strip()
    if target not in _ANSWERS:
        raise ValueError(f"the answer '{doc['answer']}' is neither yes nor no")
    return Fields(
        id=f"{doc['category']}/{doc['question_id']}",
        question=doc["question"].strip(),
        target=target,
        answer_kind="yes_no",
        group=doc["image_source"],
        capability="presence",
        image_type="natural_scene",
    )


def grade(task: lmms.Task, doc: Doc, text: str) -> Grade:
    """Whether the text is the right one of the two words, and nothing else."""
    found = task.process(doc, text)["pope_accuracy"]
    answer = found["prediction"] if found["prediction"] in _ANSWERS else None
    return Grade(answer, float(found["score"]))


def metrics(scored: Sequence[Scored]) -> dict[str, float]:
    """Accuracy, the three of detection, and how often the answer is yes."""
    said = sum(s.answer == "yes" for s in scored)
    there = sum(s.sample.target == "yes" for s in scored)
    found = sum(s.answer == s.sample.target == "yes" for s in scored)
    return {
        "accuracy": mean_score(scored),
        "f1": _share(2 * found, said + there),
        "precision": _share(found, said),
        "recall": _share(found, there),
        "yes_ratio": said / len(scored),
    }


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


PLUGIN: Final[Benchmark] = LmmsBenchmark(
    name="pope",
    facts=Facts(
        title="POPE",
        size=9000,
        licence="unverified",
        paper="arXiv 2305.10355",
        dataset="lmms-lab-encoder/POPE",
        split="test",
        download_gb=0.26,
    ),
    task="pope",
    columns=("question_id", "question", "answer", "image_source", "image", "category"),
    fields=fields,
    grade=grade,
    metrics=metrics,
)
