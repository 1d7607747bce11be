"""A Hugging Face checkpoint in this process: any image-text-to-text model that
`AutoModelForImageTextToText` loads, on CPU or one GPU.

Requests of one call form one left-padded batch. Sampling draws from a generator seeded by the
requests themselves, so the same batch gives the same text whenever it is asked.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import TemplateError, TemplateSyntaxError
from PIL.Image import Image

from blindspot.core import checkpoints
from blindspot.core.artifact import digest_of
from blindspot.core.errors import DataError
from blindspot.core.images import ImageStore
from blindspot.core.model import Backend, Model, ModelSettings, Request, Sampling, split_reasoning
from blindspot.core.prompt import parts
from blindspot.core.records import Completion, Failure, Outcome, Usage

if TYPE_CHECKING:
    import torch

_CONCURRENCY: Final = 1
_THINK: Final = "<think>"
_Turn = tuple[str, list[Image]]
"""The rendered text of a request, and its pictures."""


class TransformersLocal:
    """An opened checkpoint."""

    concurrency = _CONCURRENCY

    def __init__(self, settings: ModelSettings, images: ImageStore, fingerprint: str) -> None:
        self.fingerprint = fingerprint
        self.chunk = settings.batch_size
        self._images = images
        self._arguments = settings.template_arguments
        self._device = _device(settings.device)
        self._model, self._processor = _load(settings, self._device)

    async def generate(self, requests: Sequence[Request]) -> list[Outcome]:
        """One batch; requests that differ in sampling are batched apart, and one that cannot be
        asked (an unreadable picture, a text that the template refuses) fails alone.
        """
        outcomes: dict[int, Outcome] = {}
        groups: dict[tuple[Sampling, bool], list[int]] = {}
        turns: dict[int, _Turn] = {}
        for i, request in enumerate(requests):
            turn = self._turn(request)
            if isinstance(turn, Failure):
                outcomes[i] = turn
                continue
            turns[i] = turn
            groups.setdefault((request.sampling, request.blindfolded), []).append(i)
        for members in groups.values():
            answers = self._batch([requests[i] for i in members], [turns[i] for i in members])
            outcomes |= dict(zip(members, answers, strict=True))
        return [outcomes[i] for i in range(len(requests))]

    async def abilities(self) -> dict[str, Any]:
        """No server, nothing to probe."""
        return {}

    async def rest(self) -> None:
        """Nothing is held but the weights, which go with this object."""

    def _turn(self, request: Request) -> _Turn | Failure:
        """The rendered text and the pictures, or why this request alone cannot be asked."""
        if (mark := getattr(self._processor, "image_token", None)) and mark in _texts(request):
            why = f"its text contains {mark}, which the model reads as a picture"
            return Failure(kind="request", message=why, retryable=False)
        if request.blindfolded and (why := _must_see(self._model)):
            return Failure(kind="request", message=why, retryable=False)
        try:
            text = _render(self._processor, request, self._arguments)
            return text, [self._images.open(name) for name in request.images]
        except TemplateError as error:
            return Failure(kind="request", message=f"chat template: {error}", retryable=False)
        except OSError as error:
            return Failure(kind="image", message=str(error), retryable=False)

    def _batch(self, requests: list[Request], turns: list[_Turn]) -> list[Outcome]:
        import torch

        try:
            with torch.inference_mode(), torch.random.fork_rng():
                torch.manual_seed(_seed(self.fingerprint, requests))
                return self._generate(turns, requests[0].sampling, requests[0].blindfolded)
        except torch.OutOfMemoryError as error:
            failure = Failure(
                kind="out_of_memory", message=f"{error}; lower model.batch_size", retryable=True
            )
            return [failure] * len(requests)

    def _generate(self, turns: list[_Turn], sampling: Sampling, blindfolded: bool) -> list[Outcome]:
        inputs = self._inputs(turns)
        length, prompts = inputs["input_ids"].shape[1], inputs["attention_mask"].sum(1).tolist()
        if blindfolded:
            image = self._model.config.image_token_id
            inputs["attention_mask"][inputs["input_ids"] == image] = 0
        output = self._model.generate(**inputs, **_arguments(sampling, self._processor.tokenizer))
        eos = _eos_ids(self._model.generation_config.eos_token_id)
        rows = zip(turns, output[:, length:].tolist(), prompts, strict=True)
        return [
            self._completion(_begun(text), row, prompt, eos, sampling)
            for (text, _), row, prompt in rows
        ]

    def _inputs(self, turns: list[_Turn]) -> Any:
        inputs = self._processor(
            text=[text for text, _ in turns],
            images=[picture for _, pictures in turns for picture in pictures] or None,
            padding=True,
            padding_side="left",
            return_tensors="pt",
        )
        return inputs.to(self._device, dtype=self._model.dtype)

    def _completion(
        self, opening: str, ids: list[int], prompt: int, eos: set[int], sampling: Sampling
    ) -> Completion:
        ended = next((i for i, token in enumerate(ids) if token in eos), None)
        kept = ids if ended is None else ids[:ended]
        text = self._processor.tokenizer.decode(kept, skip_special_tokens=True)
        stopped = ended is not None or any(stop in text for stop in sampling.stop)
        for stop in sampling.stop:
            text = text.partition(stop)[0]
        answer, reasoning = split_reasoning(opening + text)
        usage = Usage(prompt_tokens=prompt, completion_tokens=len(kept))
        return Completion(
            text=answer,
            reasoning=reasoning,
            finish_reason="stop" if stopped else "length",
            usage=usage,
        )


class _Plugin:
    """Opens folders and hub names."""

    def check(self, settings: ModelSettings) -> None:
        checkpoints.check(settings)

    def fingerprint(self, settings: ModelSettings) -> str:
        return digest_of({**checkpoints.identity(settings), "batch": settings.batch_size})

    def open(self, settings: ModelSettings, images: ImageStore) -> Model:
        return TransformersLocal(settings, images, self.fingerprint(settings))


def _load(settings: ModelSettings, device: "torch.device") -> tuple[Any, Any]:
    import torch
    from transformers import AutoModelForImageTextToText, AutoProcessor
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    _only_still_pictures()
    try:
        processor = AutoProcessor.from_pretrained(settings.checkpoint)
        dtype = getattr(torch, settings.dtype)
        model: Any = AutoModelForImageTextToText.from_pretrained(settings.checkpoint, dtype=dtype)
        model.to(device).eval()
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise DataError(
            f"The checkpoint {settings.checkpoint}",
            f"transformers cannot load it as an image-text-to-text model ({_said(error)})",
            "Give a checkpoint with weights, config, processor and tokenizer",
        ) from error
    _set_template(processor, settings)
    _set_limits(processor, checkpoints.pixel_limits(settings))
    return model, processor


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


def _begun(prompt: str) -> str:
    """The tag with which a template has already opened the model's reasoning, or nothing."""
    return _THINK if prompt.rstrip().endswith(_THINK) else ""


