"""What a run will ask and take: arithmetic by hand, figures that hold as they say, and nothing
asked of the hub.
"""

import json
import socket
import struct
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from blindspot import estimates, footprint, loads
from blindspot.core.images import encode
from blindspot.core.model import ModelSettings
from blindspot.counting import Prompt
from blindspot.footprint import Fixed, Footprint, Patches
from blindspot.loads import Demand
from blindspot.settings import Config
from blindspot.validation import checks
from harness import judge

TINY = Path(__file__).parents[2] / "examples" / "tiny" / "model"
QWEN = "Qwen/Qwen2.5-VL-7B-Instruct"
PLAIN = Footprint("mine", pictures=Fixed(36))
TWO = (Prompt("x" * 8, ((48, 48),)), Prompt("x" * 5, ((48, 48), (9, 9))))


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No address is called, and the hub's cache is empty."""

    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))


def config(model: dict[str, Any], **evaluation: Any) -> Config:
    given = {"suite": "eleven", **evaluation}
    return Config.model_validate({"name": "n", "model": model, "evaluation": given})


def said(config: Config, *demands: Demand) -> str:
    return "\n".join(estimates.lines(config, demands))


# Pictures


@pytest.mark.parametrize(
    ("patches", "size", "tokens"),
    [
        (Patches(28, 3136, 12_845_056), (1000, 600), 36 * 21),  # 35.7 and 21.4 squares
        (Patches(28, 262_144, 4_194_304), (4000, 3000), 84 * 63),  # reduced by 1.6915
        (Patches(28, 262_144, 4_194_304), (100, 100), 19 * 19),  # enlarged to 512: 18.3 squares
        (Patches(32, 262_144, 4_194_304), (2048, 2048), 64 * 64),
        (Fixed(36), (1000, 600), 36),
    ],
)
def test_tokens_of_a_picture(patches: Patches | Fixed, size: tuple[int, int], tokens: int) -> None:
    assert patches.tokens(*size) == tokens


@settings(deadline=None)  # the first example imports transformers
@given(
    st.sampled_from([28, 32]),
    st.integers(1, 9000),
    st.integers(1, 9000),
    st.integers(1, 3_000_000),
    st.integers(1, 3_000_000),
)
def test_tokens_are_those_of_transformers(
    edge: int, width: int, height: int, less: int, more: int
) -> None:
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import smart_resize

    assume(max(width, height) <= 200 * min(width, height))
    patches = Patches(edge, less, less + more)
    down, across = smart_resize(height, width, edge, less, less + more)
    assert patches.tokens(width, height) == (down // edge) * (across // edge)
    assert patches.tokens(width, height) <= patches.most


def test_tokens_of_prompts() -> None:
    assert loads.picture_tokens(((48, 48), (9, 9)), Fixed(36)) == 72
    assert loads.picture_tokens((), None) == 0
    assert loads.picture_tokens(((48, 48),), None) is None


# Checkpoints


def test_what_is_kept_of_a_token() -> None:
    text = {"num_hidden_layers": 28, "num_attention_heads": 28, "hidden_size": 3584}
    grouped = text | {"num_key_value_heads": 4}
    assert footprint.cached_numbers(grouped) == 2 * 28 * 4 * 128
    assert footprint.cached_numbers({"text_config": text}) == 2 * 28 * 28 * 128
    assert footprint.cached_numbers(grouped | {"head_dim": 64}) == 2 * 28 * 4 * 64
    assert footprint.cached_numbers({"model_type": "unheard-of"}) is None


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        (QWEN, 7_000_000_000),
        ("Qwen/Qwen3-VL-30B-A3B-Instruct", 30_000_000_000),
        ("HuggingFaceTB/SmolVLM2-2.2B-Instruct", 2_200_000_000),
        ("mistralai/Mixtral-8x7B", None),
        ("org7B/model", None),
    ],
)
def test_what_a_name_says(name: str, parameters: int | None) -> None:
    assert footprint.billions(name) == parameters


