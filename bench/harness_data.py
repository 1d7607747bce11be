"""What the arms of `bench.harness` read: pictures as files, one parquet of them for blindspot and
lmms-eval alike, lmms-eval's task folder, blindspot's config.

    pictures/000000.png …   data.parquet   task/bench.yaml   task/utils.py   config.toml

All of it follows from a `Kind` and a seed; what is there already is not drawn again.
"""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image, ImageDraw

from bench.bare_client import MAX_TOKENS
from bench.endpoint import question, target
from bench.lmms_arm import TASK

PictureKind = Literal["tiny", "photo"]

_FEATURES: Final = {
    "id": {"dtype": "string", "_type": "Value"},
    "question": {"dtype": "string", "_type": "Value"},
    "target": {"dtype": "string", "_type": "Value"},
    "answer_kind": {"dtype": "string", "_type": "Value"},
    "image": {"_type": "Image"},
}
_PICTURE: Final = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
_SCHEMA: Final = pa.schema(
    [(name, _PICTURE if name == "image" else pa.string()) for name in _FEATURES],
    metadata={"huggingface": json.dumps({"info": {"features": _FEATURES}})},
)
_BATCH: Final = 500

_YAML: Final = """\
task: {task}
dataset_path: parquet
dataset_kwargs:
  data_files:
    test: {parquet}
test_split: test
output_type: generate_until
doc_to_visual: !function utils.doc_to_visual
doc_to_text: !function utils.doc_to_text
doc_to_target: target
generation_kwargs:
  max_new_tokens: {max_tokens}
  temperature: 0
  do_sample: false
process_results: !function utils.process_results
metric_list:
  - metric: accuracy
    aggregation: mean
    higher_is_better: true
metadata:
  - version: 0.0
"""
_UTILS: Final = '''\
"""As lmms-eval's own tasks do it: the picture in RGB, the last number of the answer."""

import re


def doc_to_visual(doc):
    return [doc["image"].convert("RGB")]


def doc_to_text(doc, lmms_eval_specific_kwargs=None):
    return doc["question"]


def process_results(doc, results):
    numbers = re.findall(r"-?\\d+", results[0])
    return {"accuracy": float(bool(numbers) and numbers[-1] == doc["target"])}
'''
_CONFIG: Final = """\
name = "bench"

[model]
backend = "openai_api"
model = "mock"
base_urls = ["{url}"]
concurrency = {concurrency}

[[evaluation.benchmarks]]
name = "pictures"
path = {parquet}

[evaluation]
min_coverage = 0

[evaluation.sampling]
max_tokens = {max_tokens}
"""


@dataclass(frozen=True)
class Kind:
    """One data set."""

    picture: PictureKind
    """Icons of 32×32 or photos of 1024×768."""
    samples: int
    """Rows."""
    pictures: int
    """Distinct pictures; row n shows picture n modulo this."""


@dataclass(frozen=True)
class Data:
    """A data set on disk."""

    folder: Path
    kind: Kind

    @property
    def pictures(self) -> Path:
        """One file per picture, in the order of the rows."""
        return self.folder / "pictures"

    @property
    def parquet(self) -> Path:
        """All rows, pictures included."""
        return self.folder / "data.parquet"

    @property
    def task(self) -> Path:
        """lmms-eval's `include_path`."""
        return self.folder / "task"

    def config(self, url: str, concurrency: int) -> str:
        """blindspot's config."""
        return _CONFIG.format(
            url=url,
            concurrency=concurrency,
            parquet=json.dumps(str(self.parquet)),
            max_tokens=MAX_TOKENS,
        )


def make(root: Path, kind: Kind) -> Data:
    """The data set under `root`, drawn if it is not there."""
    name = f"{kind.picture}-{kind.samples}-{kind.pictures}"
    data = Data((root / name).resolve(), kind)
    data.task.mkdir(parents=True, exist_ok=True)
    yaml = _YAML.format(task=TASK, parquet=data.parquet, max_tokens=MAX_TOKENS)
    (data.task / "bench.yaml").write_text(yaml)
    (data.task / "utils.py").write_text(_UTILS)
    if not data.parquet.is_file():
        _draw(data)
    return data


def _draw(data: Data) -> None:
    kind = data.kind
    data.pictures.mkdir(exist_ok=True)
    draw, suffix = _DRAW[kind.picture]
    pictures = [draw(np.random.default_rng(seed)) for seed in range(kind.pictures)]
    for number, picture in enumerate(pictures):
        (data.pictures / f"{number:06d}.{suffix}").write_bytes(picture)
    unfinished = data.parquet.with_suffix(".tmp")
    with pq.ParquetWriter(unfinished, _SCHEMA) as writer:
        for rows in _batches(kind.samples, pictures):
            writer.write_table(pa.Table.from_pylist(rows, schema=_SCHEMA))
    unfinished.rename(data.parquet)


def _batches(samples: int, pictures: list[bytes]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, samples, _BATCH):
        yield [
            {
                "id": f"sample-{n:06d}",
                "question": question(n),
                "target": target(n),
                "answer_kind": "number",
                "image": {"bytes": pictures[n % len(pictures)], "path": None},
            }
            for n in range(start, min(start + _BATCH, samples))
        ]


def icon(rng: np.random.Generator) -> bytes:
    """A PNG of 32×32: sixteen blocks of random colours."""
    blocks = rng.integers(0, 256, (4, 4, 3), dtype=np.uint8)
    return _encoded(Image.fromarray(blocks.repeat(8, axis=0).repeat(8, axis=1)), "PNG")


def photo(rng: np.random.Generator) -> bytes:
    """A JPEG of 1024×768 at quality 90: smooth light of several scales, shapes, grain."""
    size = (1024, 768)
    light = np.zeros((size[1], size[0], 3), dtype=np.float32)
    for scale, weight in ((4, 1.0), (16, 0.5), (64, 0.25), (256, 0.15)):
        coarse = rng.integers(0, 256, (scale * 3 // 4, scale, 3), dtype=np.uint8)
        smooth = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
        light += weight * np.asarray(smooth, dtype=np.float32)
    scene = Image.fromarray((light / 1.9).astype(np.uint8))
    _shapes(scene, rng)
    grain = rng.normal(0, 6, light.shape).astype(np.float32)
    grained = np.clip(np.asarray(scene, dtype=np.float32) + grain, 0, 255)
    return _encoded(Image.fromarray(grained.astype(np.uint8)), "JPEG", quality=90)


def _shapes(scene: Image.Image, rng: np.random.Generator, count: int = 12) -> None:
    draw = ImageDraw.Draw(scene)
    for number in range(count):
        x, y, w, h = rng.integers((0, 0, 40, 40), (900, 650, 300, 250)).tolist()
        colour = tuple(rng.integers(0, 256, 3).tolist())
        shape = draw.ellipse if number % 2 else draw.rectangle
        shape((x, y, x + w, y + h), fill=colour)


def _encoded(picture: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


_DRAW: Final[dict[PictureKind, tuple[Callable[[np.random.Generator], bytes], str]]] = {
    "tiny": (icon, "png"),
    "photo": (photo, "jpg"),
}
