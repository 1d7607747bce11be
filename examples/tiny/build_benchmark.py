"""Draws the tiny world's benchmark: 400 questions for every cell, on contents that no training
picture shows.

    python examples/tiny/build_benchmark.py --out examples/tiny/benchmark.parquet

Same seed, same pictures. A row: id, image (PNG), question, options (empty), target, answer_kind,
capability, image_type, content, and one column per condition knob (`bars`, `objects`, …), null
where the knob does not apply.
"""

import argparse
import io
from collections.abc import Iterator
from pathlib import Path

from datasets import Dataset, Features, Image, List, Value
from PIL.Image import Image as Picture
from rich.console import Console
from tqdm import tqdm

from generation.family import Drawing
from tiny_world.architecture import IMAGE_SIZE
from tiny_world.cells import Cell, all_cells, benchmark_drawing

TEXTS = ("id", "question", "target", "answer_kind", "capability", "image_type", "content")


def main() -> None:
    """Draw, write, say how much it became."""
    options = _options()
    cells = all_cells()
    knobs = sorted({knob for cell in cells for knob in cell.condition})
    rows = [
        _row(cell, index, drawing, knobs)
        for cell in tqdm(cells, desc="drawing")
        for index, drawing in enumerate(_drawings(cell, options.per_cell, options.seed))
    ]
    Dataset.from_list(rows, features=_features(knobs)).to_parquet(options.out)
    size = options.out.stat().st_size / 2**20
    Console().print(f"{len(rows)} questions of {len(cells)} cells, {size:.1f} MiB: {options.out}")


def _drawings(cell: Cell, count: int, seed: str) -> Iterator[Drawing]:
    """`count` drawings of which no two have the same pixels and question."""
    seen: set[tuple[bytes, str]] = set()
    attempt = 0
    while len(seen) < count:
        drawing = benchmark_drawing(cell, f"{seed}/{cell.name}/{attempt}", IMAGE_SIZE)
        attempt += 1
        key = (drawing.image.tobytes(), drawing.question)
        if key not in seen:
            seen.add(key)
            yield drawing


def _row(cell: Cell, index: int, drawing: Drawing, knobs: list[str]) -> dict[str, object]:
    return {
        "id": f"{cell.name}-{index:04d}",
        "image": {"bytes": png(drawing.image), "path": None},
        "question": drawing.question,
        "options": list(drawing.options),
        "target": drawing.target,
        "answer_kind": drawing.answer_kind,
        "capability": cell.plugin.capability,
        "image_type": cell.plugin.image_type,
        "content": drawing.content,
        **{knob: drawing.attributes.get(knob) for knob in knobs},
    }


def png(image: Picture) -> bytes:
    """The smallest lossless PNG: with a palette where the picture has few enough colours."""
    few = image.getcolors(maxcolors=256) is not None
    buffer = io.BytesIO()
    (image.quantize(256) if few else image).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _features(knobs: list[str]) -> Features:
    texts = {name: Value("string") for name in (*TEXTS, *knobs)}
    return Features({"image": Image(), "options": List(Value("string")), **texts})


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    here = Path(__file__).parent
    parser.add_argument("--out", type=Path, default=here / "benchmark.parquet")
    parser.add_argument("--per-cell", type=int, default=400, help="questions per cell")
    parser.add_argument("--seed", default="benchmark")
    return parser.parse_args()


if __name__ == "__main__":
    main()
