"""What a server is started with and how it is asked, against a small one in place of vLLM."""

import asyncio
import json
from typing import Any

import pytest

from blindspot.core.errors import ConfigError, DataError
from blindspot.core.line import Traffic
from blindspot.core.model import fingerprint, open_model

Fake = Any
"""The checkpoint and its server of conftest.py."""


def test_what_the_server_is_started_with(fake: Fake) -> None:
    template = fake.root / "template.jinja"
    template.write_text("{{ messages }}")
    (fake.checkpoint / "preprocessor_config.json").write_text('{"merge_size": 2}')
    settings = fake.settings(
        dtype="bfloat16",
        tensor_parallel=2,
        data_parallel=3,
        min_pixels=100,
        max_pixels=900,
        chat_template=str(template),
        template_arguments={"enable_thinking": False},
        server_arguments=("--max-model-len", "32768"),
    )
    assert fake.texts(fake.ask(settings)) == ["red"]
    [start], [body] = fake.lines("starts"), fake.lines("bodies")
    checkpoint, *pairs = start["arguments"]
    options = dict(zip(pairs[::2], pairs[1::2], strict=True))
    assert checkpoint == str(fake.checkpoint)
    assert json.loads(options.pop("--mm-processor-kwargs")) == {
        "min_pixels": 100,
        "max_pixels": 900,
    }
    assert int(options.pop("--port")) > 0
    name = options.pop("--served-model-name")
    assert body["model"] == name
    assert body["chat_template_kwargs"] == {"enable_thinking": False}
    assert options == {
        "--host": "127.0.0.1",
        "--dtype": "bfloat16",
        "--tensor-parallel-size": "2",
        "--data-parallel-size": "3",
        "--chat-template": str(template),
        "--max-model-len": "32768",
    }


def test_no_proxy_stands_between(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert fake.texts(fake.ask(fake.settings())) == ["red"]


def test_the_key_reaches_the_server_and_no_file(
    fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVER_KEY", "sk-canary-123")
    fake.ask(fake.settings(api_key_env="SERVER_KEY"))
    assert [line["key"] for line in fake.lines("starts")] == ["sk-canary-123"]
    kept = [p.read_bytes() for p in (fake.root / "run").rglob("*") if p.is_file()]
    assert len(kept) >= 3
    assert not any(b"canary" in data for data in kept)


def test_a_key_of_the_environment_that_nobody_sends_is_kept_from_the_server(
    fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLLM_API_KEY", "sk-canary-123")
    fake.ask(fake.settings())
    assert [line["key"] for line in fake.lines("starts")] == [""]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"server_command": ()}, r"model.server_command: empty"),
        ({"server_command": ("no-vllm-here", "serve")}, "Install vLLM in an environment"),
        ({"server_arguments": ("--port", "8000")}, "blindspot chooses the address"),
        ({"server_arguments": ("--api-key=sk-1",)}, "--api-key: the key would stand in the config"),
        ({"server_arguments": ("--tensor_parallel_size", "2")}, r"model.tensor_parallel says it"),
        ({"chat_template": "nowhere.jinja"}, "there is no such file"),
        ({"max_pixels": 100}, "knows no limits in pixels"),
        ({"min_pixels": 9, "max_pixels": 4}, r"9 is more than model.max_pixels, 4"),
        ({"api_key_env": "SERVER_KEY_UNSET"}, "export SERVER_KEY_UNSET"),
    ],
)
def test_mistakes_in_the_settings(fake: Fake, change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence) as caught:
        fingerprint(fake.settings(**change))
    assert "sk-1" not in str(caught.value)
    assert not fake.pids


def test_an_argument_beside_pixel_limits_that_would_undo_them(fake: Fake) -> None:
    (fake.checkpoint / "preprocessor_config.json").write_text('{"merge_size": 2}')
    arguments = ("--mm-processor-kwargs", "{}")
    fingerprint(fake.settings(server_arguments=arguments))
    with pytest.raises(ConfigError, match=r"model.max_pixels say it"):
        fingerprint(fake.settings(server_arguments=arguments, max_pixels=900))


def test_a_missing_checkpoint(fake: Fake) -> None:
    with pytest.raises(DataError, match="there is no such folder"):
        fingerprint(fake.settings(checkpoint="./nowhere"))


def test_the_fingerprint_is_of_what_decides_answers(fake: Fake) -> None:
    template = fake.root / "template.jinja"
    template.write_text("{{ messages }}")
    (fake.checkpoint / "preprocessor_config.json").write_text('{"merge_size": 2}')
    changes: list[dict[str, Any]] = [
        {},
        {"dtype": "bfloat16"},
        {"tensor_parallel": 2},
        {"server_arguments": ("--max-model-len", "64")},
        {"min_pixels": 4},
        {"max_pixels": 4},
        {"chat_template": str(template)},
        {"template_arguments": {"enable_thinking": True}},
        {"template_arguments": {"enable_thinking": False}},
        {"reply_schemas": False},
        {"backend": "transformers_local"},
    ]
    prints = [fingerprint(fake.settings(**change)) for change in changes]
    template.write_text("{{ messages }} ")
    prints.append(fingerprint(fake.settings(chat_template=str(template))))
    assert len(set(prints)) == len(prints)
    same = fake.settings("dies_at_start", data_parallel=2, start_timeout=9.0, concurrency=9)
    assert fingerprint(same) == prints[0]


def test_abilities_come_from_the_server(fake: Fake) -> None:
    model = open_model(fake.settings(), fake.images)

    async def probe() -> dict[str, Any]:
        try:
            return await model.abilities()
        finally:
            await model.rest()

    assert asyncio.run(probe())
    assert len(fake.pids) == 1


def test_it_says_where_it_is_asked_so_that_others_share_its_places(fake: Fake) -> None:
    settings = fake.settings(concurrency=2)
    one, same = (open_model(settings, fake.images) for _ in range(2))
    other = open_model(fake.settings(concurrency=2, dtype="bfloat16"), fake.images)
    traffic = Traffic()
    assert traffic.places(one) is traffic.places(same)
    assert traffic.places(one) is not traffic.places(other)
