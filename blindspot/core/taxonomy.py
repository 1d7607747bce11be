"""The terms of a category, `capability/image_type`: what was asked, of what kind of picture; and
how a benchmark's own metadata names them. All of it is data, `taxonomy.toml` beside this file, and
a user's file replaces it as a whole::

    name = "mine"
    image_types.plot.definition = "plots of data"
    capabilities.counting = { definition = "how many", patterns = ['\\bhow many\\b'] }

    [[maps]]                                # of one attribute of one benchmark's samples
    benchmark = "mathvista"
    attribute = "metadata.skills"
    capabilities = { "counting reasoning" = "counting" }

A sample may state terms that no taxonomy declares: a user's own benchmark brings its own. They are
kept as they are.
"""

import re
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from blindspot.core import config
from blindspot.core.artifact import digest_of
from blindspot.core.config import Settings
from blindspot.core.errors import ConfigError
from blindspot.core.records import Axis
from blindspot.core.registry import nearest

BUILT_IN: Final = Path(__file__).with_name("taxonomy.toml")
"""The taxonomy that comes with blindspot."""


def _regular_expression(text: str) -> str:
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"it is not a valid regular expression: {error}") from error
    return text


def _weighted(given: Any) -> Any:
    """A text stands for one term of weight 1."""
    return {given: 1.0} if isinstance(given, str) else given


Name = Annotated[str, StringConstraints(pattern=r"^[^\s/]+$")]
"""Of a term; a slash parts the two terms of a category."""
Pattern = Annotated[str, AfterValidator(_regular_expression)]
Weight = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Weights = Annotated[dict[str, Weight], BeforeValidator(_weighted), Field(min_length=1)]
"""Terms with weights: `{ocr = 2, geometry = 1}`, or one term's name."""


class Term(Settings):
    """One image type or capability."""

    definition: str = Field(min_length=1)
    """What it means, for people and for a model that labels."""
    patterns: tuple[Pattern, ...] = ()
    """Regular expressions that speak for it where they occur in a question or its options; capitals
    do not matter.
    """


class BenchmarkMap(Settings):
    """What one attribute of a benchmark's samples says, by value. Where the attribute is a list,
    each of its elements is a value.
    """

    benchmark: str = Field(min_length=1)
    """Name of the benchmark."""
    attribute: str = Field(min_length=1)
    """Of `Sample.attributes`; nested ones have dotted names."""
    image_types: dict[str, Weights] = Field(default_factory=dict)
    """By value, whatever its capitals."""
    capabilities: dict[str, Weights] = Field(default_factory=dict)
    """The same for what is asked."""

    def values(self, axis: Axis) -> dict[str, Weights]:
        """The values that say something on an axis."""
        return self.capabilities if axis == "capability" else self.image_types


class Taxonomy(Settings):
    """A whole taxonomy."""

    name: str = Field(min_length=1)
    """What it is called in diagnoses."""
    image_types: dict[Name, Term] = Field(min_length=1)
    """By name; the order decides ties."""
    capabilities: dict[Name, Term] = Field(min_length=1)
    """By name; the order decides ties."""
    maps: tuple[BenchmarkMap, ...] = ()
    """They win over the one term that a sample states itself."""

    @property
    def title(self) -> str:
        """Name and short digest of all that it says."""
        return f"{self.name} {digest_of(self.model_dump_json())[:8]}"

    def terms(self, axis: Axis) -> dict[str, Term]:
        """The terms of an axis, in their order."""
        return self.capabilities if axis == "capability" else self.image_types


def load(path: Path | None) -> Taxonomy:
    """The taxonomy of a TOML file; None is the one that comes with blindspot. Raises ConfigError
    with file, key and cause.
    """
    path = path or BUILT_IN
    try:
        taxonomy = config.load(path, Taxonomy)
    except ConfigError as error:
        way_out = error.way_out.removesuffix(" or with --set")
        raise ConfigError(f"The taxonomy {path}", error.why, way_out) from error
    for number, each in enumerate(taxonomy.maps):
        for axis in ("capability", "image_type"):
            _check_declared(path, f"maps.{number}", each.values(axis), taxonomy.terms(axis))
    return taxonomy


def _check_declared(
    path: Path, key: str, values: dict[str, Weights], declared: dict[str, Term]
) -> None:
    for value, terms in values.items():
        unknown = next((term for term in terms if term not in declared), None)
        if unknown is not None:
            raise ConfigError(
                f"The taxonomy {path}",
                f"'{key}', of the value '{value}': it does not declare '{unknown}' on that axis",
                nearest(unknown, list(declared)),
            )
