"""The value of a number as people and LaTeX write it: `-\\frac{3}{4}`, `5√2`, `2\\pi + 1`, `1,250`.

    >>> leading(r"5\\sqrt{2} cm")
    (7.0710678118654755, 'cm')
    >>> leading("y = 2") is None
    True

Everything is worked out in floats, so nothing grows without bound; what is no number is None.
"""

import math
import re
from typing import Final

_TOKEN: Final = re.compile(
    r"\s*(\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+\.?\d*|\.\d+|\\[a-zA-Z]+|[-+*/^(){}\[\]√π·×÷])"
)
_DEPTH: Final = 50
_LENGTH: Final = 200
_TIMES: Final = frozenset(["*", "·", "×", "\\cdot", "\\times"])
_OVER: Final = frozenset(["/", "÷", "\\div"])
_CLOSING: Final = {"(": ")", "{": "}"}


class _NoNumberError(Exception):
    """What stands here is not a number."""


def leading(text: str) -> tuple[float, str] | None:
    """The value that the text begins with, and what follows it; None where it begins with none."""
    parser = _Parser(text[:_LENGTH].replace("−", "-"))
    try:
        value = parser.sum(0)
    except (_NoNumberError, ArithmeticError, ValueError):
        return None
    if isinstance(value, complex) or not math.isfinite(value):
        return None
    return value, (parser.rest() + text[_LENGTH:]).strip()


class _Parser:
    """Reads sums of products of powers, as far as they go."""

    def __init__(self, text: str) -> None:
        self.text, self.place = text, 0

    def rest(self) -> str:
        return self.text[self.place :]

    def sum(self, depth: int) -> float:
        if depth > _DEPTH:
            raise _NoNumberError
        value = self.product(depth)
        while self._next() in ("+", "-"):
            start, sign = self.place, self._take()
            try:
                value += self.product(depth) if sign == "+" else -self.product(depth)
            except _NoNumberError:
                self.place = start
                break
        return value

    def product(self, depth: int) -> float:
        value = self._signed(depth)
        while True:
            start, token = self.place, self._next()
            try:
                if token in _TIMES:
                    self._take()
                    value *= self._signed(depth)
                elif token in _OVER:
                    self._take()
                    value /= self._signed(depth)
                elif token in ("\\sqrt", "√", "\\pi", "π", "\\frac", "("):
                    value *= self._power(depth)
                else:
                    return value
            except _NoNumberError:
                self.place = start
                return value

    def _signed(self, depth: int) -> float:
        if self._next() in ("-", "+"):
            return -self._power(depth) if self._take() == "-" else self._power(depth)
        return self._power(depth)

    def _power(self, depth: int) -> float:
        base = self._atom(depth)
        if self._next() != "^":
            return base
        self._take()
        exponent = self._group(depth) if self._next() == "{" else self._signed(depth + 1)
        return base**exponent

    def _atom(self, depth: int) -> float:
        token = self._take()
        if token[0].isdigit() or token[0] == ".":
            return float(token.replace(",", ""))
        if token in ("\\pi", "π"):
            return math.pi
        if token == "\\frac":
            return self._group(depth) / self._group(depth)
        if token in ("\\sqrt", "√"):
            return math.sqrt(self._group(depth) if self._next() in _CLOSING else self._atom(depth))
        if token in _CLOSING:
            self.place -= 1
            return self._group(depth)
        raise _NoNumberError

    def _group(self, depth: int) -> float:
        closing = _CLOSING.get(self._take())
        value = self.sum(depth + 1)
        if closing is None or self._take() != closing:
            raise _NoNumberError
        return value

    def _next(self) -> str:
        found = _TOKEN.match(self.text, self.place)
        return found[1] if found else ""

    def _take(self) -> str:
        found = _TOKEN.match(self.text, self.place)
        if not found:
            raise _NoNumberError
        self.place = found.end()
        return found[1]
