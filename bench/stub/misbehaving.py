"""How the stub server misbehaves: which fault an attempt suffers, and what it does to an answer.

    fault_of(Faults(rate_limit=0.1), …)    "rate_limit" for one attempt in ten
    spoilt("truncated", '{"answer": "3"}') '{"answe', finish_reason length

Decided by the body and by how often it came, so that a second attempt is another draw and a run
with other timing meets the same faults.
"""

import json
import math
from statistics import NormalDist
from typing import Final, get_args

from bench.stub.draws import pick, uniform
from bench.stub.script import FaultKind, Faults, Latency, Role

ON_THE_WAY: Final = ("rate_limit", "server", "drop")
"""Faults without an answer; the others spoil one, and it is paid for."""
_OF_JSON: Final = ("malformed", "prose", "fenced", "unheld")
_CHARACTERS: Final = 4
"""Of a token."""
_STATUS: Final = ("500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable")
_NORMAL: Final = NormalDist()


def fault_of(faults: Faults, role: Role, structured: bool, *attempt: object) -> FaultKind | None:
    """What an attempt suffers; faults of JSON only where JSON is wanted."""
    draw = uniform("fault", role, *attempt)
    for kind in get_args(FaultKind):
        share = getattr(faults, kind)
        if draw < share:
            return None if kind in _OF_JSON and not structured else kind
        draw -= share
    return None


def delay(latency: Latency, *attempt: object) -> float:
    """Seconds until the answer."""
    if not latency.spread:
        return latency.seconds
    draw = min(max(uniform("latency", *attempt), 1e-9), 1 - 1e-9)
    return latency.seconds * math.exp(latency.spread * _NORMAL.inv_cdf(draw))


def status_of(kind: FaultKind, *attempt: object) -> str:
    """The status line of a fault without an answer."""
    return "429 Too Many Requests" if kind == "rate_limit" else pick(_STATUS, "status", *attempt)


def spoilt(kind: FaultKind | None, content: str, max_tokens: int) -> tuple[str, str]:
    """What the completion says, and its finish reason; more than `max_tokens` is cut."""
    if kind == "truncated":
        return content[: len(content) // 2], "length"
    said = _SPOILT[kind](content) if kind in _SPOILT else content
    limit = max_tokens * _CHARACTERS
    return (said, "stop") if len(said) <= limit else (said[:limit], "length")


def tokens(text: str) -> int:
    """Tokens of a text."""
    return -(-len(text) // _CHARACTERS)


def _refused(content: str) -> str:
    return "I'm sorry, but I can't help with that request."


def _malformed(content: str) -> str:
    return content.rstrip().removesuffix("}") + ', "note": }'


def _prose(content: str) -> str:
    return f"Sure, here is what I found:\n\n{content}\n\nLet me know if you need anything else."


def _fenced(content: str) -> str:
    return f"```json\n{content}\n```"


def _unheld(content: str) -> str:
    return json.dumps({"result": list(json.loads(content).values())})


_SPOILT: Final = {
    "refused": _refused,
    "malformed": _malformed,
    "prose": _prose,
    "fenced": _fenced,
    "unheld": _unheld,
}
