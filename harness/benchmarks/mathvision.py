"""MATH-Vision (test): 3,040 problems of mathematics competitions with figures, in 16 subjects and
five levels; half have five options, half ask for a value.

The score of a sample is lmms-eval's `mathvision_standard_eval`: its extraction of the boxed or
stated answer, equal to the target's letter, text or value. The headline is the accuracy.

Differences from lmms-eval: none in scores, but for texts that its arithmetic is not let loose on
(see `harness.latex_guard`): those are unequal. What looks wrong there is kept: a target in dollar
signs whose value has a root or pi equals nothing that a completion can say.

lmms-eval needs the package latex2sympy2 for this, whose version decides some scores: 1.5.4 reads
`60 cm` as 60, 1.9.1 as a product. It works with antlr4-python3-runtime up to 4.9.3 only. With a
later one lmms-eval warns when it is imported and fails at every answer; here opening the data is
refused.
"""

import contextlib
import io
import re
import threading
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from blindspot.core.errors import ConfigError
from blindspot.core.grading import Grade
from blindspot.core.records import AnswerKind
from harness import lmms
from harness.benchmark import Benchmark, Doc, Facts, Fields
from harness.latex_guard import Guarded, arithmetic
from harness.lmms_benchmark import LmmsBenchmark

_ONE_AT_A_TIME: Final = threading.Lock()
_PLACE: Final = re.compile(r"\s*<image\d+>")
_CAPABILITY: Final = {
    "algebra": "math_reasoning",
    "arithmetic": "arithmetic",
    "combinatorics": "math_reasoning",
    "counting": "counting",
    "descriptive geometry": "spatial",
    "graph theory": "math_reasoning",
    "logic": "logical_reasoning",
    "statistics": "chart_reading",
    "topology": "spatial",
}
_IMAGE_TYPE: Final = {
    "algebra": "mixed",
    "arithmetic": "mixed",
    "combinatorics": "diagram",
    "counting": "mixed",
    "graph theory": "diagram",
    "logic": "diagram",
    "statistics": "chart_graph",
    "topology": "diagram",
}


def fields(doc: Doc) -> Fields:
    """A row: id, question with the places of pictures (all stand in one), options, answer, subject,
    level, solution. Raises ConfigError where the answers could not be scored.
    """
    _scoring()
    return Fields(
        id=doc["id"],
        question=_PLACE.sub("", doc["question"]).strip() or doc["question"],
        target=doc["answer"],
        answer_kind=_answer_kind(doc),
        options=tuple(doc["options"]),
        capability=_CAPABILITY.get(doc["subject"], "geometry"),
        image_type=_IMAGE_TYPE.get(doc["subject"], "geometric"),
    )


def grade(task: lmms.Task, doc: Doc, text: str) -> Grade:
    """The answer that lmms-eval extracts, and whether it equals the target."""
    with _watched() as said, contextlib.redirect_stdout(io.StringIO()):
        result = _scoring().mathvision_process_results(doc, [text])
    answer = said[-1].strip() if text.strip() else ""
    is_letter = doc["options"] and re.fullmatch("[a-e]", answer)
    score = float(result["mathvision_standard_eval"]["scores"][0])
    return Grade((answer.upper() if is_letter else answer) or None, score)


@contextlib.contextmanager
def _watched() -> Iterator[list[str]]:
    """lmms-eval's comparison within bounds; the answers that it is given."""
    utils, values = _scoring(), lmms.module("mathvision.eval_utils")
    said: list[str] = []

    def equal(target: str, answer: str) -> bool:
        said.append(answer)
        return values.is_equal(target, answer)

    with _ONE_AT_A_TIME:
        parse = values.latex2sympy
        utils.is_equal, values.latex2sympy, values.eval = equal, Guarded(parse), arithmetic
        try:
            yield said
        finally:
            utils.is_equal, values.latex2sympy = values.is_equal, parse
            del values.eval


@cache
def _scoring() -> Any:
    """lmms-eval's module that scores, complete."""
    utils = lmms.module("mathvision.utils")
    if not hasattr(utils, "is_equal"):
        raise ConfigError(
            "The benchmark 'mathvision'",
            "the package latex2sympy2 that scores it cannot be imported here",
            "Install: pip install --no-deps latex2sympy2==1.9.1 antlr4-python3-runtime==4.9.3",
        )
    return utils


def _answer_kind(doc: Doc) -> AnswerKind:
    if doc["options"]:
        return "choice"
    return "number" if re.fullmatch(r"-?\d+(\.\d+)?", doc["answer"].strip()) else "text"


PLUGIN: Final[Benchmark] = LmmsBenchmark(
    name="mathvision",
    facts=Facts(
        title="MATH-Vision",
        size=3040,
        licence="mit",
        paper="arXiv 2402.14804",
        dataset="MathLLMs/MathVision",
        split="test",
        download_gb=0.06,
    ),
    task="mathvision_test",
    scored_with="latex2sympy2",
    columns=("id", "question", "options", "decoded_image", "answer", "level", "subject"),
    fields=fields,
    grade=grade,
)
