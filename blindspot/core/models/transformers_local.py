"""A Hugging Face checkpoint in this process: any image-text-to-text model that
`AutoModelForImageTextToText` loads, on CPU or one GPU.

Requests of one call form one left-padded batch. Sampling draws from a generator seeded by the
requests themselves, so the same batch gives the same text whenever it is asked.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from jinja2 import TemplateError
from PIL.Image import Image

from blindspot.core import checkpoints
from blindspot.core.artifact import digest_of
from blindspot.core.images import ImageStore
from blindspot.core.loading import begins, load_processor, load_weights, opening, render
from blindspot.core.model import Backend, Model, ModelSettings, Request, Sampling, split_reasoning
from blindspot.core.prompt import parts
from blindspot.core.records import Completion, Failure, Outcome, Usage

if TYPE_CHECKING:
    import torch

_CONCURRENCY: Final = 1
_Turn = tuple[str, list[Image]]
"""The rendered text of a request, and its pictures."""


class Pictures(Protocol):
    """Where pictures are had by name: an image store, or the like."""

    def open(self, name: str) -> Image:
        """The picture. Raises OSError where it cannot be read."""
        ...


class TransformersLocal:
    """An opened checkpoint."""

    concurrency = _CONCURRENCY

    def __init__(
        self,
        settings: ModelSettings,
        images: Pictures,
        fingerprint: str,
        loaded: tuple[Any, Any] | None = None,
    ) -> None:
        """`loaded`: model and processor where somebody has them in hand already."""
        self.fingerprint = fingerprint
        self.chunk = settings.batch_size
        self._images = images
        self._arguments = settings.template_arguments
        self._model, self._processor = loaded or _load(settings, _device(settings.device))
        self._device = self._model.device
        self._goes_on_learning = loaded is not None

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
            text = render(self._processor, request, self._arguments)
            return text, [self._images.open(name) for name in request.images]
        except TemplateError as error:
            return Failure(kind="request", message=f"chat template: {error}", retryable=False)
        except OSError as error:
            return Failure(kind="image", message=str(error), retryable=False)

    def _batch(self, requests: list[Request], turns: list[_Turn]) -> list[Outcome]:
        import torch

        try:
            with self._without_gradients(), torch.random.fork_rng():
                torch.manual_seed(_seed(self.fingerprint, requests))
                return self._generate(turns, requests[0].sampling, requests[0].blindfolded)
        except torch.OutOfMemoryError as error:
            failure = Failure(
                kind="out_of_memory", message=f"{error}; lower model.batch_size", retryable=True
            )
            return [failure] * len(requests)

    def _without_gradients(self) -> Any:
        """What a model in training computes in inference mode (caches) could not be trained on."""
        import torch

        return torch.no_grad() if self._goes_on_learning else torch.inference_mode()

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
            self._completion(opening(text), row, prompt, eos, sampling)
            for (text, _), row, prompt in rows
        ]

    def _inputs(self, turns: list[_Turn]) -> Any:
        inputs = self._processor(
            text=[text for text, _ in turns],
            images=[picture for _, pictures in turns for picture in pictures] or None,
            add_special_tokens=not begins(self._processor, turns[0][0]),
            padding=True,
            padding_side="left",
            return_tensors="pt",
        )
        return inputs.to(self._device, dtype=self._model.dtype)

    def _completion(
        self, begun: str, ids: list[int], prompt: int, eos: set[int], sampling: Sampling
    ) -> Completion:
        ended = next((i for i, token in enumerate(ids) if token in eos), None)
        kept = ids if ended is None else ids[:ended]
        text = self._processor.tokenizer.decode(kept, skip_special_tokens=True)
        stopped = ended is not None or any(stop in text for stop in sampling.stop)
        for stop in sampling.stop:
            text = text.partition(stop)[0]
        answer, reasoning = split_reasoning(begun + text)
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
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    processor = load_processor(settings)
    model = load_weights(settings.checkpoint, settings.dtype)
    return model.to(device).eval(), processor


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
