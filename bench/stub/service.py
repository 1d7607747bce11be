"""The stub server's state: its script, its tally, and what it makes of one request.

A request arrives, is checked, meets its fault or is answered, and waits for its latency; only what
is then written to a client that is still there is billed.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from bench.endpoint import _http as http
from bench.stub.asked import Asked, Malformed, Pictures, take
from bench.stub.image_edits import edited, form
from bench.stub.misbehaving import ON_THE_WAY, delay, fault_of, spoilt, status_of, tokens
from bench.stub.replying import answer
from bench.stub.script import FaultKind, Faults, Latency, Role, Script, for_role
from bench.stub.tally import Tally

EDITS: Final = "/images/edits"


@dataclass(frozen=True)
class Arrival:
    """One request on its way through the server."""

    tally: Tally
    """The one that it is counted in; a new script begins another."""
    digest: bytes
    """Of path and body."""
    role: Role
    response: bytes | None
    """What is sent back; None drops the connection."""
    seconds: float = 0.0
    """From now until then."""
    bill: tuple[int, int] | None = None
    """Tokens of prompt and completion, where it is answered."""


class Service:
    """All that the server knows."""

    def __init__(self) -> None:
        self._pictures = Pictures()
        self._watchers: list[Callable[[], None]] = []
        self.begin(Script())

    def begin(self, script: Script) -> None:
        """Take a script and forget all calls."""
        self.script, self.tally = script, Tally()

    def arrive(self, path: str, body: bytes) -> Arrival:
        """What comes of a request."""
        digest = blake2b(path.encode() + b"\n" + body, digest_size=16).digest()
        attempt = self.tally.arrive(digest)
        self._wake()
        try:
            self._check_secrets(body)
            if path.endswith(EDITS):
                return self._edit(digest, body, attempt)
            return self._chat(digest, take(body, self._pictures), attempt)
        except Malformed as why:
            self.tally.arrived["other"] += 1
            self.tally.malformed[str(why)] += 1
            return Arrival(self.tally, digest, "other", _error(str(why), "400 Bad Request"))

    def leave(self, arrival: Arrival, is_written: bool) -> None:
        """A request ended: its answer was written, or its client was gone."""
        arrival.tally.leave()
        if arrival.bill and is_written:
            arrival.tally.answer(arrival.digest, arrival.role, *arrival.bill)
        elif arrival.bill:
            arrival.tally.lost += 1
        self._wake()

    def models(self) -> bytes:
        """The list of models."""
        rows = [{"id": name, "object": "model", "owned_by": "stub"} for name in self.script.models]
        return http(json.dumps({"object": "list", "data": rows}).encode())

    async def wait(self, started: int, finished: int, seconds: float) -> bool:
        """Whether so many different bodies arrived and were answered in time."""
        reached = asyncio.Event()

        def look() -> None:
            arrived, done = self.tally.distinct
            if arrived >= started and done >= finished:
                reached.set()

        self._watchers.append(look)
        look()
        try:
            await asyncio.wait_for(reached.wait(), seconds)
        except TimeoutError:
            return False
        finally:
            self._watchers.remove(look)
        return True

    def _chat(self, digest: bytes, asked: Asked, attempt: int) -> Arrival:
        kind, seconds = self._luck(asked.role, asked.schema is not None, digest, attempt)
        if kind in ON_THE_WAY:
            return self._lost(digest, asked.role, kind, seconds)
        said, reason = spoilt(kind, answer(asked, self.script), asked.max_tokens)
        pictures = len(asked.pictures) * self.script.picture_tokens
        bill = (tokens(asked.text) + pictures, tokens(said))
        response = http(json.dumps(_completion(asked.model, said, reason, bill)).encode())
        return Arrival(self.tally, digest, asked.role, response, seconds, bill)

    def _edit(self, digest: bytes, body: bytes, attempt: int) -> Arrival:
        kind, seconds = self._luck("edits", False, digest, attempt)
        if kind in ON_THE_WAY:
            return self._lost(digest, "edits", kind, seconds)
        fields = form(body)
        response = http(edited(fields, self.script))
        bill = (self.script.picture_tokens + tokens(fields["prompt"].decode(errors="replace")), 0)
        return Arrival(self.tally, digest, "edits", response, seconds, bill)

    def _luck(
        self, role: Role, structured: bool, digest: bytes, attempt: int
    ) -> tuple[FaultKind | None, float]:
        """The fault and the latency of an attempt, which is counted."""
        about = (self.script.seed, digest.hex(), attempt)
        faults = for_role(self.script.faults, role, Faults())
        kind = fault_of(faults, role, structured, *about)
        self.tally.arrived[role] += 1
        if kind:
            self.tally.faults[kind] += 1
        return kind, delay(for_role(self.script.latency, role, Latency()), *about)

    def _lost(self, digest: bytes, role: Role, kind: FaultKind, seconds: float) -> Arrival:
        if kind == "drop":
            return Arrival(self.tally, digest, role, None, seconds)
        pause = f"Retry-After: {self.script.retry_after}\r\n" if kind == "rate_limit" else ""
        status = status_of(kind, digest.hex(), self.script.seed)
        return Arrival(self.tally, digest, role, _error(kind, status, pause), seconds)

    def _check_secrets(self, body: bytes) -> None:
        if any(canary.encode() in body for canary in self.script.canaries):
            raise Malformed("a secret stands in the body")

    def _wake(self) -> None:
        for look in tuple(self._watchers):
            look()


def _completion(model: str, said: str, reason: str, bill: tuple[int, int]) -> dict[str, object]:
    message = {"role": "assistant", "content": said}
    return {
        "id": "chatcmpl-stub",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": {
            "prompt_tokens": bill[0],
            "completion_tokens": bill[1],
            "total_tokens": sum(bill),
        },
    }


def _error(why: str, status: str, headers: str = "") -> bytes:
    return http(json.dumps({"error": {"message": why, "type": "stub"}}).encode(), status, headers)
