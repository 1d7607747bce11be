"""Asking a model: the request, the contract of the backends under `models/`, and their
settings.

A backend opens a `Model`; a model answers a few requests at a time with a `Completion` or a
`Failure` each, in order. It retries nothing that is not transient, caches nothing (the ledger
does) and never turns a failure into an answer.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Protocol

from pydantic import Field, ValidationInfo, field_validator

from blindspot.core.artifact import digest_of
from blindspot.core.config import OPERATIONAL, OperationalFloat, OperationalInt, Settings
from blindspot.core.images import ImageStore
from blindspot.core.records import Outcome, Record
from blindspot.core.registry import Registry


class Sampling(Settings):
    """How a completion is drawn."""

    temperature: float = Field(default=0.0, ge=0)
    """0 is greedy."""
    top_p: float = Field(default=1.0, gt=0, le=1)
    """Nucleus; 1 keeps all tokens."""
    max_tokens: int = Field(default=1024, ge=1)
    """Tokens of the answer, reasoning included."""
    seed: int = 0
    """Sent to servers that honour it; repeat k uses seed + k."""
    stop: tuple[str, ...] = ()
    """Texts at which the answer ends."""


class Request(Record):
    """One question to a model. Its ledger key covers every field and the model's fingerprint."""

    prompt: str
    """Text of the user's turn."""
    images: tuple[str, ...] = ()
    """Names in the image store; `blindspot.core.prompt.parts` says where in the text they stand."""
    system: str | None = None
    """Text of the system's turn."""
    sampling: Sampling = Sampling()
    """How to draw."""
    repeat: int = 0
    """Which of several draws of the same question."""
    blindfolded: bool = False
    """Whether attention to the pictures' tokens is masked: the model has them before it and does
    not see them. Only transformers_local can.
    """
    reply_schema: dict[str, Any] | None = None
    """JSON Schema of the object that the reply must be, for backends that can hold a model to it;
    the reply is checked by whoever asks, either way.
    """

    def key(self, fingerprint: str) -> str:
        """Identity of the answer: request, sampling, repeat and the model's weights."""
        usual = {name for name in ("reply_schema", "blindfolded") if not getattr(self, name)}
        return digest_of({"model": fingerprint, **self.model_dump(mode="json", exclude=usual)})


class ModelSettings(Settings):
    """Which model is asked, and how. What a result depends on is its fingerprint, not where it
    lies.
    """

    backend: str = "transformers_local"
    """A file under `blindspot/core/models/`."""
    checkpoint: Annotated[str, OPERATIONAL] = ""
    """transformers_local, vllm_server: a Hugging Face folder (relative to the config file) or hub
    name. replay: the file of answers. python_file: the code.
    """
    batch_size: int = Field(default=32, ge=1)
    """transformers_local: requests per forward pass; part of the identity, since padding
    changes low bits.
    """
    dtype: Literal["float32", "bfloat16", "float16"] = "float32"
    """transformers_local, vllm_server: of weights and activations."""
    device: Annotated[str, OPERATIONAL] = "auto"
    """transformers_local: `cpu`, `cuda:0`; `auto` takes a GPU where there is one."""
    min_pixels: int | None = Field(default=None, ge=1)
    """transformers_local, vllm_server: smaller pictures are enlarged by the processor; None leaves
    the checkpoint's own limit.
    """
    max_pixels: int | None = Field(default=None, ge=1)
    """transformers_local, vllm_server: larger pictures are reduced by the processor."""
    chat_template: str = ""
    """transformers_local, vllm_server: a Jinja file (relative to the config file) in place of the
    checkpoint's own template.
    """
    template_arguments: dict[str, bool | int | str] = Field(default_factory=dict)
    """What the chat template is rendered with, e.g. `{enable_thinking = false}`; sent to an
    endpoint as `chat_template_kwargs`.
    """
    server_command: Annotated[tuple[str, ...], OPERATIONAL] = ("vllm", "serve")
    """vllm_server: what starts the server; the checkpoint is its next argument. vLLM may be
    installed elsewhere: `["/opt/vllm/bin/vllm", "serve"]`.
    """
    server_arguments: tuple[str, ...] = ()
    """vllm_server: further arguments, e.g. `["--max-model-len", "32768"]`."""
    tensor_parallel: int = Field(default=1, ge=1)
    """vllm_server: GPUs that share one copy of the model."""
    data_parallel: Annotated[int, OPERATIONAL] = Field(default=1, ge=1)
    """vllm_server: copies of the model."""
    start_timeout: OperationalFloat = Field(default=1800.0, gt=0)
    """vllm_server: seconds until the server must be healthy, a download included."""
    model: str = ""
    """openai_api: the model's id on the server; python_file: what its code makes of it; elsewhere
    unused.
    """
    base_urls: Annotated[tuple[str, ...], OPERATIONAL] = ()
    """openai_api: one or more addresses ending in /v1 that serve the same model."""
    api_key_env: Annotated[str, OPERATIONAL] = ""
    """openai_api: name of the environment variable with the key; empty for a server that asks
    for none. vllm_server: the server that is started asks for this key.
    """
    prices: Annotated[tuple[float, float] | None, OPERATIONAL] = None
    """openai_api: what a million tokens of prompts and of completions cost, in any currency;
    `blindspot validate` reckons with it.
    """
    reply_schemas: bool = True
    """openai_api, vllm_server: replies that must be JSON are held to their schema by the server
    (`response_format`); false for a server that refuses that field.
    """
    epoch: int = 0
    """openai_api: raise it when the server's weights changed behind the same id; old answers
    are then asked again.
    """
    concurrency: OperationalInt = Field(default=32, ge=1)
    """openai_api, vllm_server: requests in flight at each address, at most; fewer while the server
    pushes back.
    """
    timeout: OperationalFloat = Field(default=120.0, gt=0)
    """openai_api, vllm_server: seconds for one attempt."""
    max_attempts: OperationalInt = Field(default=6, ge=1)
    """openai_api, vllm_server: attempts per request; only transient failures are tried again."""

    @field_validator("checkpoint", "chat_template")
    @classmethod
    def _rooted(cls, value: str, info: ValidationInfo) -> str:
        """A path relative to the config file, where one lies there; otherwise a hub name, left
        alone.
        """
        root: Path | None = (info.context or {}).get("root")
        local = root / value if root and value else None
        return str(local.resolve()) if local and local.exists() else value


