r"""Sums in running text: the first `a op b = c` that is false.

    "There are 3 + 2 = 6 apples"     "3 + 2 = 6"
    "12 / 8 = 1.5 = 3/2"             none: true
    "10 / 3 = 3.3"                   none: rounded to the digits shown
    "3 + 2 = 5 + 4 = 9"              none: a run-on, every step is right
    "x + 3 + 2 = 8", "4 + 5%"        none: part of something that is not understood
    "3 + 2 = 6, wait, 3 + 2 = 5"     none: taken back
    "Is 3 + 2 = 6?", "not 3 + 2 = 6" none: not claimed
    "1990-1995 = 5 years"            none: a range, or a difference without its sign

It would rather miss a false sum than accuse a true one.
"""

import ast
import math
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
    (r"(?<=\d )plus(?= \d)", "+"),
    (r"(?<=\d )minus(?= \d)", "-"),
    (r"(?<=\d )(?:times|multiplied by)(?= \d)", "*"),
    (r"(?<=\d )divided by(?= \d)", "/"),
    (r"(?<=\d )(?:equals|is equal to|makes|gives)(?= \d)", "="),
    (r"＋", "+"),
    (r"＝", "="),
    (r"[−–]", "-"),
    (r"[$€£]", " "),
    (r"(?<=\d),(?=\d{3}(?!\d))", "_"),
    (r"\.(?=\s|$)", "\n"),
)
"""Replacements, padded to the length of what they replace: offsets stay those of the text."""

_CHAIN = re.compile(r"[\d(+\-*/._) =]+")
_BEFORE = re.compile(r"[\w%:^\\°.)\]]\Z")
_AFTER = re.compile(r"[\w%^\\°\[]|:\d")
_EQUAL = re.compile(r"[=＝]|equal|makes|gives")
_LONGEST = 200
_NOT_CLAIMED = re.compile(
    r"(?:\b(?:not|n['’]t|wrong|false|incorrect|whether|if|suppose|assum\w+|is|does|never)|不是|如果)"
    r"\s(?:\w+\s){0,3}$",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(
    r"\s{0,2}\?|[^\n]{0,60}?(?:\b(?:wait|actually|oops|sorry|hmm|correction|mistake|incorrect|wrong"
    r"|not (?:right|correct|true|possible)|let me re-?(?:check|calc|comp|do|count|consider))"
    r"|\bno[,.:]|不对|错了|更正)",
    re.IGNORECASE,
)
_OPERATIONS: Final[dict[type[ast.operator], Callable[[float, float], float]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}

Span = tuple[int, int]


def first_false_equality(text: str) -> str | None:
    """The first false equality in the text, verbatim, or None."""
    if not _EQUAL.search(text):
        return None
    plain = _readable(text)
    for chain in _CHAIN.finditer(plain):
        sides = _sides(plain, *chain.span())
        for left, right in pairwise(sides):
            if not left or not right or not _is_false(plain[slice(*left)], plain[slice(*right)]):
                continue
            if _is_claimed(text, left[0], right[1]):
                return text[slice(*_trimmed(plain, left[0], right[1]))]
    return None


def _is_claimed(text: str, start: int, end: int) -> bool:
    """Whether what stands around an equality neither denies nor supposes nor corrects it."""
    before, behind = text[max(0, start - 60) : start + 1], text[end : end + 100]
    return not _NOT_CLAIMED.search(before) and not _TAKEN_BACK.match(behind)


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
    line_before = plain[max(0, start - _LONGEST) : start].rpartition("\n")[2]
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
    if x is None or y is None:
        return False
    tolerance = _tolerance(a, b, left, right, max(abs(x), abs(y)))
    unsigned = _is_difference(a) or _is_difference(b)
    if min(abs(x - y), abs(x + y) if unsigned else math.inf) <= tolerance:
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


def _is_difference(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)


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
