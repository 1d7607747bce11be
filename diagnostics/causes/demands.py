"""What a question demands of the form of its answer, and how an answer breaks that.

    options A … D, "The answer is (F)."          "F": no option
    options A … D, "Both A and B."               "Both A and B": several
    a number, "There are several."               "several": no number
    yes or no, "3"                               "3": neither
    "What color is it?", "Yes"                   "Yes": answers another question

Only breaches that are plain to see are found. A breach explains a score of zero by itself: no
answer in that form can be right.
"""

import re
from typing import Final

from blindspot.core.grading import letter
from blindspot.core.records import Sample
from diagnostics.causes.stated import said_of

_SHORT: Final = 60
"""Characters of a statement that may be nothing but an answer."""
_LETTER: Final = re.compile(r"(?:option |choice )?\(?([A-Z])\)?[.:]?", re.IGNORECASE)
_NO_OPTION: Final = re.compile(
    r"(?:none|neither) of (?:the above|these|them|the (?:given )?(?:options|choices|answers))\b"
    r"|以上都不(?:是|对|正确)|没有正确(?:选项|答案)|ninguna de las anteriores",
    re.IGNORECASE,
)
_JOIN: Final = (
    r"\s{0,2}(?:,\s?(?:and|or)|,|;|/|&|\+|、|\band\b|\bor\b|和|与|或|\by\b|\bet\b)\s{0,2}"
)
_SEVERAL: Final = re.compile(
    r"(?:[Bb]oth |[Ee]ither |[Aa]ll of |[Oo]ptions? |[Cc]hoices? )*"
    rf"\(?[A-Z]\)?(?:{_JOIN}\(?[A-Z]\)?){{1,9}}"
    r"(?=[.\s]*$|\s+(?:(?:are|is|could be|can be|may be|would be)\s+(?:\w+\s+)?"
    r"(?:right|correct|true|valid|possible|answers?)))"
)
_NUMERAL: Final = re.compile(r"[-+]?\d[\d.,]*")
_YES_NO: Final = re.compile(
    r"(?:yes|no|sí|si|oui|non|ja|nein|是的?|不是|对|有|没有)", re.IGNORECASE
)
_VAGUE: Final = re.compile(
    r"(?:(?:there (?:are|is)|it has|i (?:can )?see|about|quite|only) )*"
    r"(?:a (?:lot|few|couple|number|bunch|handful)|lots|many|several|some|plenty|numerous|multiple|"
    r"few|various|countless|a great (?:deal|many)|很多|许多|几个|一些|若干|muchos|varios|algunos|"
    r"plusieurs|beaucoup|viele|einige|mehrere)\b(?: (?:of )?(?:\w+ ?){0,4})?",
    re.IGNORECASE,
)
_OPEN: Final = re.compile(r"\s*(?:what|which|who|whom|whose|where|when|how|why)\b", re.IGNORECASE)
_OF_TEXT: Final = re.compile(
    r"\b(?:say|says|read|reads|written|text|word|sign|label)\b", re.IGNORECASE
)
_FEW_WORDS: Final = re.compile(
    r"\b(?:single|one)[- ](?:word|phrase|number|letter|digit)\b"
    r"|\b(?:only|just|directly) (?:with |give |output |return )?(?:the|a|an|one)\b"
    r"|\b(?:letter|number|word|answer|phrase|option) only\b"
    r"|\b(?:no|without)(?: any)? (?:explanation|other (?:text|words))"
    r"|只(?:需|用|回答|输出)|直接(?:回答|输出)",
    re.IGNORECASE,
)
_SEEN: Final = frozenset({"color", "shape", "recognition"})


def breach(sample: Sample, text: str) -> str | None:
    """What in the completion breaks the form that is asked for, verbatim, or None."""
    said = said_of(text[-20_000:])
    if not said or len(said) > _SHORT:
        return None
    if sample.answer_kind == "choice":
        return _no_single_option(sample, said) or _aside(sample, said)
    if sample.answer_kind == "yes_no":
        return said if _NUMERAL.fullmatch(said) else None
    if sample.answer_kind == "number":
        return said if _YES_NO.fullmatch(said) or _VAGUE.fullmatch(said) else None
    return _aside(sample, said) or _number_for_a_look(sample, said)


def demands_few_words(sample: Sample) -> bool:
    """Whether the prompt asks for nothing but the answer."""
    return _FEW_WORDS.search(sample.prompt) is not None


def _no_single_option(sample: Sample, said: str) -> str | None:
    """A letter that no option has, several letters, or that no option is right."""
    known = {letter(i) for i in range(len(sample.options))}
    if sample.target.strip().upper() not in known:
        return None
    alone = _LETTER.fullmatch(said)
    if alone and alone.group(1).upper() not in known:
        return said
    several = _SEVERAL.match(said)
    if several and len(set(re.findall(r"\b[A-Z]\b", several.group())) & known) > 1:
        return several.group()
    offered = any(_NO_OPTION.search(option) for option in sample.options)
    none = None if offered else _NO_OPTION.search(said)
    return none.group() if none else None


def _aside(sample: Sample, said: str) -> str | None:
    """Yes or no, and nothing else, to a question that cannot be answered so."""
    accepted = (sample.target, *sample.options)
    if any(_YES_NO.fullmatch(one.strip(" .")) for one in accepted) or not _YES_NO.fullmatch(said):
        return None
    asked = sample.answer_kind in ("choice", "box") or _OPEN.match(sample.question)
    return said if asked and not _OF_TEXT.search(sample.question) else None


def _number_for_a_look(sample: Sample, said: str) -> str | None:
    """A number where a color, a shape or a name is asked."""
    seen = sample.answer_kind == "text" and sample.capability in _SEEN
    has_digit = any(c.isdigit() for c in sample.target)
    return said if seen and not has_digit and _NUMERAL.fullmatch(said) else None
