"""A Hugging Face checkpoint in this process: any image-text-to-text model that
`AutoModelForImageTextToText` loads, on CPU or one GPU.

Requests of one call form one left-padded batch. Sampling draws from a generator seeded by the
requests themselves, so the same batch gives the same text whenever it is asked.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from blindspot.core.artifact import digest_of, file_digest
from blindspot.core.errors import DataError
from blindspot.core.images import ImageStore
from blindspot.core.model import Backend, Model, ModelSettings, Request, Sampling, split_reasoning
from blindspot.core.records import Completion, Failure, Outcome, Usage

if TYPE_CHECKING:
    import torch

_WEIGHTS: Final = (".safetensors", ".bin", ".json", ".jinja", ".model", ".txt")
_CONCURRENCY: Final = 1


class TransformersLocal:
    """An opened checkpoint."""

    concurrency = _CONCURRENCY

    def __init__(self, settings: ModelSettings, images: ImageStore, fingerprint: str) -> None:
        self.fingerprint = fingerprint
        self.chunk = settings.batch_size
        self._images = images
        self._device = _device(settings.device)
        self._model, self._processor = _load(settings, self._device)

    async def generate(self, requests: Sequence[Request]) -> list[Outcome]:
        """One batch; requests that differ in sampling are batched apart, and an unreadable
        picture fails alone.
        """
        outcomes: dict[int, Outcome] = {}
        groups: dict[Sampling, list[int]] = {}
        pictures: dict[int, list[Any]] = {}
        for i, request in enumerate(requests):
            try:
                pictures[i] = [self._images.open(name) for name in request.images]
                groups.setdefault(request.sampling, []).append(i)
            except OSError as error:
                outcomes[i] = Failure(kind="image", message=str(error), retryable=False)
        for sampling, members in groups.items():
            batch = [requests[i] for i in members]
            outcomes |= dict(
                zip(
                    members,
                    self._batch(batch, [pictures[i] for i in members], sampling),
                    strict=True,
                )
            )
        return [outcomes[i] for i in range(len(requests))]

    async def abilities(self) -> dict[str, Any]:
        """No server, nothing to probe."""
        return {}

    async def rest(self) -> None:
        """Nothing is held but the weights, which go with this object."""

    def _batch(
        self, requests: list[Request], pictures: list[list[Any]], sampling: Sampling
    ) -> list[Outcome]:
        import torch

        try:
            with torch.inference_mode(), torch.random.fork_rng():
                torch.manual_seed(_seed(self.fingerprint, requests))
                return self._generate(requests, pictures, sampling)
        except torch.OutOfMemoryError as error:
            failure = Failure(
                kind="out_of_memory", message=f"{error}; lower model.batch_size", retryable=True
            )
            return [failure] * len(requests)

    def _generate(
        self, requests: list[Request], pictures: list[list[Any]], sampling: Sampling
    ) -> list[Outcome]:
        inputs = self._inputs(requests, pictures)
        length = inputs["input_ids"].shape[1]
        output = self._model.generate(**inputs, **_arguments(sampling, self._processor.tokenizer))
        eos = _eos_ids(self._model.generation_config.eos_token_id)
        return [self._completion(row[length:].tolist(), length, eos, sampling) for row in output]

    def _inputs(self, requests: list[Request], pictures: list[list[Any]]) -> Any:
        texts = [
            self._processor.apply_chat_template(
                _messages(r), tokenize=False, add_generation_prompt=True
            )
            for r in requests
        ]
        flat = [p for row in pictures for p in row]
        inputs = self._processor(
            text=texts, images=flat or None, padding=True, padding_side="left", return_tensors="pt"
        )
        return inputs.to(self._device, dtype=self._model.dtype)

    def _completion(
        self, ids: list[int], prompt: int, eos: set[int], sampling: Sampling
    ) -> Completion:
        ended = next((i for i, token in enumerate(ids) if token in eos), None)
        kept = ids if ended is None else ids[:ended]
        text = self._processor.tokenizer.decode(kept, skip_special_tokens=True)
        stopped = ended is not None or any(stop in text for stop in sampling.stop)
        for stop in sampling.stop:
            text = text.partition(stop)[0]
        answer, reasoning = split_reasoning(text)
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
        folder = Path(settings.checkpoint)
        if not settings.checkpoint:
            raise DataError(
                "model.checkpoint", "it is empty", "Give a Hugging Face folder or hub name"
            )
        looks_local = (
            folder.is_absolute()
            or settings.checkpoint.startswith(".")
            or settings.checkpoint.count("/") != 1
        )
        if not folder.exists() and looks_local:
            raise DataError(
                f"The checkpoint {settings.checkpoint}",
                "there is no such folder",
                "Correct model.checkpoint",
            )
        if folder.exists() and not (folder / "config.json").is_file():
            raise DataError(
                f"The checkpoint {folder}",
                "it has no config.json",
                "Give a folder that from_pretrained can load",
            )

    def fingerprint(self, settings: ModelSettings) -> str:
        folder = Path(settings.checkpoint)
        if not folder.exists():
            folder = _download(settings.checkpoint)
        files = sorted(
            p for p in folder.iterdir() if p.suffix in _WEIGHTS and p.name != "manifest.json"
        )
        return digest_of(
            {
                "files": {p.name: file_digest(p) for p in files},
                "dtype": settings.dtype,
                "batch": settings.batch_size,
            }
        )

    def open(self, settings: ModelSettings, images: ImageStore) -> Model:
        return TransformersLocal(settings, images, self.fingerprint(settings))


def _load(settings: ModelSettings, device: "torch.device") -> tuple[Any, Any]:
    import torch
    from transformers import AutoModelForImageTextToText, AutoProcessor
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        processor = AutoProcessor.from_pretrained(settings.checkpoint)
        dtype = getattr(torch, settings.dtype)
        model: Any = AutoModelForImageTextToText.from_pretrained(settings.checkpoint, dtype=dtype)
        model.to(device).eval()
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise DataError(
            f"The checkpoint {settings.checkpoint}",
            "transformers cannot load it as an image-text-to-text model "
            f"({str(error).splitlines()[0]})",
            "Give a checkpoint with weights, config, processor and tokenizer",
        ) from error
    if not getattr(processor, "chat_template", None):
        raise DataError(
            f"The checkpoint {settings.checkpoint}",
            "its processor has no chat template",
            "Add chat_template.jinja to the folder",
        )
    return model, processor


def _download(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        why = "it is neither a folder here nor can the hub be asked for it"
        raise DataError(
            f"The checkpoint {name}", why, "Correct model.checkpoint, or log in for a gated model"
        ) from error


def _messages(request: Request) -> list[dict[str, Any]]:
    content: list[dict[str, str]] = [{"type": "image"} for _ in request.images]
    user = {"role": "user", "content": [*content, {"type": "text", "text": request.prompt}]}
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
