"""What leaves a training set, in which columns, and what must stay behind."""

import io
import json

import pyarrow.parquet as pq
import pytest
from PIL import Image

from blindspot.core.artifact import write_text
from blindspot.core.errors import DataError, UnknownNameError, UsageError
from blindspot.core.records import NegativePair, TrainingSample
from blindspot.core.tables import write_records
from blindspot.core.training_set import Outcomes, TrainingSetArtifact
from generation.attribution import attribution, parts
from generation.exporting import export, exports

BY = "CC-BY-4.0"
NAMED = "Harbour, at dawn, A. Author, https://example.org/1"


def made(world, *samples: TrainingSample, pairs: list[NegativePair] | None = None):
    draft = world.drafted(samples)
    write_text(draft.path / "outcomes.json", Outcomes(cells=()).model_dump_json())
    if pairs is not None:
        write_records(draft.path / "negatives.parquet", pairs, NegativePair)
    return TrainingSetArtifact(draft.publish().path)


def rows(path):
    return pq.read_table(path).to_pylist()


def test_a_dataset_folder_that_datasets_loads(world):
    datasets = pytest.importorskip("datasets")
    training_set = made(
        world,
        world.example(0),
        world.example(1, options=("a", "b"), answer_kind="choice", target="B"),
        world.example(2, split="validation"),
        world.example(3, split="canary"),
    )
    found = export(training_set, "parquet", world.root / "out")
    assert found.written == {"train": 2, "validation": 1, "canary": 1}
    assert found.left_out == {}
    loaded = datasets.load_dataset(str(world.root / "out"), cache_dir=str(world.root / "cache"))
    assert {name: len(split) for name, split in loaded.items()} == found.written
    second = loaded["train"][1]
    assert (second["target"], second["options"]) == ("B", ["a", "b"])
    assert second["images"][0].size == (41, 30)
    card = (world.root / "out" / "README.md").read_text()
    assert "canary` must never be trained on" in card
    assert training_set.artifact.digest in card
    assert not list(world.root.glob(".out*"))


def test_what_may_not_be_passed_on_stays(world):
    web = {"source": "web:openverse https://example.org/1", "attribution": NAMED}
    training_set = made(
        world,
        world.example(0),
        world.example(1, licence=BY, **web),
        world.example(2, licence=BY, **{**web, "attribution": " "}),
        world.example(3, licence="", **web),
        world.example(4, licence="NOASSERTION", **web),
        world.example(5, licence="CC0-1.0", source="pool:a.png"),
        world.example(6, source="pool:b.png"),
    )
    found = export(training_set, "parquet", world.root / "out")
    assert found.written == {"train": 3}
    assert found.left_out == {"no attribution": 1, "unknown licence": 3}
    ids = [r["id"].rpartition("/")[2] for r in rows(world.root / "out" / "train" / "0000.parquet")]
    assert ids == ["0", "1", "5"]
    page = (world.root / "out" / "ATTRIBUTION.md").read_text()
    assert "of 1 samples were drawn by program" in page
    assert "| 1 | Harbour, at dawn | A. Author | https://example.org/1 | CC-BY-4.0 | web |" in page
    assert "- CC0-1.0: https://creativecommons.org/publicdomain/zero/1.0/" in page
    card = (world.root / "out" / "README.md").read_text()
    assert "license: other" in card
    assert "no attribution 1, unknown licence 3" in card


def test_rows_for_easyr1_and_verl(world):
    datasets = pytest.importorskip("datasets")
    two = world.example(9).images + world.example(8).images
    training_set = made(
        world,
        world.example(0),
        world.example(1, images=two, prompt="Is <image> like <image>?"),
        world.example(2, prompt="What does <image> mean? <image> is a tag"),
        world.example(3, prompt="Play <video>."),
        world.example(4, split="validation", options=("x", "y"), answer_kind="choice", target="A"),
        world.example(5, split="canary"),
    )
    found = export(training_set, "verl", world.root / "out")
    assert found.written == {"train": 2, "validation": 1}
    assert found.left_out == {"says <image> or <video> itself": 2}
    assert not (world.root / "out" / "canary.parquet").exists()
    plain, both = rows(world.root / "out" / "train.parquet")
    assert (plain["problem"], plain["answer"]) == ("<image>How many?", "3")
    assert plain["prompt"] == [{"role": "user", "content": "<image>How many?"}]
    assert plain["reward_model"] == {"style": "rule", "ground_truth": "3"}
    assert plain["ability"] == "counting/geometric"
    assert both["problem"] == "Is <image> like <image>?"
    assert both["problem"].count("<image>") == len(both["images"]) == 2
    assert both["extra_info"]["index"] == 1
    files = str(world.root / "out" / "validation.parquet")
    loaded = datasets.load_dataset("parquet", data_files=files, cache_dir=str(world.root / "c"))
    row = loaded["train"][0]
    assert row["extra_info"]["options"] == ["x", "y"]
    assert row["extra_info"]["answer_kind"] == "choice"
    assert row["images"][0].size == (44, 30)


