"""Tables of pydantic models' fields: name, type, default and the sentence under the field.

    fields_table(Usage)  →  | `prompt_tokens` | int | Tokens of the request, … |

Docstrings of fields are read from the source, as pydantic keeps them for settings alone.
"""

import ast
import inspect
import json
import textwrap
import types
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined, to_jsonable_python

from blindspot.core.config import OPERATIONAL, Settings

_BOUNDS: Final = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


def fields_table(kind: type[BaseModel]) -> list[str]:
    """A row per field."""
    said = meanings(kind)
    rows = [
        f"| `{name}` | {typed(info.annotation)} | {said.get(name, '')} |"
        for name, info in kind.model_fields.items()
    ]
    return ["| field | type | meaning |", "|---|---|---|", *rows]


def option_tables(root: type[Settings]) -> Iterator[str]:
    """Lines of a table per section, in the order of the config; settings that occur in several
    places are described at the first, which the others name.
    """
    told: dict[type[Settings], str] = {}
    waiting: list[tuple[str, type[Settings]]] = [("", root)]
    while waiting:
        section, kind = waiting.pop(0)
        told[kind] = section
        yield from [f"### {section or 'The top of the file'}", "", _summary(kind), ""]
        yield from ["| option | type | default | meaning |", "|---|---|---|---|"]
        inner: list[tuple[str, type[Settings]]] = []
        for name, info in kind.model_fields.items():
            part = settings_in(info.annotation)
            known = part is not None and (part in told or part in {k for _, k in waiting + inner})
            if part and not known:
                inner.append((_heading(section, name, info), part))
            yield _option(name, info, meanings(kind).get(name, ""), part)
        waiting = inner + waiting
        yield ""


def parts_of(*kinds: type[BaseModel]) -> list[type[BaseModel]]:
    """The models, each followed by those in its fields, none twice."""
    found: list[type[BaseModel]] = []
    for kind in kinds:
        inner = [m for info in kind.model_fields.values() for m in _models_in(info.annotation)]
        found += [m for m in [kind, *parts_of(*inner)] if m not in found]
    return found


def settings_in(annotation: Any) -> type[Settings] | None:
    """The settings class inside an annotation, or None."""
    return next((m for m in _models_in(annotation) if issubclass(m, Settings)), None)


@cache
def meanings(kind: type[BaseModel]) -> dict[str, str]:
    """The docstring under each field, in one line, those of the bases included."""
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            found |= _stated(base)
    return found


def typed(annotation: Any) -> str:
    """A type as a person reads it."""
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return typed(inside[0])
    if origin is Literal:
        return " \\| ".join(f"`{value}`" for value in inside)
    if origin in (Union, types.UnionType):
        named = [typed(a) for a in inside if a is not type(None)]
        return " or ".join([*named, *(["nothing"] if type(None) in inside else [])])
    if origin is tuple:
        return _tuple(inside)
    if origin is dict:
        return f"{typed(inside[0])} → {typed(inside[1])}"
    return {"str": "text", "Path": "path", "Any": "anything"}.get(
        getattr(annotation, "__name__", str(annotation)), getattr(annotation, "__name__", "")
    )


def _tuple(inside: tuple[Any, ...]) -> str:
    if inside[-1] is Ellipsis:
        return f"list of {typed(inside[0])}"
    return f"({', '.join(typed(a) for a in inside)})"


def _option(name: str, info: FieldInfo, meaning: str, part: type[Settings] | None) -> str:
    kind = typed(info.annotation)
    if part:
        kind = kind.replace(part.__name__, f"[{part.__name__}](#{part.__name__.lower()})")
    bounds = [
        f"{sign} {getattr(m, bound):g}"
        for m in info.metadata
        for bound, sign in _BOUNDS.items()
        if getattr(m, bound, None) is not None
    ]
    about = f"*operational*. {meaning}" if OPERATIONAL in info.metadata else meaning
    return f"| `{name}` | {', '.join([kind, *bounds])} | {_default(info)} | {about} |"


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    value = info.get_default(call_default_factory=True)
    if isinstance(value, Settings):
        return "as below" if value == type(value)() else _shown(value.model_dump(mode="json"))
    return "–" if value in (None, "", (), {}) else _shown(value)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        value = {k: v for k, v in value.items() if v not in ("", [], None)}
    assert value is not PydanticUndefined
    text = json.dumps(to_jsonable_python(value), ensure_ascii=False)
    return f"`{text}`"


def _heading(section: str, name: str, info: FieldInfo) -> str:
    """`[a.b]` in a config, `[[a.b]]` where there may be several."""
    path = f"{section.strip('`[]')}.{name}".lstrip(".")
    return f"`[[{path}]]`" if get_origin(info.annotation) is tuple else f"`[{path}]`"


def _summary(kind: type[BaseModel]) -> str:
    about = " ".join((kind.__doc__ or "").split())
    return f'<a id="{kind.__name__.lower()}"></a>{about}'


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in get_args(annotation) for model in _models_in(inner)]


def _stated(kind: type[BaseModel]) -> dict[str, str]:
    """The docstrings in the class's own body."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for field, below in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
        ):
            found[field.target.id] = " ".join(str(below.value.value).split()).replace("|", "\\|")
    return found
