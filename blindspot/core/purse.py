"""A budget that no call overruns: what a call may cost at worst is reserved before it is sent, what
it did cost is settled with its answer.

    budget 20, spent 19.2, under way at most .5   →  a call of at most .4 waits for those
    budget 20, spent 19.7                         →  it is refused: Failure("budget")

Reservations lie in the ledger. One that a killed process left behind counts as spent in full: the
server may have answered, and billed, a call whose answer never arrived. So does a call that ended
without an answer although it was sent, as after a time-out; a server that pushed back (429, 5xx)
does not bill. What a server bills for attempts that timed out before one of the same call was
answered is not seen, and a call that failed after several time-outs is charged for one.

The worst case takes every byte of text for a token and every picture for the tokens of its 14×14
patches, at least 2,000; servers that count more can overrun a budget by what they count beyond.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from PIL import Image

from blindspot.core.images import ImageStore
from blindspot.core.ledger import Cost, Ledger
from blindspot.core.model import Request
from blindspot.core.records import Completion, Failure, Outcome

PATCH: Final = 14
PICTURE: Final = 2000
"""Tokens that a picture counts for at least."""
_BILLED: Final = ("timeout", "connection")
"""Failures after which the server may have billed an answer that did not arrive."""
_MILLION: Final = 1e6

Prices = tuple[float, float]
"""Of a million tokens of prompts and of completions."""


@dataclass(frozen=True)
class Account:
    """For whom a call is made."""

    role: str
    cell: str

    @property
    def names(self) -> tuple[str, str, str]:
        """The budgets that it counts against."""
        return "", f"role {self.role}", f"cell {self.cell}"


@dataclass
class Purse:
    """Budgets of one stage of one round: of all (`""`), of a role, of a cell; None is no limit. Who
    spends at the same time as others does so on one event loop (`blindspot.core.line`).
    """

    ledger: Ledger
    images: ImageStore
    scope: str
    """Whose spending counts, e.g. `round-0/training_set`."""
    budgets: Mapping[str, float | None]
    """By `Account.names`, whatever has a limit."""
    _spent: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    _reserved: dict[str, tuple[Account, float]] = field(default_factory=dict)
    _waiting: list[asyncio.Future[None]] = field(default_factory=list)
    _sizes: dict[str, int] = field(default_factory=dict)
    """Tokens that a picture counts for, by its name."""

    def __post_init__(self) -> None:
        self.ledger.abandon(self.scope)
        for role, cell, cost in self.ledger.spent(self.scope):
            self._spend(Account(role, cell), cost)

    @property
    def spent(self) -> float:
        """In all, what was left behind by a kill included."""
        return self._spent[""]

    async def reserve(
        self, key: str, request: Request, prices: Prices, account: Account, *, wait: bool = True
    ) -> Failure | None:
        """Set aside what a call may cost, waiting for calls under way if it takes that and `wait`
        allows it; a Failure where it cannot be had.
        """
        worst = self.worst(request, prices)
        while short := self._short(account, worst, under_way=True):
            if self._short(account, worst, under_way=False) or not self._reserved:
                return _refused(short, worst)
            if not wait:
                return _refused(f"{short}, the rest held by calls under way", worst)
            await self._settled()
        self._reserved[key] = account, worst
        if worst:
            self.ledger.reserve(self.scope, key, account.role, account.cell, worst)
        return None

    def settle(self, key: str, outcome: Outcome, prices: Prices) -> Cost:
        """What a reserved call cost, for the ledger; call it once, with its outcome."""
        account, worst = self._reserved.pop(key)
        cost = _cost(outcome, prices, worst)
        self._spend(account, cost)
        while self._waiting:
            waiter = self._waiting.pop()
            if not waiter.done():
                waiter.set_result(None)
        return self.scope, key, account.role, account.cell, cost

    async def _settled(self) -> None:
        """Wait until a call under way is settled."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        await waiter

    def worst(self, request: Request, prices: Prices) -> float:
        """What a call costs at most."""
        if not any(prices):
            return 0.0
        text = len(request.prompt.encode()) + len((request.system or "").encode())
        schema = len(str(request.reply_schema)) if request.reply_schema else 0
        tokens = text + schema + sum(map(self._tokens, request.images))
        return (tokens * prices[0] + request.sampling.max_tokens * prices[1]) / _MILLION

    def _tokens(self, name: str) -> int:
        if name not in self._sizes:
            with Image.open(self.images.path(name)) as image:
                patches = -(-image.width // PATCH) * -(-image.height // PATCH)
            self._sizes[name] = max(PICTURE, patches)
        return self._sizes[name]

    def _short(self, account: Account, worst: float, *, under_way: bool) -> str | None:
        """The first budget that a call would overrun."""
        for name in account.names:
            limit = self.budgets.get(name)
            if limit is None:
                continue
            held = sum(w for a, w in self._reserved.values() if name in a.names)
            if self._spent[name] + (held if under_way else 0.0) + worst > limit:
                return f"the budget of {name or 'all'}: {limit:g}, spent {self._spent[name]:.4g}"
        return None

    def _spend(self, account: Account, cost: float) -> None:
        for name in account.names:
            self._spent[name] += cost


@dataclass(frozen=True)
class Bill:
    """Who pays for the calls of one `ask`."""

    purse: Purse
    prices: Prices
    accounts: Sequence[Account]
    """Of each request, in order."""

    async def reserve(
        self, key: str, request: Request, place: int, *, wait: bool
    ) -> Failure | None:
        """Set aside what the request at this place may cost; a Failure where it cannot be had."""
        account = self.accounts[place]
        return await self.purse.reserve(key, request, self.prices, account, wait=wait)

    def settle(self, key: str, outcome: Outcome) -> Cost:
        """What a call cost, for the ledger."""
        return self.purse.settle(key, outcome, self.prices)


def _refused(short: str, worst: float) -> Failure:
    why = f"it may cost {worst:.2g}, beyond {short}"
    return Failure(kind="budget", message=why, retryable=True)


def _cost(outcome: Outcome, prices: Prices, worst: float) -> float:
    if isinstance(outcome, Completion):
        used = outcome.usage
        return (used.prompt_tokens * prices[0] + used.completion_tokens * prices[1]) / _MILLION
    return worst if outcome.kind in _BILLED else 0.0
