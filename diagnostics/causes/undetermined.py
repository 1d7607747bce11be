"""Questions that the picture does not answer, and answers that say so.

    "Cannot be determined."    "Not enough information."    "无法确定"    "No se puede determinar"

As a target it makes a question unanswerable; as an answer to such a question it is the right one.
"""

import re
from typing import Final

from blindspot.core.records import Sample

_ENGLISH: Final = (
    r"\b(?:can(?:no|['’])t|can not|could not|couldn['’]t|impossible to|unable to|not possible to"
    r"|hard to|difficult to|not able to|no way to)\b[^.\n]{0,40}?\b(?:determin|tell|say|know|answer"
    r"|infer|be (?:seen|known|read|told|identified)|identif|see)",
    r"\b(?:un|in)determin\w*",
    r"\b(?:unanswerable|unknown|not (?:answerable|determinable|known))\b",
    r"\b(?:not|isn['’]t|aren['’]t|never) (?:\w+ ){0,2}?(?:shown|visible|given|provided|specified"
    r"|stated|mentioned|available|present|included|indicated|clear|legible|readable|depicted)\b",
    r"\b(?:no|not enough|insufficient|lacks?|without) (?:\w+ ){0,3}?(?:information|data|details?"
    r"|evidence|indication|context)\b",
    r"\bdoes(?:n['’]t| not) (?:\w+ ){0,2}?(?:provide|show|contain|say|mention|specify|include"
    r"|indicate|state|give|reveal|display|depict)\b",
)
_OTHERS: Final = (
    r"无法|無法|不能确定|不确定|不確定|未知|不知道|看不出|没有(?:提供|显示|给出|足够|相关)|未提供|未显示",
    r"\bno se (?:puede|muestra|indica|especifica|menciona|ve)|\bdesconocid[oa]\b|\bno es posible\b",
    r"\bne (?:peut|permet|montre|précise|fournit)|\bimpossible de\b|\binconnue?\b",
    r"\bnicht (?:\w+ )?(?:bestimm|erkenn|ersichtlich|angegeben|sichtbar|möglich)|\bunbekannt\b",
    r"\bnon (?:è|si) (?:possibile|può)|\bnão (?:é possível|pode|há informaç)",
    r"わかりません|分かりません|判断できません|不明|特定できません|알 수 없|확인할 수 없",
    r"невозможно|неизвестно|нельзя (?:определить|сказать)|لا يمكن|غير معروف",
)
_SAID: Final = re.compile("|".join((*_ENGLISH, *_OTHERS)), re.IGNORECASE)
_LONGEST: Final = 80
"""Characters of a target that says so."""
_LOOKED_AT: Final = 2000
_STANDING: Final = frozenset({"ocr"})
"""Where such words may be what the picture says."""


def says_undetermined(text: str) -> bool:
    """Whether it says that the question cannot be answered from what there is to see."""
    return _SAID.search(text[:_LOOKED_AT]) is not None


def is_unanswerable(sample: Sample) -> bool:
    """Whether the right answer is that there is none."""
    free = sample.answer_kind in ("text", "set") and sample.capability not in _STANDING
    return free and len(sample.target) <= _LONGEST and says_undetermined(sample.target)
