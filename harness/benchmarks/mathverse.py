"""MathVerse (testmini): 788 problems of plane and solid geometry and functions, each in five
versions that move its content from the text into the picture; options, or a free answer.

lmms-eval asks a judge about every completion. Here a rule decides first, the judge where it
abstains. Of options: a letter or an option's text, in a box, after "the answer is", or alone. Of
free answers: right where the normalised texts or the values are equal, wrong where a value is
plainly another one (by more than rounding) or a coordinate is; different units, other forms and
near values are left to the judge. The headline is the accuracy over all five versions.

The data is a copy for lmms-eval whose card states no licence that could be seen; that of the
original (AI4Math/MathVerse) states MIT.

Differences from lmms-eval: it has no score without a judge. An empty completion is wrong without
asking. A row whose answer is several letters, or no option, is compared as text.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from blindspot.core.grading import Grade, letter
from blindspot.core.records import AnswerKind
from harness import lmms
from harness.benchmark import Benchmark, Doc, Facts, Fields, Scored, mean_score
from harness.constant import leading
from harness.final_answer import agreed, clean, option
from harness.lmms_benchmark import LmmsBenchmark
from harness.options import lettered

_LETTERS: Final = "ABCD"
_NEAR: Final = 0.02
"""Values that differ by less, relative to the target, may be one value rounded."""
_EQUAL: Final = 1e-9
_NAMED: Final = re.compile(r"([A-Za-z][A-Za-z. ]*)?\s*=\s*([^=]*)")
_PAIR: Final = re.compile(r"[(](.+)[)]")
_SPACES: Final = re.compile(r"\\(?:quad|[,;:! ])|[~\s]")
_UNIT: Final = re.compile(
    r"(?:square|cubic)?(?:°|degrees?|units?|[mck]?m|met(?:re|er)s?|in(?:ch(?:es)?)?|f(?:ee|oo)?t"
    r"|k?g|lit(?:re|er)s?|cmsq|km/h|%)?(?:\^?\{?[23]\}?)?"
)


def fields(doc: Doc) -> Fields:
    """A row: sample_index, problem_index (shared by versions), question (none where it stands in
    the picture alone), answer, question_type; metadata holds subject and subfield.
    """
    question, options = lettered(_question(doc))
    target = doc["answer"].strip()
    chosen = re.fullmatch(r"\(?([A-Z])\)?", target) if _has_options(doc) else None
    if chosen and chosen[1] not in map(letter, range(len(options))):
        letters = max(_LETTERS[-1], chosen[1])
        question, options = _question(doc), tuple(letter(i) for i in range(ord(letters) - 64))
    functions = doc["metadata"]["subject"] == "Functions"
    return Fields(
        id=doc["sample_index"],
        question=question if chosen else _question(doc),
        target=chosen[1] if chosen else target,
        answer_kind="choice" if chosen else _free_kind(target),
        options=options if chosen else (),
        group=doc["problem_index"],
        capability="math_reasoning" if functions else "geometry",
        image_type="chart_graph" if functions else "geometric",
    )


def grade(task: lmms.Task, doc: Doc, text: str) -> Grade | None:
    """The rule's verdict, or None for the judge."""
    if not text.strip():
        return Grade(None, 0.0)
    own = fields(doc)
    if _plain(text) == _plain(own.target):
        return Grade(own.target, 1.0)
    if own.answer_kind == "choice":
        named = agreed(text, lambda said: option(said, own.options))
        return Grade(letter(named[1]), float(letter(named[1]) == own.target)) if named else None
    found = agreed(text, lambda said: _verdict(said, own.target))
    return Grade(found[0], float(found[1])) if found else None


def metrics(scored: Sequence[Scored]) -> dict[str, float]:
    """Over all versions, and of each."""
    versions: dict[str, list[Scored]] = defaultdict(list)
    for s in scored:
        versions[s.doc["problem_version"]].append(s)
    return {"accuracy": mean_score(scored)} | {
        version: mean_score(versions[version]) for version in sorted(versions)
    }


def _verdict(said: str, target: str) -> bool | None:
    """Whether a free answer is right; None where it would have to be understood."""
    one, other = _plain(said), _plain(target)
    if not one or one == other:
        return True if one else None
    pairs = _PAIR.fullmatch(one), _PAIR.fullmatch(other)
    if pairs[0] and pairs[1]:
        return _all_same(pairs[0][1].split(","), pairs[1][1].split(","))
    return _same_value(one, other)


def _all_same(said: list[str], target: list[str]) -> bool | None:
    if len(said) != len(target):
        return None
    found = [_same_value(one, other) for one, other in zip(said, target, strict=True)]
    if False in found:
        return False
    return None if None in found else True


def _same_value(said: str, target: str) -> bool | None:
    """Whether two values are one; None for other units or names, near values, and no values."""
    one, other = _value(said), _value(target)
    if one is None or other is None:
        return None
    (name, value, unit), (wanted_name, wanted, wanted_unit) = one, other
    if (name and wanted_name and name != wanted_name) or _unlike(unit, wanted_unit):
        return None
    apart = abs(value - wanted)
    if apart <= _EQUAL * max(1.0, abs(wanted)):
        return True
    return None if apart <= _NEAR * abs(wanted) else False


def _value(plain: str) -> tuple[str, float, str] | None:
    """The name before an equals sign, the value, and its unit."""
    named = _NAMED.fullmatch(plain)
    read = leading(named[2] if named else plain)
    if read is None or not _UNIT.fullmatch(read[1]):
        return None
    unit = re.sub(r"degrees?", "°", re.sub(r"[\^{}]", "", read[1]))
    return (named[1] or "") if named else "", read[0], unit


def _unlike(unit: str, other: str) -> bool:
    """Two different units; a percent sign is never left out."""
    return unit != other and (bool(unit and other) or "%" in unit + other)


def _plain(said: str) -> str:
    """Without spaces, case, dollars, and what LaTeX writes around words."""
    return _SPACES.sub("", clean(said)).casefold().strip(".")


def _question(doc: Doc) -> str:
    return doc["question"] or doc["question_for_eval"] or doc["query_wo"]


def _has_options(doc: Doc) -> bool:
    return doc["question_type"] == "multi-choice"


def _free_kind(target: str) -> AnswerKind:
    return "number" if re.fullmatch(r"-?\d+(\.\d+)?", target) else "text"


PLUGIN: Final[Benchmark] = LmmsBenchmark(
    name="mathverse",
    facts=Facts(
        title="MathVerse",
        size=3940,
        licence="unverified",
        paper="arXiv 2403.14624",
        dataset="CaraJ/MathVerse-lmmseval",
        split="testmini",
        download_gb=0.17,
        judge=True,
    ),
    task="mathverse_testmini",
    columns=(
        "sample_index",
        "problem_index",
        "problem_version",
        "question",
        "image",
        "answer",
        "question_type",
        "metadata",
        "query_wo",
        "query_cot",
        "question_for_eval",
    ),
    fields=fields,
    grade=grade,
    metrics=metrics,
    config="testmini",
)
