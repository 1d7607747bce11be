"""Reply schemas as the stub server gets them: who is asked by them, whether they are as strict
servers want them, and replies that obey them.

    {"properties": {"working": …, "answer": …}, "required": […], "additionalProperties": false}
    →  solver

The product sends no titles (a reworded docstring would change every call's identity), so a role is
known by its title where there is one and otherwise by the fields that only its reply has.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bench.stub.script import Role

_TITLES: Final[dict[str, Role]] = {
    "Topics": "planner",
    "Seeking": "image_seeker",
    "Editing": "image_editor",
    "Writing": "writer",
    "Solution": "solver",
    "Validation": "validator",
}
_FIELDS: Final[tuple[tuple[Role, frozenset[str]], ...]] = (
    ("planner", frozenset({"topics"})),
    ("image_seeker", frozenset({"queries", "chosen"})),
    ("image_editor", frozenset({"operation", "arguments"})),
    ("writer", frozenset({"question", "target"})),
    ("validator", frozenset({"capability", "image_type", "single_answer"})),
    ("solver", frozenset({"answer"})),
)

Schema = Mapping[str, Any]


def role_of(schema: Schema) -> Role:
    """Whose reply has this schema; `other` for nobody's."""
    if known := _TITLES.get(schema.get("title", "")):
        return known
    names = schema.get("properties", {}).keys()
    for role, fields in _FIELDS:
        if fields <= names:
            return role
    return "other"


def open_ends(schema: Schema) -> list[str]:
    """What a strict server refuses: objects with fields that may be left out or added."""
    return list(_open_ends(schema, "reply"))


def fit(reply: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """A reply with exactly the fields that the schema has; those that the reply lacks are blank."""
    fields = schema.get("properties", {})
    return {n: reply[n] if n in reply else blank(field, schema) for n, field in fields.items()}


def blank(node: Schema, root: Schema) -> Any:
    """The plainest value that a schema allows, of the kinds that typed replies are made of."""
    if "$ref" in node:
        return blank(root["$defs"][node["$ref"].rsplit("/", 1)[-1]], root)
    if "enum" in node or "const" in node:
        return node["const"] if "const" in node else node["enum"][0]
    if "anyOf" in node:
        nullable = any(each.get("type") == "null" for each in node["anyOf"])
        return None if nullable else blank(node["anyOf"][0], root)
    if node.get("type") == "object":
        return {n: blank(each, root) for n, each in node.get("properties", {}).items()}
    if node.get("type") == "array":
        inner = node.get("prefixItems") or [node.get("items", {})] * node.get("minItems", 0)
        return [blank(each, root) for each in inner]
    if node.get("type") in ("number", "integer"):
        return _middle(node)
    return {"string": "", "boolean": False}.get(node.get("type", ""))


def _middle(node: Schema) -> float | int:
    low = node.get("minimum", node.get("exclusiveMinimum", 0))
    high = node.get("maximum", node.get("exclusiveMaximum", low + 2))
    middle = (low + high) / 2
    return int(middle) if node["type"] == "integer" else middle


def _open_ends(node: Any, where: str) -> Iterator[str]:
    if isinstance(node, list):
        for number, each in enumerate(node):
            yield from _open_ends(each, f"{where}[{number}]")
    if not isinstance(node, dict):
        return
    fields = node.get("properties")
    if isinstance(fields, dict):
        if node.get("additionalProperties") is not False:
            yield f"{where} is not closed (additionalProperties)"
        if missing := sorted(fields.keys() - set(node.get("required", ()))):
            yield f"{where} does not require {', '.join(missing)}"
    elif node.get("type") == "object":
        yield f"{where} is an object without properties"
    for name, each in node.items():
        inner = each.items() if name in ("properties", "$defs") else [(name, each)]
        for key, value in inner:
            yield from _open_ends(value, f"{where}.{key}")
