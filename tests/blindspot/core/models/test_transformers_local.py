"""What a request becomes before the model sees it, with the tiny checkpoint; and what its options
are refused for.
"""

import asyncio
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from blindspot.core import loading
from blindspot.core.errors import BlindspotError, ConfigError, DataError
from blindspot.core.images import ImageStore, encode
from blindspot.core.model import ModelSettings, Request, Sampling, fingerprint, open_model
from blindspot.core.records import Completion, Outcome

TINY = Path(__file__).parents[4] / "examples" / "tiny" / "model"
SHORT = Sampling(max_tokens=4)


@pytest.fixture
def images(tmp_path: Path) -> ImageStore:
    return ImageStore(tmp_path / "images")


def picture(images: ImageStore, color: str) -> str:
    return images.put(encode(Image.new("RGB", (48, 48), color)))


def ask(images: ImageStore, *requests: Request, **settings: Any) -> list[Outcome]:
    model = open_model(ModelSettings(checkpoint=str(TINY), **settings), images)
    return asyncio.run(model.generate(requests))


def rendered(prompt: str, *names: str, **settings: Any) -> str:
    """What the tiny checkpoint's processor makes of a question."""
    from transformers import AutoProcessor

    processor = AutoProcessor.from_pretrained(TINY)
    loading.set_template(processor, ModelSettings(checkpoint=str(TINY), **settings))
    request = Request(prompt=prompt, images=names)
    return loading.render(processor, request, settings.get("template_arguments", {}))


def test_pictures_stand_where_the_text_puts_them() -> None:
    assert rendered("What?", "a.png") == "<user><image>What?<assistant>"
    assert rendered("Is <image> like <image>?", "a.png", "b.png") == (
        "<user>Is<image>like<image>?<assistant>"
    )


def test_pictures_are_taken_in_the_order_of_their_marks(
    images: ImageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    red, blue, grey = (picture(images, color) for color in ("red", "blue", "grey"))
    model = open_model(ModelSettings(checkpoint=str(TINY)), images)
    seen: list[Any] = []
    processor = getattr(model, "_processor")  # noqa: B009  (the protocol has none)
    monkeypatch.setattr(model, "_processor", Spy(processor, seen))
    first = Request(prompt="<image> or <image>", images=(blue, red), sampling=SHORT)
    second = Request(prompt="What?", images=(grey,), sampling=SHORT)
    asyncio.run(model.generate([first, second]))
    colors = [image.getpixel((0, 0)) for image in seen]
    assert colors == [(0, 0, 255), (255, 0, 0), (128, 128, 128)]


class Spy:
    """A processor that keeps the pictures it is given."""

    def __init__(self, inner: Any, seen: list[Any]) -> None:
        self._inner, self._seen = inner, seen

    def __call__(self, *, images: list[Any], **options: Any) -> Any:
        self._seen += images
        return self._inner(images=images, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def test_a_template_of_ones_own_and_its_arguments(tmp_path: Path) -> None:
    file = tmp_path / "mine.jinja"
    file.write_text("{{ 'think' if thinking else 'answer' }}: {{ messages[0].content[0].text }}")
    settings = {"chat_template": str(file), "template_arguments": {"thinking": False}}
    assert rendered("What?", **settings) == "answer: What?"
    settings["template_arguments"] = {"thinking": True}
    assert rendered("What?", **settings) == "think: What?"


def test_a_template_that_is_no_jinja(tmp_path: Path) -> None:
    file = tmp_path / "mine.jinja"
    file.write_text("first\n{% for %}")
    with pytest.raises(DataError, match="it is no Jinja, line 2"):
        rendered("What?", chat_template=str(file))


def test_a_template_that_refuses_an_empty_prompt(tmp_path: Path) -> None:
    """Nobody asks with one: each request is refused, or not, for what it is."""
    file = tmp_path / "mine.jinja"
    refusal = (
        "{% if not messages[0]['content'][0]['text'] %}{{ raise_exception('empty') }}{% endif %}"
    )
    file.write_text(refusal + (TINY / "chat_template.jinja").read_text())
    assert rendered("What?", chat_template=str(file)) == "<user>What?<assistant>"


def test_a_request_that_cannot_be_asked_fails_alone(images: ImageStore, tmp_path: Path) -> None:
    file = tmp_path / "mine.jinja"
    refusal = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
    file.write_text(refusal + (TINY / "chat_template.jinja").read_text())
    name = picture(images, "red")
    outcomes = ask(
        images,
        Request(prompt="What?", images=(name,), sampling=SHORT),
        Request(prompt="What is <image>?", sampling=SHORT),
        Request(prompt="What?", system="Be brief", sampling=SHORT),
        Request(prompt="What?", images=("0.png",), sampling=SHORT),
        chat_template=str(file),
    )
    assert isinstance(outcomes[0], Completion)
    found = [(o.kind, o.message) for o in outcomes[1:] if not isinstance(o, Completion)]
    assert [kind for kind, _ in found] == ["request", "request", "image"]
    assert "reads as a picture" in found[0][1]
    assert found[1][1] == "chat template: no system"


def test_the_same_question_batched_with_one_that_fails_gets_the_same_answer(
    images: ImageStore,
) -> None:
    good = Request(prompt="What?", images=(picture(images, "red"),), sampling=SHORT)
    alone = ask(images, good)
    assert ask(images, Request(prompt="<image>", sampling=SHORT), good)[1:] == alone


def test_padding_is_no_part_of_the_usage(images: ImageStore) -> None:
    name = picture(images, "red")
    long = Request(prompt="What is the color of the circle?", images=(name,), sampling=SHORT)
    short = Request(prompt="What?", sampling=SHORT)
    together = ask(images, long, short)
    apart = [*ask(images, long), *ask(images, short)]
    counts = [
        [o.usage.prompt_tokens for o in pair if isinstance(o, Completion)]
        for pair in (together, apart)
    ]
    assert counts[0] == counts[1]
    assert counts[0][0] > counts[0][1] > 0


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({}, (3136, 12845056)),
        ({"min_pixels": 100}, (100, 12845056)),
        ({"max_pixels": 5000}, (3136, 5000)),
        ({"min_pixels": 100, "max_pixels": 5000}, (100, 5000)),
    ],
)
def test_pixel_limits_reach_an_image_processor_that_counts_pixels(
    limits: dict[str, int], expected: tuple[int, int]
) -> None:
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

    inner = Qwen2VLImageProcessorPil(min_pixels=3136, max_pixels=12845056)  # pyright: ignore
    loading.set_limits(SimpleNamespace(image_processor=inner), limits)
    assert (inner.size["shortest_edge"], inner.size["longest_edge"]) == expected
    photo = Image.new("RGB", (640, 480))
    rows, columns = inner(photo)["image_grid_thw"][0][1:].tolist()
    assert rows * columns * 14 * 14 <= max(expected[1], 28 * 28)


