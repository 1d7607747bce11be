"""A stand-in for a public dataset: its exact columns, types and nesting, few rows, drawn pictures.

It runs through the same code as the real one, offline; and its completions, each of a known kind,
are what parity with lmms-eval's own scoring is measured on.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw

if TYPE_CHECKING:
    import datasets

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Fixture:
    """One benchmark's stand-in. A file of this package ends with `FIXTURE = Fixture(…)`."""

    name: str
    """Of the benchmark."""
    split: str
    """The split that its task asks."""
    features: Callable[[], "datasets.Features"]
    """The dataset's columns and types, from its card and its task's code."""
    rows: Callable[[], list[dict[str, Any]]]
    """A few rows that cover what differs between rows: kinds of answers, several pictures, what is
    missing in some.
    """
    completions: Callable[[Row], dict[str, str]]
    """Completions to a row by kind: right, wrong, unparsable, verbose, boxed, empty, and others."""
    theirs: Callable[[Any, Row, str], float | None]
    """lmms-eval's own score of one completion, by its task object's own code; None where it draws
    at random or asks a judge.
    """
    on_purpose: Callable[[Row, str], bool] = lambda row, text: False
    """Whether ours differs there by intent, for the reason that the benchmark's docstring gives."""

    def write(self, folder: Path) -> Path:
        """Write the rows as `FOLDER/NAME/SPLIT-00000-of-00001.parquet`; returns `FOLDER/NAME`."""
        import datasets

        own = folder / self.name
        own.mkdir(parents=True, exist_ok=True)
        table = datasets.Dataset.from_list(self.rows(), features=self.features())
        table.to_parquet(str(own / f"{self.split}-00000-of-00001.parquet"))
        return own


def picture(text: str, size: tuple[int, int] = (96, 72), kind: str = "PNG") -> dict[str, Any]:
    """A drawn picture that no other text shares, as a dataset holds it: `{bytes, path}`."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((2, 2, size[0] - 3, size[1] - 3), outline="black")
    draw.text((6, size[1] // 3), text[:14], fill="black")
    buffer = io.BytesIO()
    image.save(buffer, format=kind)
    return {"bytes": buffer.getvalue(), "path": None}
