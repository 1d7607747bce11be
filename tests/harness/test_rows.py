"""A benchmark's data from a folder as the hub has it, or what is wrong with it."""

from pathlib import Path

import datasets
import pytest
from huggingface_hub import HfApi

from bench.eleven.fixture import picture
from blindspot.core.errors import DataError
from harness import rows
from harness.benchmark import Facts
from harness.settings import BenchmarkSettings

FACTS = Facts(title="T", size=2, licence="", paper="", dataset="org/data", split="val")


def write(folder: Path, name: str = "val-00000-of-00001.parquet") -> BenchmarkSettings:
    features = datasets.Features(
        {
            "q": datasets.Value("string"),
            "image": datasets.Image(),
            "more": datasets.List(datasets.Image()),
        }
    )
    table = [{"q": str(i), "image": picture(f"p{i}"), "more": [picture("m")] * i} for i in range(2)]
    folder.mkdir(parents=True, exist_ok=True)
    datasets.Dataset.from_list(table, features=features).to_parquet(str(folder / name))
    return BenchmarkSettings(name="b", path=folder)


def test_pictures_come_as_the_bytes_that_were_written(tmp_path: Path) -> None:
    loaded = rows.load(write(tmp_path / "d"), FACTS, tmp_path / "lock")
    assert loaded[1]["image"]["bytes"] == picture("p1")["bytes"]
    assert loaded[1]["more"][0]["bytes"] == picture("m")["bytes"]


def test_one_file_and_a_folder_that_names_no_split(tmp_path: Path) -> None:
    folder = write(tmp_path / "d", "anything.parquet")
    assert len(rows.load(folder, FACTS, tmp_path / "lock")) == 2
    one = BenchmarkSettings(name="b", path=tmp_path / "d" / "anything.parquet")
    assert len(rows.load(one, FACTS, tmp_path / "lock")) == 2


def test_a_configuration_that_the_card_names(tmp_path: Path) -> None:
    settings = write(tmp_path / "d" / "mini")
    card = (
        "---\nconfigs:\n- config_name: mini\n  data_files:\n  - split: val\n    path: mini/*\n---\n"
    )
    (tmp_path / "d" / "README.md").write_text(card)
    settings = settings.model_copy(update={"path": tmp_path / "d"})
    assert len(rows.load(settings, FACTS, tmp_path / "lock", config="mini")) == 2


def test_changed_files_are_refused_by_the_lock(tmp_path: Path) -> None:
    settings = write(tmp_path / "d")
    first = rows.digest(settings, FACTS, tmp_path / "lock")
    assert rows.digest(settings, FACTS, tmp_path / "lock") == first
    (tmp_path / "d" / "more.txt").write_text("x")
    with pytest.raises(DataError, match=r"not what .*lock holds"):
        rows.digest(settings, FACTS, tmp_path / "lock")


def test_missing_columns_and_missing_data(tmp_path: Path) -> None:
    settings = write(tmp_path / "d")
    loaded = rows.load(settings, FACTS, tmp_path / "lock")
    with pytest.raises(DataError, match=r"no column 'answer' \(it has q, image, more\)"):
        rows.require(loaded, ("q", "answer"), settings)
    nowhere = BenchmarkSettings(name="b", path=tmp_path / "nowhere")
    with pytest.raises(DataError, match="no such file or folder"):
        rows.digest(nowhere, FACTS, tmp_path / "lock")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"hf download --repo-type dataset org/data"):
        rows.load(BenchmarkSettings(name="b", path=tmp_path / "empty"), FACTS, tmp_path / "l")


def test_the_hubs_revision_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"sha": "abc"}
    monkeypatch.setattr(HfApi, "dataset_info", lambda self, name: type("I", (), found))
    settings = BenchmarkSettings(name="b")
    assert rows.digest(settings, FACTS, tmp_path / "lock") == "abc"
    found["sha"] = "moved on"
    assert rows.digest(settings, FACTS, tmp_path / "lock") == "abc"


def test_no_hub_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(self, name):
        raise OSError("no route to host")

    monkeypatch.setattr(HfApi, "dataset_info", unreachable)
    with pytest.raises(DataError, match=r"no route to host.*--data"):
        rows.digest(BenchmarkSettings(name="b"), FACTS, tmp_path / "lock")
