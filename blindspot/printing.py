"""Numbers and names as a person reads them in a terminal."""

from collections.abc import Mapping


def percent(value: float | None) -> str:
    """0.6123 → `61.2`."""
    return "–" if value is None else f"{100 * value:.1f}"


def with_interval(value: float | None, interval: tuple[float, float]) -> str:
    """`61.2 [57.9, 64.4]`."""
    return f"{percent(value)} [{percent(interval[0])}, {percent(interval[1])}]"


def signed(value: float | None, interval: tuple[float, float]) -> str:
    """`+2.8 [+0.4, +5.3]`."""
    if value is None:
        return "–"
    low, high = interval
    return f"{100 * value:+.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"


def counts(kinds: Mapping[str, int]) -> str:
    """`timeout 4, image 1`."""
    return ", ".join(f"{kind} {n:,}" for kind, n in kinds.items())


def printable(text: str) -> str:
    """Without what a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in text)