def _said(error: Exception) -> str:
    """The first line that says anything."""
    return str(error).strip().partition("\n")[0] or type(error).__name__


def _set_template(processor: Any, settings: ModelSettings) -> None:
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
        _render(processor, Request(prompt=""), settings.template_arguments)
    except TemplateSyntaxError as error:
        raise DataError(
            f"The chat template {settings.chat_template or 'of ' + settings.checkpoint}",
            f"it is no Jinja, line {error.lineno}: {error.message}",
            "Correct it",
        ) from error


def _set_limits(processor: Any, limits: dict[str, int]) -> None:
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


def _render(processor: Any, request: Request, arguments: Mapping[str, Any]) -> str:
    options = {"add_generation_prompt": True, **arguments, "tokenize": False}
    return processor.apply_chat_template(_messages(request), **options)


def _must_see(model: Any) -> str | None:
    """Why attention to pictures cannot be masked, or None: where positions are counted from the
    pictures' grids, a mask would move all that follows.
    """
    if hasattr(getattr(model, "model", model), "get_rope_index"):
        return "positions of this architecture depend on its pictures, which cannot be masked"
    return None if hasattr(model.config, "image_token_id") else "it names no image token"


def _texts(request: Request) -> str:
    """All words of a request, without the marks at which its pictures stand."""
    turn = parts(request.prompt, request.images)
    return "\n".join([request.system or "", *(text for _, text in turn if text)])


def _messages(request: Request) -> list[dict[str, Any]]:
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


def _arguments(sampling: Sampling, tokenizer: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "max_new_tokens": sampling.max_tokens,
        "do_sample": sampling.temperature > 0,
    }
    if sampling.temperature > 0:
        arguments |= {"temperature": sampling.temperature, "top_p": sampling.top_p, "top_k": 0}
    if sampling.stop:
        arguments |= {"stop_strings": list(sampling.stop), "tokenizer": tokenizer}
    return arguments


def _eos_ids(value: int | list[int] | None) -> set[int]:
    return set() if value is None else {value} if isinstance(value, int) else set(value)


def _seed(fingerprint: str, requests: list[Request]) -> int:
    return int(digest_of([r.key(fingerprint) for r in requests])[:15], 16)


def _device(name: str) -> "torch.device":
    import torch

    return torch.device(
        ("cuda" if torch.cuda.is_available() else "cpu") if name == "auto" else name
    )


PLUGIN: Final[Backend] = _Plugin()
