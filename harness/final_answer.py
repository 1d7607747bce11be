"""The one final answer that a text states: for benchmarks whose own scoring has a judge find it.

    >>> agreed("So x = 4. The answer is (B) 140°.", lambda said: option(said, ("120°", "140°")))
    ('(B) 140°', 1)
    >>> agreed("It may be A or B.", lambda said: option(said, ("120°", "140°"))) is None
    True

Read are boxes, what follows "the answer is" or "answer:", and a text that is nothing but an answer.
A rule that decides wrongly is worse than one that abstains: statements that disagree, an answer
taken back behind its statement, more words than an option or a number, and whatever else needs to
be understood give None.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

T = TypeVar("T")

_ALONE: Final = 200
"""Characters of a text that may be nothing but an answer."""
_LINE: Final = 300
"""Characters of a statement that are looked at."""
_END: Final = 20_000
"""Characters at the end of a text that are looked at."""
_BOX: Final = re.compile(r"\\f?boxed\s{0,3}\{")
_WHOLE_BOX: Final = re.compile(r"\\f?boxed\s{0,3}\{(.*)\}", re.DOTALL)
_MARK: Final = re.compile(
    r"(?:\banswer(?:\s{1,3}to\s[^\n.:;]{1,80}?)?(?:\s(?:choice|option|letter))?"
    r"|\b(?:correct|right|best)\s(?:option|choice|letter)|答案|选项)"
    r"[\s*_]{0,8}(?:\bis\b|[:：=]|应?[是为])[\s*_:：]{0,12}",
    re.IGNORECASE,
)
_SENTENCE_END: Final = re.compile(
    r"(?<!\b[A-Za-z])[.;](?=\s)|[。；]|,?\s(?:because|since|as|which)\b", re.IGNORECASE
)
_TAKEN_BACK: Final = re.compile(
    r"\b(?:(?:wait|actually|however|but|correction|mistake|instead|sorry|alternatively|rather"
    r"|re-?check|not (?:sure|certain|correct|right)|therefore|thus|hence)\b|(?:question|human) ?:)",
    re.IGNORECASE,
)
"""Behind an answer: it is taken back, concluded anew, or another question begins."""
_WRAPPED: Final = re.compile(r"\\(?:f?boxed|text|textbf|mathrm|mathbf|mbox)\s{0,3}\{([^{}]*)\}")
_NOISE: Final = re.compile(r"\\[()\[\],;! ]|\$|\*\*|`|\\left\b|\\right\b")
_SAME: Final = (
    ("\\dfrac", "\\frac"),
    ("\\tfrac", "\\frac"),
    ("^{\\circ}", "°"),
    ("^\\circ", "°"),
    ("\\circ", "°"),
    ("\\sqrt", "√"),
    ("\\pi", "π"),
    ("\\%", "%"),
    ("²", "^2"),
    ("³", "^3"),
    ("−", "-"),
    ("～", "~"),
)
_LETTER: Final = re.compile(r"(?:option |choice )?\(?([A-Za-z])\)?[.:)]?")
_LETTER_AND_TEXT: Final = re.compile(
    r"(?:\(([A-Z])\)[.:,]?|([A-Z])[).:,、]|([A-Z])\s(?=\())\s{0,3}(.+)", re.DOTALL
)
_NUMBER: Final = re.compile(
    r"(?:(?:about|approximately|approx\.?|around|roughly|≈|\\approx) ?)?"
    r"(?:[A-Za-z][\w ]{0,30}[=≈] ?)?"
    r"([-+]?(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,15})?|[-+]?\.\d{1,15})"
    r" ?(?:°[CF]?|(?P<unit>[^\W\d_]+(?: [^\W\d_]+){0,2})(?:\^\{?[23]\}?)?)?"
)
_NO_UNITS: Final = frozenset(
    word
    for words in (
        "or and to but not no nor minus plus times over per percent half dozen",
        "hundred thousand million billion trillion pi x y e k m b",
    )
    for word in words.split()
)
"""Words behind a number that change it, or may."""


def agreed(text: str, read: Callable[[str], T | None]) -> tuple[str, T] | None:
    """The last final statement and what `read` makes of it; None where it makes nothing of the last
    one, statements differ, or the answer is taken back.
    """
    found = [_first(content, read) for content in _statements(text)]
    if not found or found[-1] is None:
        return None
    said, value, rest = found[-1]
    if any(other is not None and other[1] != value for other in found):
        return None
    return None if _TAKEN_BACK.search(rest) else (said, value)


def option(said: str, options: tuple[str, ...]) -> int | None:
    """Which option is named: by its letter, its whole text, or both where they agree."""
    plain = clean(said)
    by_text = _alike(plain, options)
    bare = _LETTER.fullmatch(plain)
    if bare:
        place = ord(bare[1].upper()) - ord("A")
        return place if place < len(options) and (by_text in (None, place)) else None
    both = _LETTER_AND_TEXT.fullmatch(plain)
    if both:
        place = ord(both[1] or both[2] or both[3]) - ord("A")
        if place >= len(options):
            return None
        fits = same(both[4].strip("()"), options[place]) or _is_sentence(plain, both[4], options)
        return place if fits else None
    return by_text


def number(said: str) -> str | None:
    """The number that is all of it, with or without a unit, as digits."""
    found = _NUMBER.fullmatch(clean(said))
    if not found or (found["unit"] and _NO_UNITS & set(found["unit"].casefold().split())):
        return None
    return found[1].replace(",", "").lstrip("+")


def clean(said: str) -> str:
    """Without the marks around an answer: boxes, bold, dollars, quotes, a full stop."""
    boxed = _WHOLE_BOX.fullmatch(said.strip())
    said = boxed[1] if boxed else said
    for _ in range(3):
        said = _WRAPPED.sub(r"\1", said)
    said = _NOISE.sub("", said)
    for one, other in _SAME:
        said = said.replace(one, other)
    return " ".join(said.split()).strip(" \"'“”‘’*").rstrip(".,;:!。").strip(" \"'“”‘’*")


def same(one: str, other: str) -> bool:
    """Whether two texts are one but for case, spaces and a degree sign at the end."""
    return _key(one) == _key(other)


def _is_sentence(plain: str, behind: str, options: tuple[str, ...]) -> bool:
    """Whether a letter ends with a full stop, and a sentence that is no option stands behind it."""
    sentence = re.split(r"[.;](?:\s|$)", behind)[0]
    stands = plain[: -len(behind)].rstrip().endswith(".") and re.match(r"[A-Z][a-z]", behind)
    is_long = len(sentence.split()) > 2 and not _TAKEN_BACK.search(behind)
    return bool(stands) and is_long and _alike(sentence, options) is None


def _statements(text: str) -> Iterator[str]:
    """What follows each mark of a final statement, to the end of the text."""
    text = text[-_END:]
    starts = [m.end() for m in _MARK.finditer(text)] + [m.start() for m in _BOX.finditer(text)]
    for start in sorted(starts):
        yield text[start:]
    if not starts and len(text) <= _ALONE and "\n" not in text.strip():
        yield text


def _first(content: str, read: Callable[[str], T | None]) -> tuple[str, T, str] | None:
    """The first way to end the statement that can be read, what it says, and what is left."""
    for end in _ends(content):
        value = read(content[:end])
        if value is not None:
            return clean(content[:end]), value, content[end:]
    return None


def _ends(content: str) -> Iterator[int]:
    box = _BOX.match(content)
    if box:
        yield _closing(content, box.end())
        return
    line = content[:_LINE].split("\n", 1)[0]
    yield len(line)
    sentence = _SENTENCE_END.search(line)
    if sentence:
        yield sentence.start()


def _closing(content: str, start: int) -> int:
    """The end of the braces that are open at `start`."""
    depth = 1
    for i, char in enumerate(content[start : start + _LINE], start):
        depth += {"{": 1, "}": -1}.get(char, 0)
        if not depth:
            return i + 1
    return 0


def _alike(plain: str, options: tuple[str, ...]) -> int | None:
    """The option with this text; the first of equal ones, none where unlike ones look the same."""
    fits = [i for i, text in enumerate(options) if _key(text) and same(text, plain)]
    return fits[0] if len({options[i] for i in fits}) == 1 else None


def _key(text: str) -> str:
    return "".join(clean(text).casefold().split()).rstrip("°")
