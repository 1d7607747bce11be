"""Refusals and answers that only sound like one."""

import pytest

from diagnostics.causes.attributors.refusal import PLUGIN


def verdict(make, text: str, reason: str = "stop"):
    sample = make.sample(0)
    said = {"text": text, "finish_reason": reason}
    return PLUGIN.attribute(sample, make.answered(sample, 0.0, completion=said))


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I am sorry, I cannot identify people.",
        "I cannot view images.",
        "I can’t see the picture you refer to.",
        "I'm unable to process this image.",
        "As an AI language model, I have no eyes.",
        "I must decline this request.",
        "I don't see an attached photo. Could you upload it?",
        "No image was provided.",
        "抱歉，我无法识别图片中的人。",
        "對不起，我無法查看圖片。",
        "Lo siento, pero no puedo ver la imagen.",
        "Je suis désolée, mais je ne peux pas vous aider.",
        "Leider kann ich die Person nicht erkennen, tut mir leid, ich darf das nicht.",
        "申し訳ありませんが、お答えできません。",
        "죄송하지만 이미지를 볼 수 없습니다.",
        "Извините, я не могу ответить.",
        "عذرا، لا يمكنني المساعدة",
    ],
)
def test_refusals_are_quoted(make, text: str):
    found = verdict(make, text)
    assert found is not None
    assert found.stage == "refusal"
    assert found.evidence
    assert found.evidence in text


@pytest.mark.parametrize(
    "text",
    [
        "It cannot be determined from the image.",
        "no",
        "The man can't see the dog.",
        "4",
        "",
        "No, I do not see any dog.",
        "I cannot identify any text on the sign.",
        "抱歉，图中无法确定。",
        "图中没有看到狗。",
        "No puedo determinar el color.",
        "The sign says: no entry, we are sorry.",
    ],
)
def test_answers_are_none(make, text: str):
    assert verdict(make, text) is None


def test_a_content_filter_is_one(make):
    found = verdict(make, "", "content_filter")
    assert found is not None
    assert found.stage == "refusal"


def test_an_answer_that_is_stated_all_the_same_is_none(make):
    assert verdict(make, "I'm sorry, I can't see it well. The answer is 4.") is None
