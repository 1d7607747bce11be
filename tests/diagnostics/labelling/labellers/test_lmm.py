"""A labelling model, scripted."""

import json
from pathlib import Path

import pytest
from PIL import Image

from blindspot.core import taxonomy
from blindspot.core.errors import StageError
from blindspot.core.images import encode
from diagnostics.labelling.labeller import Undecided
from diagnostics.labelling.labellers.lmm import PLUGIN, prompt
from diagnostics.labelling.labelling import label
from diagnostics.settings import LabellerSettings

BOTH = ("capability", "image_type")


def reply(image_type: object, capability: object, sure: object = 0.8) -> str:
    return json.dumps(
        {
            "image_type": image_type,
            "image_type_confidence": sure,
            "capability": capability,
            "capability_confidence": sure,
        }
    )


@pytest.fixture
def model(tmp_path: Path):
    """Settings of a model that says the same to everything, or what is scripted by prompt."""

    def scripted(answers: dict[str, str | dict], samples: int = 100) -> LabellerSettings:
        lines = [
            {"prompt": text} | (answer if isinstance(answer, dict) else {"text": answer})
            for text, answer in answers.items()
        ]
        file = tmp_path / "answers.jsonl"
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return LabellerSettings.model_validate(
            {"model": {"backend": "replay", "checkpoint": str(file)}, "samples": samples}
        )

    return scripted


@pytest.fixture
def picture(folder) -> str:
    return folder.images.put(encode(Image.new("RGB", (40, 30), "white")))


@pytest.fixture
def ask(make, means, picture):
    """What it says of one sample, and the causes of what it does not."""

    def ask_one(settings, **more) -> tuple[dict, dict]:
        sample = make.sample(1, images=(picture,), **more)
        spoken = PLUGIN.label([Undecided(sample, BOTH)], means(None, settings))
        said = {axis: (dict(x.terms), x.confidence) for axis, x in spoken.said[0].items()}
        return said, dict(spoken.failures)

    return ask_one


def test_its_word_on_both_axes_counts_with_its_confidence(ask, model):
    said, failures = ask(model({"*": f"Let me see. {reply('map', 'spatial')}"}))
    assert said == {"image_type": ({"map": 1.0}, 0.8), "capability": ({"spatial": 1.0}, 0.8)}
    assert failures == {}


def test_null_and_less_than_half_sure_are_no_label(ask, model):
    assert ask(model({"*": reply(None, "ocr")}))[0].keys() == {"capability"}
    assert ask(model({"*": reply("map", "ocr", 0.4)})) == ({}, {})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "It is a map.",
        "[]",
        "{" * 50,
        reply("a map", "ocr"),
        reply("map", "ocr", 8),
        reply(3, "ocr"),
        reply("map", "ocr")[:-9],
    ],
)
def test_what_is_no_verdict_is_counted_and_gives_no_label(ask, model, text: str):
    assert ask(model({"*": text})) == ({}, {"unreadable": 1})


def test_a_call_without_an_answer_is_counted_by_its_cause(ask, model):
    failure = {"failure": {"kind": "timeout", "message": "scripted", "retryable": True}}
    assert ask(model({"*": failure})) == ({}, {"timeout": 1})


def test_a_model_that_cannot_be_reached_at_all_stops_the_stage(ask, model):
    failure = {"failure": {"kind": "connection", "message": "refused", "retryable": True}}
    with pytest.raises(StageError, match="does not answer"):
        ask(model({"*": failure}))


def test_it_sees_the_terms_the_question_and_the_options(make):
    sample = make.sample(1, question="Which {x}?", options=("a {cat}", "图"))
    text = prompt(sample, taxonomy.load(None))
    assert "chart_graph: plots of data" in text
    assert "hallucination_resistance: not asserting" in text
    assert "Question: Which {x}?\nOptions:\nA. a {cat}\nB. 图\n" in text


def test_without_settings_and_without_a_picture_nothing_is_asked(make, means, model):
    seen = Undecided(make.sample(1), BOTH)
    assert PLUGIN.label([seen], means()).said == [{}]
    blind = Undecided(make.sample(2, images=()), BOTH)
    assert PLUGIN.label([blind], means(None, model({}))).said == [{}]


def test_the_budget_is_drawn_by_ids_whatever_the_order(make, means, model, picture):
    asked = [Undecided(make.sample(i, images=(picture,)), BOTH) for i in range(30)]
    own = means(None, model({"*": reply("map", "ocr")}, samples=7))
    one, other = PLUGIN.label(asked, own), PLUGIN.label(asked[::-1], own)
    places = [i for i, said in enumerate(one.said) if said]
    assert len(places) == 7
    assert places != list(range(7))
    assert places == sorted(29 - i for i, said in enumerate(other.said) if said)


def test_it_is_the_last_to_speak_and_only_on_what_is_open(make, folder, model, picture):
    terms = taxonomy.load(None)
    unstated = {"image_type": "mixed", "images": (picture,)}
    stated = make.sample(1, "ocr", question="Hm?", **unstated)
    worded = make.sample(2, "unmapped", question="Count the cats.", **unstated)
    settings = model(
        {
            prompt(stated, terms): reply("map", "spatial"),
            prompt(worded, terms): {
                "failure": {"kind": "server", "message": "scripted", "retryable": True}
            },
        }
    )
    labelled = label([stated, worded], terms, folder, settings)
    assert [s.category for s in labelled.samples] == ["ocr/map", "counting/mixed"]
    assert [x.source for x in labelled.labels] == ["metadata", "lmm", "lexical", "none"]
    assert labelled.failures == {"server": 1}
