"""Bounds around what MATH-Vision's scoring does to an answer: `eval(str(latex2sympy(text)))`.

That line may run for ever (`9^{9^9}`), fill the memory, or run what a completion says. Three bounds
stand around it while the scoring runs, and each ends in the error that the scoring reads as
"unequal":

- `refuse`: texts that are long, begin with a letter, hold long numbers, powers of powers or large
  powers, or commands whose numbers would be worked out at once (binomials, matrices, values at a
  point);
- `Guarded`: the parser's work, counted in calls and not in seconds, so that a slow machine gives
  the score of a fast one;
- `arithmetic` in place of `eval`: numbers, signs, + - * / // % ** and comparisons. A name is an
  error, as there: none of sympy's names is known where the scoring calls `eval`.

    >>> arithmetic("3/4 + 2**-2")
    1.0
"""

import ast
import operator
import re
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, Final

LENGTH: Final = 1000
"""Characters that are parsed at most."""
DIGITS: Final = 30
"""Digits of a number at most."""
POWER: Final = 10_000
"""The largest exponent times those that stand on powers, at most."""
CALLS: Final = 5_000_000
"""Calls and returns that all parsing of one comparison may take; the parser learns, and needs far
more for an expression of a new form than for the next one like it.
"""
BITS: Final = 1_000_000
"""Bits of an integer at most."""

_FORBIDDEN: Final = re.compile(
    r"\\[dt]?binom|\\choose|\\begin|\\det|\\xrightarrow|[|\]][_^]|\\(?:r?vert|right)[_^]"
    rf"|\d{{{DIGITS + 1}}}|\d[eE][-+]?\d{{3}}"
)
_EXPONENT: Final = re.compile(
    r"(?:\^|\*\*)\s*(?:\{([^{}^]*)\}|([-+]?\d+|[^{}^\\]|\\[a-z]+)|(\{(?:[^{}^]|\{[^{}^]*\})*\}))"
)
_BINARY: Final[dict[type, Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARE: Final[dict[type, Callable[[Any, Any], bool]]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


class Refused(ValueError):
    """A text that is not worked out."""


class _Spent(BaseException):
    """Too many calls; no `except Exception` on the way may swallow it."""


class Guarded:
    """The parser within bounds, for one comparison."""

    def __init__(self, parse: Callable[[str], Any], calls: int = CALLS) -> None:
        self._parse, self._left = parse, calls

    def __call__(self, text: str) -> Any:
        """What the parser makes of the text. Raises Refused, and what the parser raises."""
        refuse(text)
        before = sys.getprofile()
        sys.setprofile(self._count)
        try:
            return self._parse(text)
        except _Spent:
            raise Refused("too much work") from None
        finally:
            sys.setprofile(before)

    def _count(self, frame: FrameType, event: str, argument: object) -> None:
        self._left -= 1
        if self._left < 0:
            raise _Spent


def refuse(text: str) -> None:
    """Raise Refused for what is not parsed. What begins with a letter has a name in it, and thus no
    value; most completions that box nothing end here.
    """
    if len(text) > LENGTH or text.strip()[:1].isalpha() or _FORBIDDEN.search(text):
        raise Refused("too long, no number, or it holds what would be worked out at once")
    marks = list(_EXPONENT.finditer(text))
    largest, stacked, before = 1, 1, -1
    for mark in marks:
        exponent = max([1, *map(int, re.findall(r"\d+", mark[0]))])
        if mark.start() == before or text[: mark.start()].rstrip()[-1:] in (")", "}", "]", "|"):
            stacked *= exponent
        largest, before = max(largest, exponent), mark.end()
    if largest * stacked > POWER or text.count("^") + text.count("**") != len(marks):
        raise Refused("powers of powers, or large ones")


def arithmetic(source: str) -> Any:
    """The value of a Python expression of numbers. Raises Refused for any other, and what Python
    raises for one that has no value.
    """
    return _value(ast.parse(source, mode="eval").body)


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        value = _value(node.operand)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp):
        return _combined(node.op, _value(node.left), _value(node.right))
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARE:
        compare = _COMPARE[type(node.ops[0])]
        return compare(_value(node.left), _value(node.comparators[0]))
    raise Refused(f"{type(node).__name__} is not arithmetic")


def _combined(kind: ast.operator, left: Any, right: Any) -> Any:
    if isinstance(kind, ast.Pow):
        return _power(left, right)
    if type(kind) not in _BINARY:
        raise Refused(f"{type(kind).__name__} is not arithmetic")
    return _BINARY[type(kind)](left, right)


def _power(base: Any, exponent: Any) -> Any:
    if all(isinstance(n, int) for n in (base, exponent)) and (
        abs(exponent) * base.bit_length() > BITS
    ):
        raise Refused("a number too large")
    return base**exponent
