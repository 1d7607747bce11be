"""Settings: frozen pydantic models, TOML on disk, `--set a.b=c` on the command line.

Each option is declared once, with its docstring. An *operational* option (concurrency, addresses,
rounds) may change when a run is resumed; any other belongs to the identity of what it makes.
Secrets never stand in a config: it names the environment variable.
"""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar, get_args, get_origin
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, ValidationInfo

from blindspot.core.errors import ConfigError
from blindspot.core.registry import nearest

_ADDRESS: Final = re.compile(r"(^|\.)base_urls?(\.\d+)?$")
OPERATIONAL: Final = "operational"
"""Marks an option that is no part of a result's identity: `Annotated[int, OPERATIONAL]`."""


class Settings(BaseModel):
    """Base of all settings: frozen, unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def _rooted(path: Path, info: ValidationInfo) -> Path:
    """Relative paths in a config are relative to the config file."""
    root = (info.context or {}).get("root")
    return (root / path).resolve() if root else path


def _rooted_if_given(path: Path | None, info: ValidationInfo) -> Path | None:
    return None if path is None else _rooted(path, info)


S = TypeVar("S", bound=Settings)
InputPath = Annotated[Path, AfterValidator(_rooted), OPERATIONAL]
"""Path of an input, relative to the config file. Operational: the digest of what lies there is
what counts.
"""
OptionalInputPath = Annotated[Path | None, AfterValidator(_rooted_if_given), OPERATIONAL]
"""The same, where none need be given."""
OperationalInt = Annotated[int, OPERATIONAL]
OperationalFloat = Annotated[float, OPERATIONAL]


def identity(settings: Settings) -> dict[str, Any]:
    """The settings that a result depends on, as plain JSON values: operational ones are left
    out.
    """
    dumped = settings.model_dump(mode="json")
    return {
        name: _plain(getattr(settings, name), dumped[name])
        for name, info in type(settings).model_fields.items()
        if OPERATIONAL not in info.metadata
    }


def _plain(value: Any, dumped: Any) -> Any:
    """The identity of settings, alone or in a tuple; of anything else its JSON value."""
    if isinstance(value, Settings):
        return identity(value)
    if isinstance(value, tuple) and any(isinstance(v, Settings) for v in value):
        return [_plain(v, d) for v, d in zip(value, dumped, strict=True)]
    return dumped


def load(path: Path | None, model: type[S], overrides: tuple[str, ...] = ()) -> S:
    """Read a TOML file, or begin with nothing, apply `a.b=value` overrides, validate. Raises
    ConfigError naming the key, the cause and the nearest key.
    """
    raw = _read(path) if path else {}
    for override in overrides:
        _apply(raw, override)
    _refuse_secrets(path or "given by options", raw)
    root = path.resolve().parent if path else Path.cwd()
    try:
        return model.model_validate(raw, context={"root": root})
    except ValidationError as error:
        raise _explain(path or "given by options", model, error) from error


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text())
    except OSError as error:
        raise ConfigError(
            f"The config {path}", error.strerror or str(error), "Give the path of a TOML file"
        ) from error
    except (ValueError, RecursionError) as error:  # also of numbers of thousands of digits
        raise ConfigError(
            f"The config {path}", f"it is not valid TOML: {error}", "Correct that line"
        ) from error


def _apply(raw: dict[str, Any], override: str) -> None:
    """Set one `a.b=value`; the value is TOML, and bare words are text."""
    key, equals, text = override.partition("=")
    if not equals or not key.strip():
        raise ConfigError(
            f"--set {override}", "it has no '='", "Write it as --set section.option=value"
        )
    *sections, last = key.strip().split(".")
    for section in sections:
        raw = raw.setdefault(section, {})
        if not isinstance(raw, dict):
            raise ConfigError(
                f"--set {override}",
                f"'{section}' is a value, not a section",
                "Set the option itself",
            )
    try:
        raw[last] = tomllib.loads(f"x = {text}")["x"]
    except (ValueError, RecursionError):
        raw[last] = text


def _refuse_secrets(path: Path | str, value: Any, key: str = "") -> None:
    """Raise ConfigError for a server's address that holds a secret, without showing it: settings
    are written into the run's folder before a server is asked.
    """
    parts = value.items() if isinstance(value, dict) else []
    parts = enumerate(value) if isinstance(value, list) else parts
    for name, inner in parts:
        _refuse_secrets(path, inner, f"{key}.{name}" if key else str(name))
    if _ADDRESS.search(key) and isinstance(value, str) and _holds_secret(value):
        raise ConfigError(
            f"The config {path}",
            f"'{key}' holds a user name, password or query, which would stand in files and logs",
            "Put the key into an environment variable and name it in api_key_env",
        )


def _holds_secret(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return "@" in address
    return bool(parts.username is not None or parts.query or parts.fragment)


def _explain(path: Path | str, model: type[BaseModel], error: ValidationError) -> ConfigError:
    """The first validation error as one sentence."""
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        known = _keys_at(model, first["loc"][:-1])
        return ConfigError(
            f"The config {path}", f"'{key}' is no option", nearest(str(first["loc"][-1]), known)
        )
    why = first["msg"].removeprefix("Value error, ")
    given = "" if first["type"] == "missing" else f" (it is {_shown(first['input'])})"
    return ConfigError(
        f"The config {path}",
        f"'{key}': {why[0].lower()}{why[1:]}{given}",
        "Correct it in the file or with --set",
    )


def _shown(value: Any) -> str:
    try:
        return repr(value)
    except (ValueError, RecursionError):  # of thousands of digits, or as deep
        return f"{type(value).__name__} of a size that cannot be shown"


def _keys_at(model: Any, loc: tuple[int | str, ...]) -> list[str]:
    """Option names of the (nested) settings that `loc` points to."""
    for part in loc:
        if isinstance(part, str) and _is_settings(model) and part in model.model_fields:
            model = _settings_in(model.model_fields[part].annotation)
    return list(model.model_fields) if _is_settings(model) else []


def _is_settings(model: Any) -> bool:
    return isinstance(model, type) and issubclass(model, BaseModel)


def _settings_in(annotation: Any) -> Any:
    """The settings class inside an annotation such as `tuple[X, ...]` or `X | None`."""
    if get_origin(annotation) is None:
        return annotation
    return next((a for a in map(_settings_in, get_args(annotation)) if _is_settings(a)), None)
