"""What the stub server counted: the other side of a run's own ledger.

    {"arrived": {"solver": 120}, "answered": {"solver": 100}, "prompt_tokens": {"solver": 31000}, …}

Tokens are billed for answers that were written to a client that was still there, whatever the
answer was worth; never for 429, 5xx, 400 or a dropped connection.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import Field

from blindspot.core.records import Record


class Calls(Record):
    """Counts since the last script."""

    arrived: Mapping[str, int] = Field(default_factory=dict)
    """Requests by role, whatever came of them; malformed ones have the role `other`."""
    answered: Mapping[str, int] = Field(default_factory=dict)
    """Completed and billed, by role."""
    prompt_tokens: Mapping[str, int] = Field(default_factory=dict)
    """Billed, by role."""
    completion_tokens: Mapping[str, int] = Field(default_factory=dict)
    """Billed, by role."""
    faults: Mapping[str, int] = Field(default_factory=dict)
    """What attempts suffered, by kind."""
    malformed: Mapping[str, int] = Field(default_factory=dict)
    """Requests that were refused with 400, by reason."""
    lost: int = 0
    """Answers that no client was there for any more."""
    peak: int = 0
    """Most requests under way at once."""
    repeated: int = 0
    """Requests whose body had arrived before, retries included."""
    answered_before: int = 0
    """Requests whose body had already been answered: paid for twice."""

    @property
    def billed(self) -> int:
        """All tokens."""
        return sum(self.prompt_tokens.values()) + sum(self.completion_tokens.values())


@dataclass
class Tally:
    """The counts while they grow."""

    arrived: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    prompt_tokens: Counter[str] = field(default_factory=Counter)
    completion_tokens: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    malformed: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    peak: int = 0
    repeated: int = 0
    answered_before: int = 0
    _open: int = 0
    _attempts: defaultdict[bytes, int] = field(default_factory=lambda: defaultdict(int))
    _done: set[bytes] = field(default_factory=set)

    def arrive(self, digest: bytes) -> int:
        """A body has come; the how manieth time it did."""
        self._attempts[digest] += 1
        self._open += 1
        self.peak = max(self.peak, self._open)
        self.repeated += self._attempts[digest] > 1
        self.answered_before += digest in self._done
        return self._attempts[digest]

    def answer(self, digest: bytes, role: str, prompt: int, completion: int) -> None:
        """An answer was written."""
        self._done.add(digest)
        self.answered[role] += 1
        self.prompt_tokens[role] += prompt
        self.completion_tokens[role] += completion

    def leave(self) -> None:
        """A request is no longer under way."""
        self._open -= 1

    @property
    def distinct(self) -> tuple[int, int]:
        """How many different bodies have arrived, and been answered."""
        return len(self._attempts), len(self._done)

    def calls(self) -> Calls:
        """The counts as they are now."""
        return Calls(**{name: getattr(self, name) for name in Calls.model_fields})
