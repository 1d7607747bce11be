"""vLLM on this machine's GPUs: starts a server for the checkpoint, watches it, stops it, and asks
it as `openai_api` asks any other.

vLLM is not imported and need not be installed beside blindspot: `model.server_command` may name the
Python of another environment, e.g. `["/opt/vllm/bin/vllm", "serve"]`. The server is started by the
first request that the ledger does not know, serves every stage of the run, and ends with it. When
it dies it is started again a few times, and what it had been asked is asked once more.

Sampling options that no request sends (a repetition penalty) come from the checkpoint's
`generation_config.json`, in vLLM as in `transformers_local`; that file is part of the fingerprint.
"""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from blindspot.core import checkpoints, serving
from blindspot.core.artifact import digest_of
from blindspot.core.errors import ConfigError
from blindspot.core.images import ImageStore
from blindspot.core.model import Backend, Model, ModelSettings, Request
from blindspot.core.models import openai_api
from blindspot.core.models.openai_api import OpenAIModel
from blindspot.core.records import Failure, Outcome
from blindspot.core.serving import Launch

_NAME: Final = "vllm_server"
_OURS: Final = {
    "--api-key": "the key would stand in the config; name its variable in model.api_key_env",
    "--host": "blindspot chooses the address",
    "--port": "blindspot chooses the address",
    "--served-model-name": "blindspot chooses the name",
    "--model": "model.checkpoint says it",
    "--dtype": "model.dtype says it",
    "--tensor-parallel-size": "model.tensor_parallel says it",
    "-tp": "model.tensor_parallel says it",
    "--data-parallel-size": "model.data_parallel says it",
    "-dp": "model.data_parallel says it",
    "--chat-template": "model.chat_template says it",
}
"""Arguments that blindspot gives itself, and why no second one can stand beside it."""


class VLLMServer:
    """A checkpoint behind a server of our own."""

    chunk = 1

    def __init__(self, settings: ModelSettings, images: ImageStore, fingerprint: str) -> None:
        self.fingerprint = fingerprint
        served = f"{Path(settings.checkpoint).name}-{fingerprint[:8]}"
        launch = _launch(settings, served, fingerprint)
        self._server = serving.server(launch, images.root.parent)
        client = _client_settings(settings, served, self._server.port)
        self._asked = OpenAIModel(client, images, fingerprint)
        self.concurrency = self._asked.concurrency
        self.addresses = client.base_urls
        serving.bypass_proxies()

    async def generate(self, requests: Sequence[Request]) -> list[Outcome]:
        """One outcome per request. Raises StageError when the server does not start."""
        return [await self._one(request) for request in requests]

    async def abilities(self) -> dict[str, Any]:
        """What this vLLM honours."""
        return await self._asked.abilities() if await self._server.ready() else {}

    async def rest(self) -> None:
        """Close the connections; the server stays for the next stage."""
        await self._asked.rest()

    async def _one(self, request: Request) -> Outcome:
        """The outcome; asked again where the server died before it was there."""
        while await self._server.ready():
            start = self._server.starts
            [outcome] = await self._asked.generate([request])
            failed = isinstance(outcome, Failure) and outcome.retryable
            if not (failed and self._server.lost(start)):
                return outcome
        why = f"the server ended {self._server.starts} times: {self._server.last_words()}"
        return Failure(kind="connection", message=why, retryable=True)


class _Plugin:
    """Starts servers."""

    def check(self, settings: ModelSettings) -> None:
        checkpoints.check(settings)
        _check_command(settings.server_command)
        _check_arguments(settings)
        openai_api.PLUGIN.check(_client_settings(settings, "any", 1))

    def fingerprint(self, settings: ModelSettings) -> str:
        served_by: dict[str, Any] = {
            "served_by": "vllm",
            "server_arguments": settings.server_arguments,
            "tensor_parallel": settings.tensor_parallel,
        }
        served_by |= {} if settings.reply_schemas else {"reply_schemas": False}
        return digest_of({**checkpoints.identity(settings), **served_by})

    def open(self, settings: ModelSettings, images: ImageStore) -> Model:
        return VLLMServer(settings, images, self.fingerprint(settings))


def _check_command(command: Sequence[str]) -> None:
    if not command or shutil.which(command[0]) is None:
        raise ConfigError(
            f"The command {command[0] if command else 'model.server_command'}",
            "vllm_server starts vLLM with it, and there is no such program" if command else "empty",
            "Install vLLM in an environment of its own (python -m venv .vllm && "
            ".vllm/bin/pip install vllm) and set model.server_command = "
            '["/path/to/.vllm/bin/vllm", "serve"]',
        )


def _check_arguments(settings: ModelSettings) -> None:
    """Refuse what would silently replace an argument of ours, since vLLM takes the last one."""
    ours = dict(_OURS)
    if checkpoints.pixel_limits(settings):
        ours["--mm-processor-kwargs"] = "model.min_pixels and model.max_pixels say it"
    for argument in settings.server_arguments:
        name = argument.partition("=")[0].replace("_", "-")
        if name in ours:
            raise ConfigError(f"model.server_arguments: {name}", ours[name], "Take it out")


def _launch(settings: ModelSettings, served: str, fingerprint: str) -> Launch:
    folder = checkpoints.fetch(settings)

    def command(port: int) -> list[str]:
        return [*settings.server_command, str(folder), *_arguments(settings, served, port)]

    return Launch(
        name=_NAME,
        identity=digest_of([fingerprint, settings.server_command, settings.data_parallel]),
        command=command,
        environment=_environment(settings),
        timeout=settings.start_timeout,
    )


def _arguments(settings: ModelSettings, served: str, port: int) -> list[str]:
    """All that follows the checkpoint."""
    options: dict[str, Any] = {
        "--host": serving.HOST,
        "--port": port,
        "--served-model-name": served,
        "--dtype": settings.dtype,
        "--tensor-parallel-size": settings.tensor_parallel,
        "--data-parallel-size": settings.data_parallel,
    }
    if limits := checkpoints.pixel_limits(settings):
        options["--mm-processor-kwargs"] = json.dumps(limits)
    if settings.chat_template:
        options["--chat-template"] = settings.chat_template
    pairs = [text for name, value in options.items() for text in (name, str(value))]
    return [*pairs, *settings.server_arguments]


def _environment(settings: ModelSettings) -> dict[str, str]:
    """This process's, with the key that requests will bear, or none: the server asks for a key
    that it finds there.
    """
    environment = {k: v for k, v in os.environ.items() if k != "VLLM_API_KEY"}
    key = os.environ.get(settings.api_key_env, "") if settings.api_key_env else ""
    return environment | ({"VLLM_API_KEY": key} if key else {})


def _client_settings(settings: ModelSettings, served: str, port: int) -> ModelSettings:
    """How the server is asked; what it was started with is no business of its client."""
    return settings.model_copy(
        update={
            "backend": "openai_api",
            "base_urls": (f"http://{serving.HOST}:{port}/v1",),
            "model": served,
            "min_pixels": None,
            "max_pixels": None,
            "chat_template": "",
        }
    )


PLUGIN: Final[Backend] = _Plugin()
