"""Texts as terms, in any script.

    terms("How many bars?")   ['how', 'many', 'bars']
    terms("图中有几个圆？")     ['图中', '中有', '有几', '几个', '个圆']
    terms("كم عدد الكُرات")     ['كم', 'عدد', 'كرات']

Scripts that write no spaces, and Korean, whose particles cling to the word, become pairs of
neighbouring characters; a run of one character is that character. Arabic loses vowel marks,
the lengthening stroke and the article, and the forms of one letter become one. All else is words,
combining marks included (Devanagari's vowels are no borders of a word). Nothing is stemmed, and no
word is thrown away: both rankings weigh a word that most texts have as next to nothing.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_CLINGING: Final = (
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"  # CJK
    "\uac00-\ud7af\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Korean, Thai, Lao, Burmese, Khmer
)
_MARKS: Final = "\u0300-\u036f\u0590-\u05cf\u0900-\u0dff\u0f71-\u0f84\u200c\u200d"
_RUN: Final = re.compile(rf"[{_CLINGING}]+|(?:(?![{_CLINGING}_])[\w{_MARKS}])+")
_PAIRED: Final = re.compile(f"[{_CLINGING}]")
_ASCII: Final = re.compile(r"[a-z0-9]+")
_DROPPED: Final = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]")
_FORMS: Final = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه"})
_ARTICLE: Final = re.compile(r"^(?:[وبكف]?ال|لل)(?=\w{2})")


def terms(text: str) -> list[str]:
    """The terms of a text, in order, as often as they occur."""
    if text.isascii():
        return _ASCII.findall(text.lower())
    return list(_any_script(unicodedata.normalize("NFKC", text).casefold()))


def _any_script(text: str) -> Iterator[str]:
    for run in _RUN.findall(_DROPPED.sub("", text)):
        if _PAIRED.match(run):
            yield from (run[i : i + 2] for i in range(max(len(run) - 1, 1)))
        elif "\u0600" <= run[0] <= "\u06ff":
            yield _ARTICLE.sub("", run.translate(_FORMS))
        else:
            yield run
