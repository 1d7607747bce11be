"""Who pays for what: the models that a training set asks, with a budget between.

    asking = Asking(config, policy_settings, folder, purse, advance, line)
    Staff(config.agents, folder, asking.ask)               the agents
    asking.ask(model, requests, "policy", cells)           the policy's rollouts

A model whose price nobody knows is refused where there is a budget; `prices = [0, 0]` declares it
free. What runs on this machine is free.
"""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from blindspot.core.asking import ask
from blindspot.core.errors import ConfigError
from blindspot.core.line import Line
from blindspot.core.model import Model, ModelSettings, Request, fingerprint
from blindspot.core.progress import Advance
from blindspot.core.purse import Account, Bill, Prices, Purse
from blindspot.core.records import Outcome
from blindspot.core.run_folder import RunFolder
from generation.agent import AgentsSettings
from generation.repaint import RepaintSettings
from generation.repaint import fingerprint as repaint_fingerprint
from generation.settings import GenerationSettings
from generation.source import ConfiguredSource, needed, sources
from generation.staff import Staff

POLICY: Final = "policy"
"""The role of the model that is to learn."""
_FREE: Final = (0.0, 0.0)
_OWN: Final = "vllm_server"
_SERVED: Final = ("openai_api", _OWN)
"""Backends that answer each call by itself, of which many may be under way."""


def budgets(config: GenerationSettings, cells: Iterable[str]) -> dict[str, float | None]:
    """The limits of a training set, by the names of `Account`."""
    return {
        "": config.budget,
        **{f"role {role}": limit for role, limit in config.role_budgets.items()},
        **{f"cell {cell}": config.cell_budget for cell in cells},
    }


def limited(config: GenerationSettings) -> bool:
    """Whether there is any budget."""
    return any(limit is not None for limit in budgets(config, ["any"]).values())


def models(agents: AgentsSettings) -> Iterator[tuple[str, ModelSettings]]:
    """The models of the agents, each under its option's name."""
    for role in type(agents).model_fields:
        filled = getattr(agents, role)
        if isinstance(filled, tuple):
            yield from ((f"{role}[{i}]", one.model) for i, one in enumerate(filled))
        elif filled is not None:
            yield role, filled.model


def own_models(config: GenerationSettings) -> Iterator[tuple[str, ModelSettings]]:
    """The models that sources ask in the role of the policy, each under its source's name."""
    for number, source in enumerate(config.sources):
        plugin = sources.load(source.plugin)
        if isinstance(plugin, ConfiguredSource):
            for model in plugin.models(source):
                yield f"generation.sources[{number}], {source.path}: model", model


def served(config: GenerationSettings, policy: ModelSettings) -> frozenset[str]:
    """The roles whose models answer each call by itself; a model in this process answers batches,
    and may answer otherwise in another batch. Of several servers of our own only one stands at a
    time: those are not asked at once either.
    """
    named = [(name.split("[")[0].removesuffix("s"), model) for name, model in models(config.agents)]
    asked = [*named, (POLICY, policy)]
    own = [model for _, model in asked if model.backend == _OWN]
    apart = {_OWN} if len(own) > 1 and len({_server(model) for model in own}) > 1 else set[str]()
    here = {role for role, model in asked if model.backend not in {*_SERVED} - apart}
    return frozenset(role for role, _ in asked if role not in here)


def _server(model: ModelSettings) -> tuple[object, ...]:
    """Equal for two that ask the same server of our own."""
    return fingerprint(model), model.server_command, model.data_parallel


def prices(where: str, model: ModelSettings, *, needed: bool) -> Prices:
    """What a million tokens of a model cost. Raises ConfigError where that must be known and is
    not.
    """
    if model.prices is not None:
        return model.prices
    if model.backend == "openai_api" and needed:
        raise ConfigError(
            f"{where}.prices",
            "there is a budget, and nothing says what this model costs",
            "Set the price of a million prompt tokens and of a million completion tokens, e.g. "
            "prices = [0.4, 1.6], or [0, 0] where it is free",
        )
    return _FREE


def _repaint(settings: RepaintSettings, needed: bool) -> Prices:
    if settings.prices is None and needed:
        raise ConfigError(
            "generation.repaint.price",
            "there is a budget, and nothing says what a picture costs",
            "Set the price of one picture, or 0 where it is free",
        )
    return settings.prices or _FREE


def check(config: GenerationSettings, folder: RunFolder, policy: ModelSettings) -> None:
    """What can be known to be wrong before anything is spent. Raises ConfigError for an agent that
    is missing, for settings that cannot work and for a price that is needed and not known.
    """
    filled = {"solver": config.agents.solvers, "validator": config.agents.validator}
    own = [role for role, model in filled.items() if model]
    Staff(config.agents, folder).check([*needed(config.sources), *own])
    for name, model in models(config.agents):
        prices(f"generation.agents.{name}.model", model, needed=limited(config))
    prices("model", policy, needed=limited(config))
    for name, model in own_models(config):
        prices(name, model, needed=limited(config))
    if config.repaint:
        _repaint(config.repaint, limited(config))


class Asking:
    """Asks models on behalf of roles and cells, through the ledger and the purse; served models
    through the line, so that several threads may ask.
    """

    def __init__(
        self,
        config: GenerationSettings,
        policy: ModelSettings,
        folder: RunFolder,
        purse: Purse,
        advance: Advance,
        line: Line,
    ) -> None:
        needed = limited(config)
        self._ledger, self._purse, self._advance = folder.ledger, purse, advance
        self._line, self._lock = line, threading.Lock()
        self._asked, self._answered = Counter[str](), Counter[str]()
        self._policy = prices("model", policy, needed=needed)
        self._prices = {
            fingerprint(model): prices(f"generation.agents.{name}.model", model, needed=needed)
            for name, model in models(config.agents)
        }
        self._sources = {
            fingerprint(model): prices(name, model, needed=needed)
            for name, model in own_models(config)
        }
        if config.repaint:
            self._prices[repaint_fingerprint(config.repaint)] = _repaint(config.repaint, needed)

    def ask(
        self, model: Model, requests: Sequence[Request], role: str, cells: Sequence[str]
    ) -> list[Outcome]:
        """One outcome per request, in order; `cells` are those that each request is for."""
        with self._lock:
            self._asked[role] += len(requests)

        def answered(answers: Sequence[tuple[int, Outcome]]) -> None:
            with self._lock:
                self._answered[role] += len(answers)
            done = f"{self._answered[role]}/{self._asked[role]}"
            self._advance(0, f"asking the {role.replace('_', ' ')} {done}")

        bill = Bill(self._purse, self._price(model, role), [Account(role, cell) for cell in cells])
        line = self._line if model.chunk == 1 else None
        return ask(model, requests, self._ledger, answered, bill, line)

    def _price(self, model: Model, role: str) -> Prices:
        """Of a model in a role; who rolls out may be the policy or a source's own model."""
        if role == POLICY:
            return self._sources.get(model.fingerprint, self._policy)
        return self._prices[model.fingerprint]
