"""What a question says, as terms, in any script.

    terms("How many dogs?") == ["how", "many", "how many", "dogs", "many dogs"]
    terms("几只狗?")         == ["几只", "只狗", "几只狗"]

A word is a run of letters, digits and combining marks, in small letters; an emoji is a word.
Scripts that put no blanks between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese, Tibetan)
give overlapping pairs of characters, which serve as words there in retrieval as well. Terms are
words and pairs of neighbouring words (of unspaced scripts: triples of characters); no pair reaches
over punctuation. There are no stems: `angle` and `angles` are two words.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, cast

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

from blindspot.core.records import Sample
from diagnostics.answers import Ints

LONGEST: Final = 2000
"""Characters of a text that are looked at."""
_UNSPACED: Final = (
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Scripts without blanks between words, as ranges of a regular expression."""
_PLAIN: Final = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*|[^\sa-z0-9]")


@dataclass(frozen=True)
class Counted:
    """Which texts have which terms."""

    present: sp.csr_array
    """(texts, terms): 1 where it occurs."""
    terms: tuple[str, ...]
    """In the order of the columns, sorted."""

    def of(self, rows: Ints, columns: Ints) -> "Counted":
        """A part of it."""
        part = sp.csr_array(self.present[rows])[:, columns]
        return Counted(sp.csr_array(part), tuple(self.terms[j] for j in columns.tolist()))

    @property
    def frequency(self) -> Ints:
        """Texts that have each term."""
        return np.bincount(self.present.indices, minlength=len(self.terms)).astype(np.int64)


def counted(texts: Sequence[str], fewest: int = 1, *, pairs: bool = True) -> Counted:
    """The terms that at least so many texts have; without `pairs` their words alone."""
    counter = CountVectorizer(binary=True)
    counter.set_params(analyzer=terms if pairs else words)
    try:
        present = sp.csr_array(counter.fit_transform(texts), dtype=np.float64)
    except ValueError:  # not one word in all of them
        return Counted(sp.csr_array((len(texts), 0)), ())
    found = Counted(present, tuple(counter.get_feature_names_out().tolist()))
    return found.of(np.arange(len(texts)), np.flatnonzero(found.frequency >= fewest))


def size(matrix: sp.csr_array) -> tuple[int, int]:
    """Its rows and columns."""
    return cast("tuple[int, int]", matrix.shape)


def asked(sample: Sample) -> str:
    """What a sample asks: question and options."""
    return "\n".join([sample.question[:LONGEST], *sample.options])[:LONGEST]


def terms(text: str) -> list[str]:
    """Words and pairs of neighbouring ones, in the order of the text."""
    found: list[str] = []
    for run in _runs(text[:LONGEST].lower()):
        for i, word in enumerate(run):
            found.append(word)
            if i and word:
                found.append(_pair(run[i - 1], word))
    return found


def words(text: str) -> list[str]:
    """Without the pairs."""
    return [word for run in _runs(text[:LONGEST].lower()) for word in run]


def is_content(term: str) -> bool:
    """Whether no word of it is grammar, a lone letter or a lone digit."""
    return all(w not in ENGLISH_STOP_WORDS and (len(w) > 1 or ord(w) > 127) for w in term.split())


def _runs(text: str) -> Iterator[list[str]]:
    """Words that no punctuation and no change of script parts."""
    if text.isascii():
        return _split(_PLAIN.findall(text))
    return _any_script(unicodedata.normalize("NFKC", text))


def _split(tokens: Sequence[str]) -> Iterator[list[str]]:
    run: list[str] = []
    for token in tokens:
        if token[0].isalnum():
            run.append(token)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _any_script(text: str) -> Iterator[list[str]]:
    run: list[str] = []
    for match in _word().finditer(text):
        if match.lastgroup == "spaced":
            run.append(match.group())
            continue
        if run:
            yield run
            run = []
        if match.lastgroup == "unspaced":
            whole = match.group()
            yield [whole[i : i + 2] for i in range(len(whole) - 1)] or [whole]
        elif match.lastgroup == "symbol":
            yield [match.group()]
    if run:
        yield run


def _pair(first: str, second: str) -> str:
    if re.match(f"[{_UNSPACED}]", first) if not first.isascii() else False:
        return first + second[-1]
    return f"{first} {second}"


@cache
def _word() -> re.Pattern[str]:
    marks, symbols = _of_category("M"), _of_category("So")
    letter = f"(?![{_UNSPACED}])[^\\W_]"
    return re.compile(
        f"(?P<unspaced>[{_UNSPACED}][{_UNSPACED}{marks}]*)|(?P<symbol>[{symbols}])"
        f"|(?P<spaced>{letter}(?:{letter}|[{marks}]|['’](?={letter}))*)|(?P<other>[^\\s{marks}])"
    )


@cache
def _of_category(start: str) -> str:
    """The characters of a Unicode category, as ranges of a regular expression."""
    codes = [c for c in range(0x20000) if unicodedata.category(chr(c)).startswith(start)]
    first = [c for c, before in zip(codes, [-1, *codes], strict=False) if c != before + 1]
    last = [c for c, after in zip(codes, [*codes[1:], -1], strict=True) if c != after - 1]
    return "".join(f"\\U{a:08x}-\\U{b:08x}" for a, b in zip(first, last, strict=True))
