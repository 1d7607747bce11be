"""RealWorldQA: 765 photographs, many from vehicles, each with a question about the scene.

A sample scores by lmms-eval's `exact_match`: where the target is a letter, the one that its shared
extractor finds; otherwise the completion itself, in lower case and without a last full stop, equals
the target. The headline is the mean, accuracy.

Rows carry no category. All are `spatial`, which is what its authors say it asks for; options stand
in the question's text and are split out of it.

Differences from lmms-eval: none in scores.
"""

import re
from pathlib import PurePosixPath
from typing import Final

from blindspot.core.grading import Grade, letter
from blindspot.core.records import AnswerKind
from harness import lmms
from harness.benchmark import Benchmark, Doc, Facts, Fields
from harness.lmms_benchmark import LmmsBenchmark
from harness.options import lettered

_LETTERS: Final = "ABCD"
_INSTRUCTION: Final = re.compile(r"\s*Please answer directly with [^\n]*\s*$")


def fields(doc: Doc) -> Fields:
    """A row: question (options and an instruction in its text), answer, image_path (`0.webp`).
    Where options cannot be split out, they are the bare letters.
    """
    asked, target = _INSTRUCTION.sub("", doc["question"]), doc["answer"].strip()
    question, options = lettered(asked) if _is_letter(doc) else (asked, ())
    if _is_letter(doc) and target.upper() not in map(letter, range(len(options))):
        question, options = asked, tuple(_LETTERS)
    return Fields(
        id=PurePosixPath(doc["image_path"]).stem,
        question=question,
        options=options,
        target=target.upper() if options else target,
        answer_kind="choice" if options else _kind(target),
        capability="spatial",
        image_type="natural_scene",
    )


def grade(task: lmms.Task, doc: Doc, text: str) -> Grade:
    """Whether lmms-eval's score is 1, and the letter or the words that it compared."""
    score = task.process(doc, text)["exact_match"]
    if _is_letter(doc):
        extract = lmms.module("_task_utils.mcq_extract").extract_mcq_answer
        return Grade(extract(text, list(_LETTERS)) or None, float(score))
    return Grade(text.strip().rstrip(".") or None, float(score))


def _is_letter(doc: Doc) -> bool:
    return doc["answer"].strip().upper() in tuple(_LETTERS)


def _kind(target: str) -> AnswerKind:
    if target.casefold() in ("yes", "no"):
        return "yes_no"
    return "number" if re.fullmatch(r"-?\d+(\.\d+)?", target) else "text"


PLUGIN: Final[Benchmark] = LmmsBenchmark(
    name="realworldqa",
    facts=Facts(
        title="RealWorldQA",
        size=765,
        licence="cc-by-4.0 (its first release by xAI: CC BY-ND 4.0)",
        paper="https://x.ai/blog/grok-1.5v",
        dataset="lmms-lab-encoder/RealWorldQA",
        split="test",
        download_gb=0.68,
    ),
    task="realworldqa",
    columns=("image", "question", "answer", "image_path"),
    fields=fields,
    grade=grade,
)
