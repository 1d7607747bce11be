"""`blindspot train` as a user meets it: optimisers, adapters, presets, and the gate after it."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from blindspot.core.acceptance import KIND, AcceptanceArtifact
from blindspot.core.artifact import Draft, open_artifact, remove, write_text
from blindspot.core.run_folder import RunFolder
from blindspot.rounds import Rounds
from blindspot.settings import load

TINY = Path(__file__).parents[2] / "examples" / "tiny"
SMALL = (
    "model.batch_size=16",
    "diagnosis.budget=24",
    "diagnosis.shuffles=20",
    "generation.canary=3",
    "generation.difficulty.enabled=false",
    "training.steps=2",
    "training.prompts_per_step=4",
    "training.prompts_per_pass=4",
    "training.validation.every=0",
    "training.threads=1",
)


@pytest.fixture
def run(blindspot, tmp_path: Path) -> Path:
    """A run with a training set, that was not trained on yet."""
    table, folder = pq.read_table(TINY / "benchmark.parquet"), tmp_path / "run"
    pq.write_table(table.take(list(range(0, table.num_rows, 36))), tmp_path / "b.parquet")
    benchmark = f'evaluation.benchmarks=[{{name="b", path="{tmp_path / "b.parquet"}"}}]'
    sets = [part for setting in (*SMALL, benchmark) for part in ("--set", setting)]
    assert blindspot("evaluate", TINY / "config.toml", "--out", folder, *sets)[0] == 0
    assert blindspot("diagnose", folder)[0] == 0
    assert blindspot("generate", folder)[0] == 0
    return folder


def test_train_says_whether_the_round_is_accepted(blindspot, run: Path) -> None:
    code, out, err = blindspot("train", run, "--optimiser", "sft")
    assert code == 0, err
    assert "What was strong, before and after training" in out
    assert "validation" in out
    here = RunFolder(run).round(0)
    verdict = AcceptanceArtifact(here.acceptance).acceptance()
    assert ("accepted: " if verdict.accepted else "rolled back: ") in out
    again = blindspot("train", run, "--json")
    assert json.loads(again[1]) == verdict.model_dump(mode="json")
    kept = RunFolder(run).config.read_text()
    code, _, err = blindspot("train", run, "--set", "acceptance.margin=0.2")
    assert (code, "margin was 0.05, now 0.2" in err) == (2, True)
    code, _, err = blindspot("train", run, "--lora")
    assert code == 2
    assert "--redo checkpoint" in err
    assert RunFolder(run).config.read_text() == kept, "what was refused is not kept"
    code, _, err = blindspot("train", run, "--lora", "--redo", "checkpoint")
    assert code == 0, err
    assert open_artifact(here.checkpoint, "checkpoint").manifest.facts["optimiser"] == "sft"
    assert (here.checkpoint / "adapter" / "adapter_model.safetensors").is_file()
    work = Rounds(load(RunFolder(run).config), RunFolder(run))
    assert work.config.training.lora.enabled, "what was made is"
    decided(here.acceptance, accepted=True)
    assert work.model(1).checkpoint == str(here.checkpoint)
    decided(here.acceptance, accepted=False)
    assert work.model(1) == work.model(0)


def decided(path: Path, *, accepted: bool) -> None:
    """Publish the opposite verdict, or the same, in place of one."""
    verdict = AcceptanceArtifact(path).acceptance().model_copy(update={"accepted": accepted})
    then = open_artifact(path, KIND).manifest
    remove(path)
    draft = Draft(path, KIND, then.config, then.inputs)
    write_text(draft.path / "acceptance.json", verdict.model_dump_json())
    draft.publish()


def test_help_and_mistakes(blindspot, tmp_path: Path) -> None:
    code, out, _ = blindspot("train", "--help")
    assert code == 0
    words = " ".join(out.split())
    assert "blindspot train runs/mine --preset one-gpu-lora" in words
    code, _, err = blindspot("train", tmp_path, "--preset", "one-gpu")
    assert code == 2
    assert "one-gpu-lora" in err
    assert "Traceback" not in err
