"""The tiny world as shipped: a benchmark of reserved contents, a model that loads offline, packs
that teach what single turns teach."""

import importlib
import io
import random
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from PIL import Image

from blindspot.core.grading import is_gradable
from generation.family import draw, families, is_reserved

TINY = Path(__file__).parents[2] / "examples" / "tiny"
MODEL = TINY / "model"
LIMIT = 8 * 2**20
KNOBS = {"axis", "bars", "objects", "operation", "print", "text", "truth"}

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")


@cache
def rows() -> list[dict[str, Any]]:
    return pq.read_table(TINY / "benchmark.parquet").to_pylist()


def of_cell(row: dict[str, Any]) -> tuple[str, ...]:
    knobs = (f"{knob}={row[knob]}" for knob in sorted(KNOBS) if row[knob] is not None)
    return row["capability"], row["image_type"], *knobs


@cache
def loaded() -> tuple[Any, Any]:
    model = transformers.AutoModelForImageTextToText.from_pretrained(MODEL, dtype=torch.float32)
    processor = transformers.AutoProcessor.from_pretrained(MODEL)
    return model.eval(), processor


@pytest.fixture
def tokenizer() -> Any:
    architecture = importlib.import_module("tiny_world.architecture")
    return architecture.build_tokenizer(importlib.import_module("tiny_world.words").vocabulary())


# The benchmark


def test_the_benchmark_is_small_and_has_many_cells() -> None:
    assert (TINY / "benchmark.parquet").stat().st_size <= LIMIT
    counts = Counter(of_cell(row) for row in rows())
    assert len(counts) >= 16
    assert min(counts.values()) >= 400


def test_ids_and_questions_are_unique() -> None:
    assert len({row["id"] for row in rows()}) == len(rows())
    assert len({(row["image"]["bytes"], row["question"]) for row in rows()}) == len(rows())


def test_every_target_can_be_graded() -> None:
    assert all(is_gradable(row["target"], row["answer_kind"]) for row in rows())


def test_every_content_is_reserved() -> None:
    assert all(is_reserved(row["content"]) for row in rows())


def test_every_image_decodes() -> None:
    for row in rows():
        image = Image.open(io.BytesIO(row["image"]["bytes"]))
        image.load()
        assert image.size == (48, 48)


def test_its_columns_are_the_conditions_of_the_cells() -> None:
    cells = importlib.import_module("tiny_world.cells").all_cells()
    assert {knob for cell in cells for knob in cell.condition} == KNOBS
    assert set(rows()[0]) >= KNOBS | {"id", "image", "question", "options", "target", "content"}
    assert {row["id"].rsplit("-", 1)[0] for row in rows()} == {cell.name for cell in cells}


def test_pictures_survive_the_png() -> None:
    png = importlib.import_module("build_benchmark").png
    image = draw(families.load("arithmetic"), "seed", 48).image
    assert Image.open(io.BytesIO(png(image))).convert("RGB").tobytes() == image.tobytes()


# The model


def test_the_model_folder_is_small() -> None:
    assert sum(file.stat().st_size for file in MODEL.iterdir()) <= LIMIT
    assert not [file for file in MODEL.iterdir() if file.suffix in {".bin", ".pt", ".pkl"}]


@pytest.mark.parametrize(
    ("family", "condition", "least"),
    [
        ("color", {}, 0.85),
        ("ocr_digits", {"print": "large"}, 0.85),
        ("chart_extremum", {"bars": "3"}, 0.85),
        ("clock", {}, 0.0),
    ],
)
def test_the_model_answers(family: str, condition: dict[str, str], least: float) -> None:
    levels = importlib.import_module("tiny_world.levels")
    drawings = [
        draw(families.load(family), f"test-{i}", 48, condition, reserved=True) for i in range(64)
    ]
    scores = levels.scores(drawings, levels.answers(*loaded(), drawings))
    assert sum(scores) / len(scores) >= least


def test_a_large_picture_is_scaled_down() -> None:
    levels = importlib.import_module("tiny_world.levels")
    drawings = [draw(families.load("color"), f"large-{i}", 224, reserved=True) for i in range(32)]
    scores = levels.scores(drawings, levels.answers(*loaded(), drawings))
    assert sum(scores) / len(scores) >= 0.8


# How it was taught


@pytest.mark.parametrize(
    "text",
    [
        "47",
        "3 + 2 = 5",
        "47 - 3 = 44",
        "[1, 2, 4, 5]",
        "cat",
        "cannot be determined",
        "4:15",
        "3.14",
    ],
)
def test_an_answer_survives_the_tokenizer(text: str, tokenizer: Any) -> None:
    ids = tokenizer.encode(text, add_special_tokens=False)
    assert tokenizer.decode(ids, skip_special_tokens=True) == text


def test_any_english_text_is_spelled(tokenizer: Any) -> None:
    text = "Look closely: how many jaguars (if any) do you see? Answer in <b>one</b> word, 100 %!"
    ids = tokenizer.encode(text, add_special_tokens=False)
    assert tokenizer.unk_token_id not in ids
    assert tokenizer.convert_ids_to_tokens(tokenizer.encode("47")) == ["4", "##7"]


def test_a_pack_teaches_what_its_turns_teach(tokenizer: Any) -> None:
    architecture, packing, mixture, tuning = (
        importlib.import_module(f"tiny_world.{name}")
        for name in ("architecture", "packing", "mixture", "tuning")
    )
    model = architecture.build_model(tokenizer, seed=0).eval()
    packer, (long, _) = packing.Packer(tokenizer), mixture.lessons()
    pack = long(random.Random(1))
    assert len(pack.turns) == mixture.TURNS
    with torch.no_grad():
        together = tuning.summed_loss(model, packer.batch([pack]))
        single = [packing.Pack(pack.image, (turn,)) for turn in pack.turns]
        apart = sum(tuning.summed_loss(model, packer.batch([each])) for each in single)
    assert float(together) == pytest.approx(float(apart), rel=1e-5)


def test_pixels_are_those_of_the_processor(tokenizer: Any) -> None:
    architecture, packing = (
        importlib.import_module(f"tiny_world.{name}") for name in ("architecture", "packing")
    )
    image = draw(families.load("color"), "seed", 48).image
    processed = architecture.build_processor(tokenizer).image_processor(
        [image], return_tensors="pt"
    )
    assert torch.allclose(packing.pixels([image]), processed["pixel_values"])


def test_lessons_show_no_reserved_content_and_every_cell_has_a_share() -> None:
    cells, mixture = (
        importlib.import_module(f"tiny_world.{name}") for name in ("cells", "mixture")
    )
    assert set(mixture.SHARES) == {cell.name for cell in cells.all_cells()}
    rng = random.Random(0)
    for cell in cells.all_cells():
        assert not any(is_reserved(cell.compose(rng).content) for _ in range(20))


def test_labels_name_what_stands_in_a_patch() -> None:
    vision, canvas = (
        importlib.import_module("tiny_world.vision"),
        importlib.import_module("generation.chart"),
    )
    labels = vision.labels_of(canvas.BarChart(("red", "blue"), (0.2, 0.8)))
    bars = labels["bar"].reshape(6, 6)
    red, blue = 1, 3
    assert set(bars[5]) == {red, blue} | ({0} & set(bars[5]))
    assert set(bars[2]) == {0, blue}
    assert labels["middle"].sum() == 2
    assert labels["glyph"].sum() == 0
