"""Which models several threads may ask at once, and at whose price a call is billed."""

import sys
from collections.abc import Sequence
from typing import Any

import pytest

from blindspot.core.errors import ConfigError
from blindspot.core.line import Line
from blindspot.core.model import ModelSettings, Request, fingerprint
from blindspot.core.purse import Purse
from blindspot.core.records import Completion, Outcome, Usage
from generation.settings import GenerationSettings
from generation.spending import POLICY, Asking, check, served

LOCAL = {"checkpoint": "tiny"}
SERVED = {"backend": "openai_api", "base_urls": ["http://127.0.0.1:9/v1"], "model": "m"}


def settings(*solvers, **others) -> GenerationSettings:
    roles = {role: {"model": model} for role, model in others.items()}
    agents = {"solvers": [{"model": model} for model in solvers], **roles}
    return GenerationSettings.model_validate({"sources": [{"plugin": "web"}], "agents": agents})


@pytest.mark.parametrize(
    ("config", "policy", "expected"),
    [
        (settings(SERVED, SERVED, validator=SERVED), SERVED, {"solver", "validator", "policy"}),
        (settings(SERVED, LOCAL, validator=SERVED), SERVED, {"validator", "policy"}),
        (settings(SERVED, SERVED), LOCAL, {"solver"}),
        (settings(), LOCAL, set()),
    ],
)
def test_a_role_is_served_where_all_its_models_are(config, policy, expected):
    assert served(config, ModelSettings.model_validate(policy)) == expected


@pytest.mark.parametrize(
    ("solvers", "validator", "policy", "expected"),
    [
        ("a", "b", None, {"policy"}),
        ("aa", "a", "a", {"solver", "validator", "policy"}),
        ("ab", None, "a", {"validator"}),
        ("a", None, "b", {"validator"}),
    ],
)
def test_servers_that_take_each_others_place_are_not_asked_at_once(
    tmp_path, solvers, validator, policy, expected
):
    """A run has one server of its own at a time; `None` is an endpoint that somebody else runs."""

    def model(name):
        if name is None:
            return SERVED
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "config.json").write_text(f'{{"named": "{name}"}}')
        folder, command = str(tmp_path / name), [sys.executable]
        return {"backend": "vllm_server", "checkpoint": folder, "server_command": command}

    config = settings(*map(model, solvers), validator=model(validator))
    assert served(config, ModelSettings.model_validate(model(policy))) == expected


class Answering:
    """A model that answers with a million tokens of prompt."""

    chunk, concurrency = 1, 1

    def __init__(self, settings: ModelSettings) -> None:
        self.fingerprint = fingerprint(settings)

    async def generate(self, requests: Sequence[Request]) -> list[Outcome]:
        return [Completion(text="1", usage=Usage(prompt_tokens=10**6)) for _ in requests]

    async def rest(self) -> None:
        pass

    async def abilities(self) -> dict[str, Any]:
        return {}


@pytest.fixture
def own(tmp_path):
    """Settings whose source names who answers, at these prices."""

    def written(prices):
        path = tmp_path / "own.toml"
        path.write_text(
            '[model]\nbackend = "openai_api"\nmodel = "teacher"\n'
            f'base_urls = ["http://127.0.0.1:9/v1"]\n{prices}\n'
        )
        sources = [{"plugin": "own_answers", "path": str(path)}]
        return GenerationSettings.model_validate({"sources": sources, "budget": 100.0})

    return written


def test_who_answers_in_the_policys_role_is_billed_at_its_own_price(own, world):
    policy = ModelSettings.model_validate({**SERVED, "prices": [1.0, 0.0]})
    teacher = policy.model_copy(update={"model": "teacher", "prices": (5.0, 0.0)})
    purse = Purse(world.folder.ledger, world.folder.images, "set", {"": 100.0})
    spent = []
    with Line() as line:
        config = own("prices = [5.0, 0.0]")
        asking = Asking(config, policy, world.folder, purse, lambda count=1, note="": None, line)
        for model in (policy, teacher):
            asking.ask(Answering(model), [Request(prompt="q", images=())], POLICY, ["cell"])
            spent.append(purse.spent)
    assert spent == [1.0, 6.0]


def test_a_price_of_a_sources_model_that_a_budget_needs_is_asked_for(own, world):
    policy = ModelSettings(backend="replay")
    check(own("prices = [5.0, 0.0]"), world.folder, policy)
    with pytest.raises(ConfigError, match=r"sources\[0\].*own\.toml: model\.prices"):
        check(own(""), world.folder, policy)