def safetensors(file: Path, **shapes: list[int]) -> None:
    tensors = {name: {"dtype": "BF16", "shape": shape} for name, shape in shapes.items()}
    header = json.dumps({"__metadata__": {"format": "pt"}, **tensors}).encode()
    file.write_bytes(struct.pack("<Q", len(header)) + header)


def test_parameters_from_headers_or_the_index(tmp_path: Path) -> None:
    found = lambda: footprint.footprint(ModelSettings(checkpoint=str(tmp_path)))  # noqa: E731
    (tmp_path / "config.json").write_text('{"torch_dtype": "bfloat16"}')
    assert (found().parameters, found().complete) == (None, False)
    index = {
        "metadata": {"total_size": 200},
        "weight_map": {"a": "1.safetensors", "b": "2.safetensors"},
    }
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    safetensors(tmp_path / "1.safetensors", a=[3, 4], scalar=[])
    assert (found().parameters, found().complete) == (100, False)
    safetensors(tmp_path / "2.safetensors", b=[5])
    assert (found().parameters, found().complete) == (18, True)
    (tmp_path / "2.safetensors").write_text("version https://git-lfs.github.com/spec/v1")
    assert found().parameters == 100


def test_limits_of_the_config_stand_before_those_of_the_files(tmp_path: Path) -> None:
    processor = {"patch_size": 14, "merge_size": 2, "min_pixels": 3136, "max_pixels": 12_845_056}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(processor))
    own = footprint.footprint(ModelSettings(checkpoint=str(tmp_path)))
    assert own.pictures == Patches(28, 3136, 12_845_056)
    set_ = ModelSettings(checkpoint=str(tmp_path), max_pixels=1_000_000)
    assert footprint.footprint(set_).pictures == Patches(28, 3136, 1_000_000)


def test_a_checkpoint_in_the_hubs_cache(tmp_path: Path) -> None:
    """Its small files alone, as `hf download --include "*.json"` leaves them."""
    root = tmp_path / "hub" / "models--Qwen--Qwen2.5-VL-7B-Instruct"
    snapshot = root / "snapshots" / ("0" * 40)
    snapshot.mkdir(parents=True)
    (root / "refs").mkdir()
    (root / "refs" / "main").write_text("0" * 40)
    text = {"num_hidden_layers": 28, "num_attention_heads": 28, "num_key_value_heads": 4}
    (snapshot / "config.json").write_text(
        json.dumps(text | {"hidden_size": 3584, "torch_dtype": "bfloat16"})
    )
    index = {"metadata": {"total_size": 16_000_000_000}, "weight_map": {"a": "1.safetensors"}}
    (snapshot / "model.safetensors.index.json").write_text(json.dumps(index))
    whole = config({"checkpoint": QWEN, "dtype": "bfloat16", "batch_size": 4})
    text = said(whole, Demand("b", 2, (Prompt("x" * 400), Prompt("x" * 40))))
    assert "download: 16.0 GB of weights" in text
    assert "weights 16.0 GB (8,000,000,000 parameters in its files, 2 bytes each)" in text
    # 2 × 28 layers × 4 heads × 128 numbers × 2 bytes; 400 characters and 4,096 tokens of an answer
    assert "at most 962.5 MB (4 requests at once × 4,196 tokens × 57,344 bytes)" in text
    assert "weights 16.0 GB" not in said(config({"checkpoint": "Qwen/Qwen3-VL-8B-Thinking"}))


# What is asked


def test_a_load_that_is_counted() -> None:
    found = loads.load(Demand("b", 2, TWO), PLAIN, lambda prompts: [10, 20], 3)
    assert (found.requests, found.words, found.pictures) == (6, 90, 3 * 36 * 3)
    assert (found.longest, found.holds) == (20 + 72, "exactly")


def test_a_load_without_a_tokenizer() -> None:
    found = loads.load(Demand("b", 2, TWO), PLAIN, None, 1)
    assert (found.words, found.holds) == (2 + 2, "about")
    refused = loads.load(Demand("b", 2, TWO), PLAIN, lambda prompts: None, 1)
    assert refused == found
    unknown = loads.load(Demand("b", 2, TWO), Footprint("m"), lambda prompts: [1, 1], 1)
    assert (unknown.pictures, unknown.holds) == (None, "about")


