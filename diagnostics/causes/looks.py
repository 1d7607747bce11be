"""Names of colors and shapes, those that people use for the same under one.

>>> named("a dark grey car", COLORS)
frozenset({'gray'})
"""

import re
from collections.abc import Mapping
from typing import Final


def _by_word(groups: tuple[str, ...]) -> Mapping[str, str]:
    return {word: group.split()[0] for group in groups for word in group.split()}


COLORS: Final = _by_word(
    (
        *("red crimson scarlet maroon burgundy", "blue navy azure", "green olive lime emerald"),
        *("yellow golden gold", "black", "white ivory", "gray grey silver", "pink rose magenta"),
        *("purple violet lavender indigo", "orange", "brown tan beige cream khaki", "teal cyan"),
        *("turquoise aqua",),
    )
)
SHAPES: Final = _by_word(
    (
        *("circle round disc disk circular", "square", "triangle triangular", "star starshaped"),
        *("rectangle rectangular", "pentagon", "hexagon", "octagon", "oval ellipse elliptical"),
        *(
            "diamond rhombus",
            "heart",
            "cross",
            "cube",
            "sphere ball",
            "cylinder",
            "cone",
            "trapezoid",
        ),
    )
)


def named(text: str, words: Mapping[str, str]) -> frozenset[str]:
    """Which of them a text names."""
    return frozenset(words[w] for w in re.findall(r"[a-z]+", text[:2000].casefold()) if w in words)
