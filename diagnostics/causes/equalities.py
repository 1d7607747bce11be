r"""Sums in running text: the first `a op b = c` that is false.

    "There are 3 + 2 = 6 apples"     "3 + 2 = 6"
    "12 / 8 = 1.5 = 3/2"             none: true
    "10 / 3 = 3.3"                   none: rounded to the digits shown
    "3 + 2 = 5 + 4 = 9"              none: a run-on, every step is right
    "x + 3 + 2 = 8", "4 + 5%"        none: part of something that is not understood

It would rather miss a false sum than accuse a true one.
"""

import ast
import operator
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Final

_SAME_LENGTH: Final = (
    (r"_", "^"),
    (r"(?m)^(\s*)(?:[-*•]|\d+[.)])(?=\s)", None),  # bullets and numbered steps
    (r"(?<!\d)\*\*|\*\*(?!\d)", "  "),
    (r"\\(?:times|cdot)\b", "*"),
    (r"\\div\b", "/"),
    (r"\\[()\[\]]", " "),
    (r"[×·]", "*"),
    (r"(?<=[\d)] )x(?= [\d(])", "*"),
    (r"÷", "/"),
    (r"[−–]", "-"),
    (r"[$€£]", " "),
    (r"(?<=\d),(?=\d{3}(?!\d))", "_"),
    (r"\.(?=\s|$)", "\n"),
)
"""Replacements, padded to the length of what they replace: offsets stay those of the text."""

_CHAIN = re.compile(r"[\d(+\-*/._) =]+")
_BEFORE = re.compile(r"[\w%:^\\°.)\]]$")
_AFTER = re.compile(r"[\w%^\\°\[]|:\d")
_LONGEST = 200
_OPERATIONS: Final[dict[type[ast.operator], Callable[[float, float], float]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}

Span = tuple[int, int]


def first_false_equality(text: str) -> str | None:
    """The first false equality in the text, verbatim, or None."""
    plain = _readable(text)
    for chain in _CHAIN.finditer(plain):
        sides = _sides(plain, *chain.span())
        for left, right in pairwise(sides):
            if left and right and _is_false(plain[slice(*left)], plain[slice(*right)]):
                return text[slice(*_trimmed(plain, left[0], right[1]))]
    return None


def _readable(text: str) -> str:
    """The text with one sign per operation, of the same length."""
    for pattern, sign in _SAME_LENGTH:
        text = re.sub(pattern, lambda m, s=sign: (s or "").ljust(len(m.group())), text)
    return text


def _sides(plain: str, start: int, end: int) -> list[Span | None]:
    """Spans between the equal signs of a chain; None for a side that runs on into something that
    is no number.
    """
    cuts = [start - 1, *(i for i in range(start, end) if plain[i] == "="), end]
    sides: list[Span | None] = [(a + 1, b) for a, b in pairwise(cuts)]
    first = plain[start : cuts[1]].lstrip()
    line_before = plain[:start].rpartition("\n")[2]
    begins_inside = bool(re.match(r"[+*/).-]", first)) and bool(line_before.strip())
    if begins_inside or (_BEFORE.search(line_before) and not plain[start].isspace()):
        sides[0] = None
    if _AFTER.match(plain, end) and not plain[end - 1].isspace():
        sides[-1] = None
    return sides


def _trimmed(plain: str, start: int, end: int) -> Span:
    """The span without blanks, and what was blanked, at its ends."""
    inner = plain[start:end]
    return end - len(inner.lstrip()), start + len(inner.rstrip())


def _is_false(left: str, right: str) -> bool:
    a, b = _parse(left), _parse(right)
    if a is None or b is None or not (_is_sum(a) or _is_sum(b)):
        return False
    x, y = _value(a), _value(b)
    if x is None or y is None or abs(x - y) <= _tolerance(a, b, left, right, max(abs(x), abs(y))):
        return False
    run_on = _is_sum(b) and _value(_leftmost(b)) == x
    return not run_on


def _parse(side: str) -> ast.expr | None:
    if not side.strip() or len(side) > _LONGEST:
        return None
    try:
        return ast.parse(side.strip(), mode="eval").body
    except SyntaxError:
        return None


def _is_sum(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp)


def _leftmost(node: ast.expr) -> ast.expr:
    return _leftmost(node.left) if isinstance(node, ast.BinOp) else node


def _value(node: ast.expr) -> float | None:
    """Value of a sum of plain numbers; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        inner = _value(node.operand)
        return inner if inner is None or isinstance(node.op, ast.UAdd) else -inner
    if not isinstance(node, ast.BinOp) or type(node.op) not in _OPERATIONS:
        return None
    left, right = _value(node.left), _value(node.right)
    if left is None or right is None or (right == 0 and isinstance(node.op, ast.Div)):
        return None
    return _OPERATIONS[type(node.op)](left, right)


def _tolerance(a: ast.expr, b: ast.expr, left: str, right: str, size: float) -> float:
    """Half a unit of the last digit shown by a plain number; between two sums, one percent
    where they are not whole.
    """
    shown = [_half_unit(text) for node, text in ((a, left), (b, right)) if not _is_sum(node)]
    whole = not re.search(r"[./]", left + right)
    return max([*shown, 1e-9 * size] if shown or whole else [0.01 * size]) * (1 + 1e-9)


def _half_unit(number: str) -> float:
    return 0.5 * 10.0 ** -len(number.strip().rstrip(")").partition(".")[2])
