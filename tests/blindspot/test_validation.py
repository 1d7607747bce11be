"""`blindspot validate` tells what passed from what is only to be known."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

TINY = Path(__file__).parents[2] / "examples" / "tiny" / "model"


def validated(blindspot, config: Path, *settings: str) -> list[str]:
    sets = [part for setting in settings for part in ("--set", setting)]
    code, out, err = blindspot("validate", config, *sets)
    assert code == 0, err
    return out.splitlines()


def about(lines: list[str], what: str) -> list[str]:
    return [line for line in lines if line.split("  ", 1)[1].startswith(f"{what}: ")]


def test_a_check_that_passed_and_a_model_that_cannot_be_trained(blindspot, config: Path) -> None:
    lines = validated(blindspot, config)
    assert about(lines, "benchmark b") == ["ok  benchmark b: 120 samples"]
    said = "note  training: none, replay can only be evaluated and diagnosed"
    assert about(lines, "training") == [said]
    assert {line.split("  ", 1)[0] for line in lines} == {"ok", "note"}


def test_a_benchmark_with_flaws(blindspot, config: Path, tmp_path: Path) -> None:
    rows = pq.read_table(tmp_path / "b.parquet").to_pylist()
    rows[0]["image"]["bytes"] = b"no picture"
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "b.parquet")
    said = "note  benchmark b: 120 samples, 1 pictures cannot be read"
    assert about(validated(blindspot, config), "benchmark b") == [said]


@pytest.mark.parametrize("canary", [0, 20])
def test_too_few_canaries(blindspot, config: Path, canary: int) -> None:
    own = ("model.backend=transformers_local", f"model.checkpoint={TINY}")
    lines = validated(blindspot, config, *own, f"generation.canary={canary}")
    (line,) = about(lines, "acceptance")
    assert line.startswith(f"note  acceptance: generation.canary = {canary} cannot show that")
    assert all(line.startswith("ok  ") for line in about(lines, "training"))


def test_enough_canaries(blindspot, config: Path) -> None:
    own = ("model.backend=transformers_local", f"model.checkpoint={TINY}")
    assert not about(validated(blindspot, config, *own), "acceptance")


def test_what_only_the_checkpoint_tells(blindspot, config: Path) -> None:
    own = ("model.backend=transformers_local", "model.checkpoint=Qwen/Qwen2.5-VL-7B-Instruct")
    lines = validated(blindspot, config, *own)
    (line,) = about(lines, "memory and processor")
    assert line == "note  memory and processor: unknown until the checkpoint is here"