class Model(Protocol):
    """An opened model."""

    @property
    def fingerprint(self) -> str:
        """Digest of what decides its answers: the weight files; of an endpoint, its address,
        model id and epoch.
        """
        ...

    @property
    def chunk(self) -> int:
        """Requests that one call of `generate` takes."""
        ...

    @property
    def concurrency(self) -> int:
        """Calls of `generate` that may be under way at once."""
        ...

    async def generate(self, requests: Sequence[Request]) -> list[Outcome]:
        """One outcome per request, in order. Raises only for what no answer can come after (a
        checkpoint that cannot be read).
        """
        ...

    async def rest(self) -> None:
        """Give back connections: nothing more is asked for now. The next `generate` opens them."""
        ...

    async def abilities(self) -> dict[str, Any]:
        """What the server was found to honour, by a few small requests (`blindspot.core.probing`);
        empty for a model in this process.
        """
        ...


class Backend(Protocol):
    """Contract of a file under `models/`: `PLUGIN: Final[Backend]`."""

    def check(self, settings: ModelSettings) -> None:
        """Raise ConfigError or DataError for whatever can be known to be wrong before anything
        is loaded.
        """
        ...

    def fingerprint(self, settings: ModelSettings) -> str:
        """The model's fingerprint, without loading it."""
        ...

    def open(self, settings: ModelSettings, images: ImageStore) -> Model:
        """Load or connect. What a backend must leave on disk (a server's log, its process id) lies
        beside the image store, in the run's folder.
        """
        ...


backends: Final = Registry[Backend]("blindspot.core.models")


def fingerprint(settings: ModelSettings) -> str:
    """Fingerprint of the configured model, after its settings were checked."""
    backend = backends.load(settings.backend)
    backend.check(settings)
    return backend.fingerprint(settings)


def open_model(settings: ModelSettings, images: ImageStore) -> Model:
    """Open the configured model."""
    backend = backends.load(settings.backend)
    backend.check(settings)
    return backend.open(settings, images)


def split_reasoning(text: str) -> tuple[str, str | None]:
    """Answer and reasoning of a text with `<think>` tags; an unclosed tag makes all that
    follows it reasoning.
    """
    before, opened, rest = text.partition("<think>")
    if not opened and "</think>" in text:
        before, opened, rest = "", "<think>", text
    if not opened:
        return text.strip(), None
    reasoning, _, after = rest.partition("</think>")
    return (before + after).strip(), reasoning.strip()


def sampling_arguments(sampling: Sampling, repeat: int) -> dict[str, Any]:
    """The sampling as keyword arguments of an OpenAI chat request."""
    arguments: dict[str, Any] = {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
        "seed": sampling.seed + repeat,
    }
    return arguments | ({"stop": list(sampling.stop)} if sampling.stop else {})