def test_a_load_whose_data_is_not_here() -> None:
    found = loads.load(Demand("b", 5), PLAIN, None, 2)
    assert (found.requests, found.words, found.pictures) == (10, None, 360)
    assert found.holds == "at most"
    nothing = loads.load(Demand("b", None), PLAIN, None, 2)
    assert (nothing.requests, nothing.pictures) == (None, None)


def test_prices() -> None:
    assert loads.money(2_000_000, 500_000, (0.5, 2.0)) == 2.0
    assert loads.cache_bytes(57_344, 1000, 8) == 458_752_000


def test_sizes_for_people() -> None:
    assert [estimates.size(n) for n in (12, 3072, 5_540_000, 16.584e9)] == [
        "12 bytes",
        "3.1 kB",
        "5.5 MB",
        "16.6 GB",
    ]


def test_an_endpoint() -> None:
    served = {"backend": "openai_api", "model": "m", "prices": [1.0, 10.0]}
    text = said(config(served, sampling={"max_tokens": 1000}), Demand("b", 2, TWO))
    assert "about 4 tokens (words 4, pictures unknown)" in text
    assert "at most 2,000 tokens (1,000 each); at most about 0.02 to pay, prompts of b left" in text
    assert "download: nothing" in text
    assert "memory" not in text


def test_an_endpoint_of_a_known_family() -> None:
    served = {"backend": "openai_api", "model": QWEN}
    text = said(config(served), Demand("b", 1, (Prompt("x" * 8, ((280, 280),)),)))
    assert "about 102 tokens (words 2, pictures 100)" in text
    assert f"assumed from the name {QWEN}" in text


def test_recorded_answers_cost_nothing() -> None:
    text = said(config({"backend": "replay", "checkpoint": "a.jsonl"}), Demand("b", 2, TWO))
    assert text == "to ask: 2 samples, 2 requests\nnothing is spent: the answers are recorded"


def test_what_nobody_knows_is_called_unknown() -> None:
    sized, unsized = Demand("mmmu", 900, download_gb=3.4), Demand("task", None)
    text = said(config({"checkpoint": "org/model"}, repeats=2), sized, unsized)
    assert "to ask: 900 samples, 1,800 requests (unknown for task)" in text
    assert "prompts of mmmu: pictures unknown, words unknown until its data is here" in text
    assert "prompts in all: words: unknown; pictures: unknown" in text
    assert "download: 3.4 GB of benchmarks; size unknown: task, org/model" in text
    assert "weights unknown until the checkpoint is here" in text


def test_pictures_of_data_that_is_not_here() -> None:
    model = {"checkpoint": QWEN, "min_pixels": 262_144, "max_pixels": 4_194_304}
    here, not_here = Demand("b", 2, TWO), Demand("mmmu", 900)
    text = said(config(model), here, not_here)
    assert "pictures at most 4,814,100 tokens (5,349 each, if one a sample)" in text  # // 784
    assert f"at most {4_814_100 + 3 * 361:,} tokens" in text
    assert "words: about 4 tokens (unknown for mmmu)" in text
    assert "weights 28.0 GB (7,000,000,000 parameters as its name says, 4 bytes each)" in text


def test_gpus_that_share_a_copy() -> None:
    served = {"backend": "vllm_server", "checkpoint": str(TINY), "concurrency": 20}
    spread = served | {"tensor_parallel": 2, "data_parallel": 4, "dtype": "bfloat16"}
    text = said(config(spread, sampling={"max_tokens": 90}), Demand("b", 1, (Prompt("What"),)))
    assert "memory on each of 8 GPUs: weights 1.4 MB (1,385,728 parameters" in text
    # 5 requests of a copy; 3 layers × 4 heads × 32 × 2 numbers of 2 bytes, over 2 GPUs
    tokens = 90 + 3
    assert f"(5 requests at once × {tokens} tokens × 1,536 bytes / 2 GPUs)" in text
    assert f"at most {5 * tokens * 768 / 1000:.1f} kB" in text


