"""Numbers as people read them: each function turns a value of an artifact into text.

Rates are percentages with one decimal and no sign, changes are points with their sign, and a
value that is not there is a dash.

    >>> rate(0.612, (0.579, 0.644)), points(-0.031)
    ('61.2 [57.9, 64.4]', '−3.1')
"""

import re
from collections.abc import Sequence
from typing import Final

NOTHING: Final = "–"
_MINUS: Final = "−"
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
"""Control characters, what changes the direction of text, and what is invisible or half."""


def percent(value: float | None) -> str:
    """`61.2` for .612."""
    return NOTHING if value is None else _decimal(100 * value)


def rate(value: float | None, interval: Sequence[float]) -> str:
    """`61.2 [57.9, 64.4]`."""
    if value is None:
        return NOTHING
    return f"{percent(value)} [{percent(interval[0])}, {percent(interval[1])}]"


def points(value: float | None) -> str:
    """`+3.1` for .031: a difference of two rates."""
    if value is None:
        return NOTHING
    text = percent(value)
    return text if text.startswith(_MINUS) or text == "0.0" else f"+{text}"


def change(value: float, interval: Sequence[float]) -> str:
    """`+3.1 [+0.4, +5.8]`."""
    return f"{points(value)} [{points(interval[0])}, {points(interval[1])}]"


def p_value(value: float | None) -> str:
    """`0.041`, or `<0.001`."""
    if value is None:
        return NOTHING
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def count(value: float | None) -> str:
    """`12,345`; a sum of partial scores keeps one decimal."""
    if value is None:
        return NOTHING
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def measured(value: float | None) -> str:
    """Four significant digits, for training curves."""
    return NOTHING if value is None else f"{value:.4g}".replace("-", _MINUS)


def duration(seconds: float | None) -> str:
    """`3.2 s`, `4 min 10 s`, `1 h 02 min`."""
    if seconds is None:
        return NOTHING
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def words(name: str) -> str:
    """`grader suspect` for a name such as `grader_suspect`."""
    return name.replace("_", " ")


def visible(text: str) -> str:
    """Text whose hidden characters are written out: `⟨U+202E⟩` cannot turn a line around."""
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


def _decimal(value: float) -> str:
    text = f"{value:.1f}"
    return "0.0" if text == "-0.0" else text.replace("-", _MINUS)
