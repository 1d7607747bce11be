"""The model would not answer, or said that it cannot see.

"It cannot be determined from the image" is an answer, not a refusal: only what the model says about
itself counts, and only near the beginning. Whoever apologises and then states an answer all the
same has not refused. Known are the languages that models refuse in most; in others it abstains.
"""

import re
from typing import Final

from blindspot.core.records import Prediction, Sample
from diagnostics.causes.attributor import Attributor, Verdict

_HEAD: Final = 300
_NOT: Final = (
    r"(?:can(?:not|['’]t| not)|(?:am|['’]m|be) (?:unable|not able)(?: to)?|(?:wo|do)n['’]t|will not"
    r"|(?:do|am) not|['’]m not|could(?: not|n['’]t))"
)
_ACT: Final = (
    r"(?:help|assist|comply|fulfil\w*|process|provide|respond|view|access|look at|discuss|continue"
    r"|engage|recogni[sz]e|answer|analy[sz]e|interpret|describe|have (?:access|the (?:ability"
    r"|capabilit\w+))|(?:able|allowed|capable|designed) (?:to|of)"
    r"|identify (?:who|people|persons?|individuals?|anyone|real|him|her|them|th\w+ (?:person|people"
    r"|individual\w*|man|woman))"
    r"|see (?:(?:any|the|an?|your|this|that|attached|uploaded) ){0,2}(?:images?|pictures?|photos?"
    r"|files?|attachments?))"
)
_PICTURE: Final = r"(?:images?|pictures?|photos?|photographs?|files?|attachments?)"
_ENGLISH: Final = (
    rf"\b(?:sorry|apologi[sz]e|apologies|afraid|unfortunately)\b[^.\n]{{0,50}}?\bI\s*{_NOT}[^.\n]*",
    rf"\b(?:sorry|apologies)[,.;]? (?:but )?(?:I )?{_NOT}\s+(?:\w+\s+)?{_ACT}\b[^.\n]*",
    rf"\bI\s*{_NOT}\s+(?:\w+\s+)?{_ACT}\b[^.\n]*",
    r"\bI(?:['’]m|\s+am)\s+(?:unable|not able)\s+to\b[^.\n]*",
    r"\bI\s+(?:must|have to|will|would)\s+(?:\w+\s+)?(?:decline|refuse)\b[^.\n]*",
    r"\bas an? (?:AI|(?:large )?language model|text-based|virtual assistant)\b[^.\n]*",
    r"\bI(?:['’]m|\s+am) (?:just |only )?an? (?:AI|(?:large )?language model|text-based)\b[^.\n]*",
    rf"\bno {_PICTURE} (?:was|were|is|has been|have been)?\s*(?:attached|provided|uploaded|included"
    r"|shared|available)\b[^.\n]*",
    rf"\b{_PICTURE} (?:did not|didn['’]t|failed to|has not|hasn['’]t|could not) (?:been )?(?:load|"
    r"upload|attach|come through|appear)\w*[^.\n]*",
    rf"\b(?:please|could you|can you) (?:please )?(?:re-?)?(?:upload|attach|share|send|provide)\b"
    rf"[^.\n]{{0,30}}\b(?:{_PICTURE}|it)\b[^.\n]*",
    r"\bforg[oe]t\w* to (?:attach|upload|include)\b[^.\n]*",
    r"\b(?:violat\w+|goes against|against)\b[^.\n]{0,30}\b(?:polic(?:y|ies)|guidelines)\b[^.\n]*",
)
_OTHERS: Final = (
    r"(?:抱歉|对不起|對不起|不好意思|很遗憾|很遺憾)[^。\n]{0,30}?(?:无法|無法|不能|没法|不便|没有看到|沒有看到|看不到)"
    r"(?!确定|判断|得知|確定|判斷)[^。\n]*",
    r"我(?:是|只是)?[^。，,\n]{0,8}?(?:无法|無法|不能|没有办法)(?:直接)?(?:查看|看到|识别|識別|辨认|回答|提供|处理"
    r"|處理|访问|访問|协助|帮助|讨论|浏览)[^。\n]*",
    r"作为(?:一个|一名|一款)?[^。，,\n]{0,6}?(?:AI|人工智能|语言模型|助手)[^。\n]*",
    r"(?:没有|未)(?:看到|收到|上传)[^。\n]{0,10}?(?:图|照片)[^。\n]*",
    r"\blo (?:siento|lamento)\b[^.\n]{0,40}?\bno (?:puedo|soy|tengo|me es|es posible)\b[^.\n]*",
    r"\bno puedo (?:ayudar|ver|procesar|identificar|proporcionar|responder|asistir)\w*[^.\n]*",
    r"\b(?:desculpe|sinto muito|lamento)\b[^.\n]{0,40}?\bnão (?:posso|consigo|sou|tenho)\b[^.\n]*",
    r"\bnão (?:posso|consigo) (?:ajudar|ver|processar|identificar|fornecer|responder)\w*[^.\n]*",
    r"\b(?:désolée?|navrée?|excuse[zr]?)\b[^.\n]{0,40}?\bje n(?:e |['’])[^.\n]*",
    r"\bje ne (?:peux|puis|suis) pas (?:en mesure|capable|voir|aider|répondre|vous)[^.\n]*",
    r"\b(?:tut mir leid|entschuldigung|leider)\b[^.\n]{0,40}?\bich\b[^.\n]{0,80}?\bnicht\b[^.\n]*",
    r"\bmi dispiace\b[^.\n]{0,40}?\bnon (?:posso|sono|riesco)\b[^.\n]*",
    r"\bhet spijt me\b[^.\n]{0,40}?\bik\b[^.\n]{0,80}?\bniet\b[^.\n]*",
    r"\b(?:przepraszam|przykro mi)\b[^.\n]{0,40}?\bnie (?:mogę|jestem|widzę)\b[^.\n]*",
    r"(?:申し訳|すみません|すいません|ごめんなさい|恐れ入り)[^。\n]{0,60}?(?:できません|られません|えません|かねます)",
    r"(?:죄송|미안)[^.\n]{0,60}?(?:수 없|못합니다|못해요|어렵습니다)[^.\n]*",
    r"\b(?:извините|простите|к сожалению|прошу прощения)\b[^.\n]{0,30}?\bне (?:могу|вижу)\b[^.\n]*",
    r"(?:عذر|آسف|أعتذر)[^.\n]{0,40}?(?:لا (?:أستطيع|يمكنني)|غير قادر)[^.\n]*",
    r"\bxin lỗi\b[^.\n]{0,40}?\bkhông thể\b[^.\n]*",
    r"\bmaaf\b[^.\n]{0,40}?\btidak (?:dapat|bisa)\b[^.\n]*",
)
_PATTERNS: Final = re.compile("|".join((*_ENGLISH, *_OTHERS)), re.IGNORECASE)
_CONCLUDES: Final = re.compile(r"\banswer\b\W{0,6}(?:is\b|:)|\\boxed\{", re.IGNORECASE)


class Refusal:
    """Looks for a refusal at the beginning of an answer."""

    def attribute(self, sample: Sample, prediction: Prediction) -> Verdict | None:
        said = prediction.completion
        if said is None:
            return None
        found = _PATTERNS.search(said.text[:_HEAD])
        if found and not (_is_read(sample, prediction) and _CONCLUDES.search(said.text)):
            return Verdict("refusal", 0.95, found.group())
        return Verdict("refusal", 1.0) if said.finish_reason == "content_filter" else None


def _is_read(sample: Sample, prediction: Prediction) -> bool:
    """Whether an answer of a kind that cannot be read from just any text was read."""
    return prediction.answer is not None and sample.answer_kind not in ("text", "set")


PLUGIN: Final[Attributor] = Refusal()
