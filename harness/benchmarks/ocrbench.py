"""OCRBench: 1,000 questions about text in pictures, in ten categories of 50 to 200: six of reading
single words or numbers, questions about scenes and about documents, key information, formulas.

The score of a sample is lmms-eval's `ocrbench_accuracy.score`: whether the completion contains one
of the answers, without regard to capitals, line breaks and full-width letters; of handwritten
formulas (HME100k) without regard to spaces, but to capitals. The headline is the accuracy over
samples, which on the whole is the paper's final score divided by 1,000; beside it the accuracy of
text recognition (the first six) and of each category.

Differences from lmms-eval: none in scores. Its aggregation adds to counters of its module, so that
a second evaluation in one process also counts the first, and divides by 1,000 even when fewer
samples were asked; here both are over the samples that were.

Known weakness of the rule, which is left as it is: containing an answer is enough, so that "15" is
right for "5", and so is a completion that lists everything there is to read.
"""

from collections.abc import Sequence
from typing import Final

from blindspot.core.artifact import digest_of
from blindspot.core.grading import Grade
from harness import lmms
from harness.benchmark import Benchmark, Doc, Facts, Fields, Scored, mean_score
from harness.lmms_benchmark import LmmsBenchmark

_CATEGORIES: Final = {
    "Regular Text Recognition": ("ocr", "natural_scene"),
    "Irregular Text Recognition": ("ocr", "natural_scene"),
    "Artistic Text Recognition": ("ocr", "artistic"),
    "Handwriting Recognition": ("ocr", "text_dense"),
    "Digit String Recognition": ("ocr", "text_dense"),
    "Non-Semantic Text Recognition": ("ocr", "text_dense"),
    "Scene Text-centric VQA": ("ocr", "natural_scene"),
    "Doc-oriented VQA": ("document_reading", "text_dense"),
    "Key Information Extraction": ("document_reading", "text_dense"),
    "Handwritten Mathematical Expression Recognition": ("ocr", "math_formula"),
}
"""Native category to capability and image type."""
_SOURCES: Final = {
    "ocrVQA": ("document_reading", "text_dense"),
    "ChartQA": ("chart_reading", "chart_graph"),
    "ChartQA_Human": ("chart_reading", "chart_graph"),
}
"""The same for data sets whose pictures are not those of their category: book covers, charts."""


def fields(doc: Doc) -> Fields:
    """A row: dataset (where the picture comes from), question, question_type, answer (a list of
    which any is right). Nothing names a row or its picture, so the id is a digest of all four.
    """
    category = doc["question_type"]
    capability, image_type = _SOURCES.get(doc["dataset"], _CATEGORIES[category])
    return Fields(
        id=digest_of([doc["dataset"], category, doc["question"], list(doc["answer"])])[:16],
        question=doc["question"].strip(),
        target=next(answer.strip() for answer in doc["answer"] if answer.strip()),
        answer_kind="text",
        capability=capability,
        image_type=image_type,
    )


def grade(task: lmms.Task, doc: Doc, text: str) -> Grade:
    """The whole completion, and whether it contains an answer."""
    score = task.process(doc, text)["ocrbench_accuracy"]["score"]
    return Grade(text.strip() or None, float(score))


def metrics(scored: Sequence[Scored]) -> dict[str, float]:
    """Accuracy over samples, of text recognition, and of each category that there is."""
    groups = {
        "accuracy": tuple(_CATEGORIES),
        "accuracy, text recognition": tuple(_CATEGORIES)[:6],
        **{f"accuracy, {name}": (name,) for name in _CATEGORIES},
    }
    found: dict[str, float] = {}
    for metric, names in groups.items():
        own = [s for s in scored if s.doc["question_type"] in names]
        if own:
            found[metric] = mean_score(own)
    return found


PLUGIN: Final[Benchmark] = LmmsBenchmark(
    name="ocrbench",
    facts=Facts(
        title="OCRBench",
        size=1000,
        licence="unverified",
        paper="arXiv 2305.07895",
        dataset="echo840/OCRBench",
        split="test",
        download_gb=0.07,
    ),
    task="ocrbench",
    columns=("dataset", "question", "question_type", "answer", "image"),
    fields=fields,
    grade=grade,
    metrics=metrics,
)
