"""Loading a checkpoint, and the words that it reads: evaluation, rollouts and training go through
here, so that what is trained is what is asked.

    >>> processor = load_processor(ModelSettings(checkpoint="examples/tiny/model"))
    >>> render(processor, Request(prompt="how many circles ?", images=("a.png",)), {})
    '<image>how many circles ?…'

torch and transformers are imported when something is loaded.
"""

from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from jinja2 import TemplateError, TemplateSyntaxError

from blindspot.core import checkpoints
from blindspot.core.errors import DataError
from blindspot.core.model import ModelSettings, Request
from blindspot.core.prompt import parts

_THINK: Final = "<think>"


def load_processor(settings: ModelSettings) -> Any:
    """The processor with the configured chat template and pixel limits. Raises DataError where it
    cannot be loaded, or has no chat template.
    """
    from transformers import AutoProcessor

    _only_still_pictures()
    try:
        processor = AutoProcessor.from_pretrained(settings.checkpoint)
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise _cannot_load(settings.checkpoint, error) from error
    set_template(processor, settings)
    set_limits(processor, checkpoints.pixel_limits(settings))
    return processor


def load_weights(name: str, dtype: str, weights: Path | None = None) -> Any:
    """The model `name`, with the weights of another folder of the same architecture if one is
    given. Raises DataError where it cannot be loaded or its weights are not whole: transformers
    would fill what is missing with random numbers.
    """
    import torch
    from transformers import AutoModelForImageTextToText

    factory: Any = AutoModelForImageTextToText
    try:
        model, found = factory.from_pretrained(
            weights or name, dtype=getattr(torch, dtype), output_loading_info=True
        )
    except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
        raise _cannot_load(name, error) from error
    if missing := sorted(found["missing_keys"]):
        raise DataError(
            f"The checkpoint {name}",
            f"its weight files lack {len(missing)} of the model's tensors ({missing[0]} …), as "
            "those of another architecture would",
            "Give the config.json and the weights of one and the same model",
        )
    return model


def set_template(processor: Any, settings: ModelSettings) -> None:
    """The configured chat template, if any; DataError where none is there or it cannot be read."""
    if settings.chat_template:
        processor.chat_template = Path(settings.chat_template).read_text()
    if not getattr(processor, "chat_template", None):
        raise DataError(
            f"The checkpoint {settings.checkpoint}",
            "its processor has no chat template",
            "Add chat_template.jinja to the folder, or name a file as model.chat_template",
        )
    try:
        render(processor, Request(prompt=""), settings.template_arguments)
    except TemplateSyntaxError as error:
        raise DataError(
            f"The chat template {settings.chat_template or 'of ' + settings.checkpoint}",
            f"it is no Jinja, line {error.lineno}: {error.message}",
            "Correct it",
        ) from error
    except TemplateError:
        pass  # it refuses the empty prompt; with each request it speaks for itself


def set_limits(processor: Any, limits: dict[str, int]) -> None:
    """The pixel limits, under the names that Qwen2-VL's image processor and its relatives give
    them: edges, though they count pixels.
    """
    names = {"min_pixels": "shortest_edge", "max_pixels": "longest_edge"}
    if not limits:
        return
    size = processor.image_processor.size
    own = {name: value for name, value in dict(size).items() if value is not None}
    own |= {names[limit]: value for limit, value in limits.items()}
    processor.image_processor.size = type(size)(**own)


def render(processor: Any, request: Request, arguments: Mapping[str, Any]) -> str:
    """The text that the model reads, up to where its answer begins."""
    options = {"add_generation_prompt": True, **arguments, "tokenize": False}
    return processor.apply_chat_template(messages(request), **options)


def messages(request: Request) -> list[dict[str, Any]]:
    """The turns as chat templates take them, pictures at their places in the text."""
    turn = parts(request.prompt, request.images)
    content = [{"type": "image"} if name else {"type": "text", "text": text} for name, text in turn]
    user = {"role": "user", "content": content}
    system = (
        [{"role": "system", "content": [{"type": "text", "text": request.system}]}]
        if request.system
        else []
    )
    return [*system, user]


def opening(prompt: str) -> str:
    """The tag with which a rendered prompt has already opened the model's reasoning, or nothing."""
    return _THINK if prompt.rstrip().endswith(_THINK) else ""


def begins(processor: Any, text: str) -> bool:
    """Whether a rendered text has its start token already: a tokenizer must not add a second."""
    start = processor.tokenizer.bos_token
    return bool(start) and text.startswith(start)


def begun(processor: Any, text: str) -> str:
    """The text with the start token that the tokenizer adds on its own, for those who tokenize
    without special tokens.
    """
    tokenizer = processor.tokenizer
    if begins(processor, text) or tokenizer.bos_token is None:
        return text
    adds = tokenizer("").input_ids[:1] == [tokenizer.bos_token_id]
    return tokenizer.bos_token + text if adds else text


@cache
def _only_still_pictures() -> None:
    """Where torchvision is missing, which only the video half of a processor needs, processors load
    without that half from now on.
    """
    from transformers import ProcessorMixin

    if find_spec("torchvision") is not None:
        return
    all_of = ProcessorMixin.get_attributes.__func__
    still = classmethod(lambda cls: [a for a in all_of(cls) if a != "video_processor"])
    ProcessorMixin.get_attributes = still  # pyright: ignore[reportAttributeAccessIssue]


def _cannot_load(name: str, error: Exception) -> DataError:
    said = str(error).strip().partition("\n")[0] or type(error).__name__
    return DataError(
        f"The checkpoint {name}",
        f"transformers cannot load it as an image-text-to-text model ({said})",
        "Give a checkpoint with weights, config, processor and tokenizer",
    )
