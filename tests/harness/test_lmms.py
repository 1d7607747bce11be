"""The door to lmms-eval: which bytes are sent, and what its tasks may not change."""

import io
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bench import eleven
from blindspot.core.errors import ConfigError
from blindspot.core.images import pixels
from harness import lmms
from harness.benchmark import benchmarks
from harness.lmms_benchmark import LmmsBenchmark, OpenedTask
from harness.settings import BenchmarkSettings


@pytest.fixture(scope="module")
def mmmu(tmp_path_factory: pytest.TempPathFactory) -> OpenedTask:
    root = tmp_path_factory.mktemp("mmmu")
    benchmark = benchmarks.load("mmmu")
    assert isinstance(benchmark, LmmsBenchmark)
    path = eleven.load("mmmu").write(root)
    return benchmark.open(BenchmarkSettings(name="mmmu", path=path), root / "lock")


def picture(mode: str, kind: str, **options: Any) -> dict[str, Any]:
    buffer = io.BytesIO()
    color = {"L": 9, "P": 3, "1": 1, "I;16": 40000, "RGB": (9, 8, 7), "CMYK": (1, 2, 3, 4)}
    image = Image.new(mode, (12, 8), color.get(mode, (9, 8, 7, 200)))
    image.save(buffer, format=kind, **options)
    return {"bytes": buffer.getvalue(), "path": None}


def opened(data: dict[str, Any]) -> Any:
    return lmms.with_pictures({"image": data})["image"]


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("RGB", "PNG"), ("RGB", "JPEG"), ("L", "PNG"), ("RGBA", "PNG"), ("I;16", "PNG")],
)
def test_what_a_task_leaves_alone_is_handed_on_undecoded(mode: str, kind: str) -> None:
    data = picture(mode, kind)
    image = opened(data)
    assert lmms._encoded(image.convert("RGB")) == data["bytes"]
    assert not image.decoded


@pytest.mark.parametrize(
    ("mode", "kind"), [("RGBA", "PNG"), ("P", "PNG"), ("I;16", "PNG"), ("CMYK", "JPEG")]
)
def test_a_task_that_looks_sees_what_the_store_shows(mode: str, kind: str) -> None:
    data = picture(mode, kind)
    image = opened(data)
    assert (image.mode, image.tobytes()) == ("RGB", pixels(data["bytes"]).tobytes())
    with Image.open(io.BytesIO(lmms._encoded(image.convert("RGB")))) as png:
        assert png.tobytes() == pixels(data["bytes"]).tobytes()


def test_a_task_that_changes_the_picture_sends_what_it_made() -> None:
    data = picture("RGB", "PNG")
    image = opened(data)
    halved = image.convert("RGB").resize((6, 4))
    with Image.open(io.BytesIO(lmms._encoded(halved))) as png:
        assert png.size == (6, 4)
    painted = opened(data)
    painted.paste((255, 0, 0), (0, 0, 3, 3))
    with Image.open(io.BytesIO(lmms._encoded(painted.convert("RGB")))) as png:
        assert png.getpixel((1, 1)) == (255, 0, 0)


def test_a_picture_that_is_none_is_that_samples_failure(mmmu: OpenedTask) -> None:
    row = dict(next(r for r in mmmu.task.rows if "<image 1>" in r["question"]))
    item = mmmu._item("x", row | {"image_1": None}, 1)
    assert item.failure is not None
    assert (item.failure.kind, item.pictures) == ("image", ())
    broken = row | {"image_1": {"bytes": b"no picture", "path": None}}
    assert mmmu._item("x", broken, 1).failure is not None


def test_the_environment_changes_no_prompt_and_is_left_as_it_was(
    mmmu: OpenedTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = next(iter(mmmu.task.rows))
    before = mmmu.task.prompt(row)
    monkeypatch.setenv("NUM_IMAGE", "2")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert mmmu.task.prompt(row) == before
    assert os.environ["NUM_IMAGE"] == "2"
    assert "OPENAI_API_KEY" not in os.environ


def test_unknown_tasks_and_groups() -> None:
    with pytest.raises(ConfigError, match="Did you mean 'mmstar'"):
        lmms.config_of("mmstarr")
    with pytest.raises(ConfigError, match="there is no such task"):
        lmms.config_of(str(Path("nowhere.yaml")))
    with pytest.raises(ConfigError, match="group of tasks"):
        lmms.config_of("mmmu")