def test_limits_where_the_image_processor_has_none() -> None:
    with pytest.raises(ConfigError, match="knows no limits in pixels"):
        fingerprint(ModelSettings(checkpoint=str(TINY), max_pixels=10_000))


def test_the_fingerprint_is_of_what_decides_answers(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(TINY, folder)
    template = tmp_path / "mine.jinja"
    template.write_text("{{ messages }}")
    changes: list[dict[str, Any]] = [
        {},
        {"dtype": "bfloat16"},
        {"batch_size": 8},
        {"chat_template": str(template)},
        {"template_arguments": {"enable_thinking": False}},
    ]
    prints = [fingerprint(ModelSettings(checkpoint=str(folder), **c)) for c in changes]
    (folder / "generation_config.json").write_text("{}")
    prints.append(fingerprint(ModelSettings(checkpoint=str(folder))))
    assert len(set(prints)) == len(prints)


@pytest.mark.parametrize(
    ("checkpoint", "sentence"),
    [("", "it is empty"), ("./nowhere", "no such folder"), ("{}", "has no config.json")],
)
def test_checkpoints_that_cannot_be(tmp_path: Path, checkpoint: str, sentence: str) -> None:
    with pytest.raises(BlindspotError, match=sentence):
        fingerprint(ModelSettings(checkpoint=checkpoint.replace("{}", str(tmp_path))))


def test_blindfolded_it_answers_the_same_whatever_the_picture(images: ImageStore) -> None:
    """Pictures of one size differ in what their tokens hold alone, and nothing looks at them."""
    names = [picture(images, color) for color in ("red", "blue", "green")]
    asked = [
        Request(prompt="What color is the circle?", images=(n,), sampling=SHORT) for n in names
    ]
    hidden = [r.model_copy(update={"blindfolded": True}) for r in asked]
    answers = ask(images, *hidden)
    said = [o for o in answers if isinstance(o, Completion)]
    assert len(said) == 3
    assert len({o.text for o in said}) == 1
    assert said[0].usage.prompt_tokens > 36
    assert hidden[0].key("m") != asked[0].key("m")