def pair(training_sample: TrainingSample, rejected: str) -> NegativePair:
    return NegativePair(
        sample_id=training_sample.id,
        chosen=training_sample.target,
        rejected=rejected,
        how="distorted image",
        distortion="mask",
    )


def test_preference_pairs_in_trls_format(world):
    first, second = world.example(0), world.example(1)
    held, canary = world.example(2, split="validation"), world.example(3, split="canary")
    pairs = [pair(first, "4"), pair(held, "5"), pair(first, "6"), pair(canary, "7")]
    training_set = made(world, first, second, held, canary, pairs=pairs)
    export(training_set, "dpo", world.root / "out")
    found = rows(world.root / "out" / "train.parquet")
    assert [r["rejected"][0]["content"][0]["text"] for r in found] == ["4", "6"]
    assert found[0]["chosen"] == [{"role": "assistant", "content": [{"type": "text", "text": "3"}]}]
    content = found[0]["prompt"][0]["content"]
    assert [(part["type"], part["text"]) for part in content] == [
        ("image", None),
        ("text", "How many?"),
    ]
    assert Image.open(io.BytesIO(found[0]["images"][0]["bytes"])).size == (40, 30)
    assert len(rows(world.root / "out" / "validation.parquet")) == 1
    assert "| train | 2 |" in (world.root / "out" / "README.md").read_text()


def test_pairs_load_with_their_pictures(world):
    datasets = pytest.importorskip("datasets")
    only = world.example(0)
    export(made(world, only, pairs=[pair(only, "4")]), "dpo", world.root / "out")
    assert not (world.root / "out" / "validation.parquet").exists()
    files = str(world.root / "out" / "train.parquet")
    loaded = datasets.load_dataset("parquet", data_files=files, cache_dir=str(world.root / "c"))
    row = loaded["train"][0]
    assert row["images"][0].size == (40, 30)
    assert [part["type"] for part in row["prompt"][0]["content"]] == ["image", "text"]


def test_pairs_need_negatives(world):
    with pytest.raises(DataError, match=r"negatives\.parquet"):
        export(made(world, world.example(0)), "dpo", world.root / "out")
    assert not (world.root / "out").exists()
    assert not list(world.root.glob(".out*"))


def test_nothing_is_written_over(world):
    training_set = made(world, world.example(0))
    (world.root / "out").mkdir()
    export(training_set, "parquet", world.root / "out")
    kept = (world.root / "out" / "README.md").read_bytes()
    with pytest.raises(UsageError, match="something is there already"):
        export(training_set, "verl", world.root / "out")
    assert (world.root / "out" / "README.md").read_bytes() == kept


def test_equal_training_sets_give_equal_files(world):
    training_set = made(world, world.example(0), world.example(1))
    for name in exports.names():
        if name != "dpo":
            first, again = (world.root / f"{name}-{i}" for i in range(2))
            export(training_set, name, first)
            export(training_set, name, again)
            files = sorted(p.relative_to(first) for p in first.rglob("*.parquet"))
            assert files
            assert all((first / f).read_bytes() == (again / f).read_bytes() for f in files)


def test_an_unknown_format(world):
    with pytest.raises(UnknownNameError, match="Did you mean 'parquet'"):
        export(made(world, world.example(0)), "parqet", world.root / "out")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Harbour, A. Author, https://a.org/x", ("Harbour", "A. Author", "https://a.org/x")),
        ("A, b, c, A. Author, https://a.org", ("A, b, c", "A. Author", "https://a.org")),
        ("Harbour", ("Harbour", "", "")),
        ("https://a.org", ("", "", "https://a.org")),
        ("Harbour, A. Author", ("Harbour", "A. Author", "")),
        ("", ("", "", "")),
    ],
)
def test_title_author_and_address(text, expected):
    assert parts(text) == expected


def test_hostile_titles_are_no_markup():
    title = "a | b](javascript:x) <img src=x>\n# big"
    page = attribution({("web", BY, f"{title}, me, https://a.org"): 2})
    row = next(line for line in page.splitlines() if "me" in line)
    assert row.startswith("| 2 | a \\| b\\](javascript:x) \\<img src=x\\> \\# big | me |")
    assert json.dumps(page).count("\\n# ") == 0
