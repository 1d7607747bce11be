"""Pictures turned by quarters, and mirrored."""

from typing import Final

import numpy as np

from generation.likeness import Look

TURNS: Final = tuple((quarters, mirrored) for mirrored in (False, True) for quarters in range(4))[
    1:
]
"""Quarter turns, and whether the picture is mirrored before: all but leaving it as it is."""


def turned(picture: Look, turn: tuple[int, bool]) -> Look:
    """How a picture looks after some quarter turns, and mirrored before them or not; `pixels`,
    `bits` and `windows` stay as they were.
    """
    quarters, mirrored = turn
    flip = slice(None, None, -1 if mirrored else 1)
    return Look(
        pixels=picture.pixels,
        bits=picture.bits,
        grey=np.rot90(picture.grey[:, flip], quarters),
        colors=np.rot90(picture.colors[:, flip], quarters),
        windows=picture.windows,
    )
