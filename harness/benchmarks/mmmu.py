"""MMMU, validation: 900 questions of university courses in 30 subjects, 847 with options, 53 open.

A row with options scores by the letter that lmms-eval's parser finds; an open one by what its
parser takes for the answer: a number equal to the target at two decimals, or a phrase that contains
the target. The headline is lmms-eval's and the paper's: accuracy over samples. Accuracies of the
six disciplines stand beside it.

Differences from lmms-eval:

- Where its parser finds no letter it draws one of the options at random, so that some of what could
  not be read counts as right. Here that is no answer, score 0.
- A few open rows accept several answers, written "['24/7', '3.429']". It compares with that text as
  a whole, so that no answer but the list itself is right; here any of them is, as in the
  benchmark's own code.

Prompts are lmms-eval's, with a defect of theirs. It puts pictures at the marks `<image 1>` … in the
order of their numbers, each once. Where a row names a picture twice (validation_Math_19, says
MMMU-Pro), the text between the last picture and the last mark is not sent; where it names them in
another order, they stand at each other's places. Pictures that no mark names (some belong to the
explanation) are not sent.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final, SupportsIndex

from blindspot.core.grading import Grade
from harness import lmms
from harness.benchmark import Benchmark, Doc, Facts, Fields, Scored, mean_score
from harness.lmms_benchmark import LmmsBenchmark

_SCIENCE: Final = (
    "Biology Chemistry Geography Physics Agriculture Architecture_and_Engineering Electronics "
    "Energy_and_Power Materials Mechanical_Engineering"
)
_CAPABILITY: Final = {
    **dict.fromkeys(_SCIENCE.split(), "science"),
    "Math": "math_reasoning",
    "Computer_Science": "logical_reasoning",
    "Accounting": "arithmetic",
    "Finance": "arithmetic",
}
_IMAGE_TYPE: Final = {
    "Diagrams": "diagram",
    "Trees and Graphs": "diagram",
    "Technical Blueprints": "diagram",
    "Historical Timelines": "diagram",
    "DNA Sequences": "text_dense",
    "Tables": "text_dense",
    "Screenshots": "text_dense",
    "Plots and Charts": "chart_graph",
    "Geometric Shapes": "geometric",
    "Chemical Structures": "math_formula",
    "Mathematical Notations": "math_formula",
    "Sheet Music": "math_formula",
    "Medical Images": "medical",
    "Pathological Images": "medical",
    "Microscopic Images": "medical",
    "Body Scans: MRI, CT scans, and X-rays": "medical",
    "Maps": "map",
    "Photographs": "natural_scene",
    "Landscapes": "natural_scene",
    "Paintings": "artistic",
    "Portraits": "artistic",
    "Sculpture": "artistic",
    "Sketches and Drafts": "artistic",
    "Comics and Cartoons": "artistic",
    "Poster": "artistic",
    "Advertisements": "artistic",
    "Icons and Symbols": "artistic",
    "Logos and Branding": "artistic",
}
_ENDLESS: Final = re.compile(r"(\d{400}|(?:,\d{3}){100})(?:\d|,\d{3})+")
"""Numbers beyond any float, on which the parser's expressions would take quadratic time."""


def fields(doc: Doc) -> Fields:
    """A row; its options, picture types and several answers are lists written as text. An option
    that is a picture keeps its mark, `<image 2>`.
    """
    answers = _answers(doc)
    target = min(answers, key=len)
    kinds = {_IMAGE_TYPE.get(kind, "mixed") for kind in _listed(doc["img_type"])}
    return Fields(
        id=doc["id"],
        question=doc["question"],
        options=tuple(_listed(doc["options"])) if _has_options(doc) else (),
        target=target,
        answer_kind="choice" if _has_options(doc) else "number" if _is_number(target) else "text",
        capability=_CAPABILITY.get(_subject(doc), "knowledge"),
        image_type=kinds.pop() if len(kinds) == 1 else "mixed",
    )


def grade(task: lmms.Task, doc: Doc, text: str) -> Grade:
    """lmms-eval's parsers and comparisons, without its random option. As its tasks do, they see the
    completion without white space around it.
    """
    utils = lmms.module("mmmu.utils")
    graded = _graded_choice if _has_options(doc) else _graded
    return graded(utils, doc, text.strip())


def metrics(scored: Sequence[Scored]) -> dict[str, float]:
    """Over samples, and over those of each discipline."""
    by_subject: dict[str, list[Scored]] = defaultdict(list)
    for s in scored:
        by_subject[_subject(s.doc)].append(s)
    found = {"accuracy": mean_score(scored)}
    for discipline, subjects in lmms.module("mmmu.utils").DOMAIN_CAT2SUB_CAT.items():
        of_it = [s for subject in subjects for s in by_subject[subject]]
        found |= {f"accuracy in {discipline}": mean_score(of_it)} if of_it else {}
    return found


class _Undecided(LookupError):
    """The parser is about to guess."""


class _Letters(list[str]):
    """Option letters that can be gone through but not drawn from: only a guess indexes them."""

    def __getitem__(self, index: SupportsIndex | slice) -> Any:
        raise _Undecided(index)


def _graded_choice(utils: Any, doc: Doc, text: str) -> Grade:
    by_letter, letters = utils.get_multi_choice_info(_listed(doc["options"]))
    try:
        letter = utils.parse_multi_choice_response(text, _Letters(letters), by_letter)
    except _Undecided:
        return Grade(None, 0.0)
    return Grade(letter, float(utils.eval_multi_choice(doc["answer"], letter)))


def _graded(utils: Any, doc: Doc, text: str) -> Grade:
    """The parser takes several parts of a completion for the answer; the one that is right, else
    the shortest, stands for them.
    """
    answers = _answers(doc)
    read = utils.parse_open_response(_ENDLESS.sub(r"\1", text))
    parts = sorted(read, key=lambda part: (len(str(part)), str(part)))
    right = [part for part in parts if utils.eval_open(answers, [part])]
    stated = str((right or parts)[0]).removesuffix(".0").strip()
    return Grade(stated or None, float(bool(right)))


def _has_options(doc: Doc) -> bool:
    return doc["question_type"] == "multiple-choice"


def _subject(doc: Doc) -> str:
    """`Art_Theory` of `validation_Art_Theory_3`."""
    return doc["id"].partition("_")[2].rpartition("_")[0]


def _answers(doc: Doc) -> list[str]:
    """The answer, or several of an open row."""
    answer = doc["answer"].strip()
    several = answer.startswith("[") and not _has_options(doc)
    return (several and _listed(answer)) or [answer]


def _listed(text: str) -> list[str]:
    """A list written as text; what is not one is its only item."""
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return [text]
    return [str(item) for item in found] if isinstance(found, list | tuple) else [text]


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None


PLUGIN: Final[Benchmark] = LmmsBenchmark(
    name="mmmu",
    facts=Facts(
        title="MMMU",
        size=900,
        licence="apache-2.0",
        paper="arXiv 2311.16502",
        dataset="lmms-lab-encoder/MMMU",
        split="validation",
        download_gb=3.38,
    ),
    task="mmmu_val",
    columns=(
        *("id", "question", "options", "answer", "question_type", "img_type"),
        *(f"image_{i}" for i in range(1, 8)),
    ),
    fields=fields,
    grade=grade,
    metrics=metrics,
)