def test_the_judge() -> None:
    base = {"backend": "replay", "checkpoint": "a"}
    needy = Demand("mathvista", 2, TWO, judge=True)
    asked = {"checkpoint": str(TINY)}
    assert "judge: none; what the rules of mathvista" in said(config(asked), needy)
    assert "judge" not in said(config(asked), Demand("b", 2, TWO))
    judged = config(asked, judge=base | {"prices": [1000.0, 0.0]}, sampling={"max_tokens": 100})
    words = -(-(len(judge.PROMPT) + 8) // 4) + -(-(len(judge.PROMPT) + 5) // 4)
    prompts = 2 * words + 4 * 100  # every question twice, each with an answer of 100 tokens
    text = said(judged, needy)
    assert f"judge: at most 4 calls (mathvista), about {prompts:,} tokens of prompts" in text
    assert f"2,048 of replies; at most about {prompts / 1000:.2f} to pay" in text


# The command


def write_rows(file: Path, count: int) -> None:
    rows = [
        {
            "id": f"s{i}",
            "question": "What color is the shape?" * (i + 1),
            "target": "red",
            "image": {"bytes": encode(Image.new("RGB", (48 + i, 48), (i, 0, 0))), "path": None},
        }
        for i in range(count)
    ]
    rows[1]["image"]["bytes"] = b"no picture"
    pq.write_table(pa.Table.from_pylist(rows), file)


def own(tmp_path: Path, model: dict[str, Any], **evaluation: Any) -> list[str]:
    write_rows(tmp_path / "b.parquet", 6)
    mine = [{"name": "b", "path": str(tmp_path / "b.parquet")}]
    return list(checks(config(model, **{"suite": "", "benchmarks": mine, **evaluation})))


def test_counts_are_those_of_the_checkpoints_own_processor(tmp_path: Path) -> None:
    from transformers import AutoProcessor

    text = "\n".join(own(tmp_path, {"checkpoint": str(TINY)}))
    processor = AutoProcessor.from_pretrained(TINY)
    asked = [f"<user><image>{'What color is the shape?' * n}<assistant>" for n in (1, 3, 4, 5, 6)]
    picture = Image.new("RGB", (48, 48))
    lengths = [
        processor(text=[t], images=[picture], return_tensors="pt")["input_ids"].shape[1]
        for t in asked
    ]
    assert "benchmark b: 6 samples, 1 pictures cannot be read" in text
    assert "to ask: 5 samples, 5 requests" in text
    assert f"prompts of b: exactly {sum(lengths):,} tokens" in text
    assert f"× {max(lengths) + 4096:,} tokens ×" in text


def test_limit_and_repeats(tmp_path: Path) -> None:
    from harness.halves import unit_hash

    drawn = sorted((f"s{i}" for i in range(6)), key=unit_hash)[:2]
    asked = 3 * sum(name != "s1" for name in drawn)
    text = "\n".join(own(tmp_path, {"checkpoint": str(TINY)}, limit=2, repeats=3))
    assert f"{asked} requests" in text
    assert f"pictures {asked * 36})" in text


def test_the_real_suite_is_not_downloaded() -> None:
    lines = list(checks(config({"checkpoint": QWEN}, suite="", benchmarks=["mmstar"])))
    assert any(line.startswith("benchmark mmstar: 1500 samples, to download") for line in lines)
    assert f"model: transformers_local, to download: {QWEN}" in lines


def test_a_server_that_cannot_be_started_here_is_estimated_first() -> None:
    nowhere = {"backend": "vllm_server", "checkpoint": QWEN, "server_command": ["./no-vllm"]}
    lines = checks(config(nowhere, suite="", benchmarks=["mmstar"]))
    assert any(line.startswith("memory: weights 28.0 GB") for line in iter(lambda: next(lines), ""))
    with pytest.raises(Exception, match="no such program"):
        list(lines)
