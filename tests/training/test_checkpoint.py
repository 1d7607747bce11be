"""What is loaded for training and what comes out; and the sentence for each checkpoint that cannot
be trained.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from blindspot.core.errors import ConfigError, DataError
from blindspot.core.loading import load_processor, load_weights
from blindspot.core.model import ModelSettings
from training import checkpoint as training_checkpoint
from training import readiness
from training.settings import LoraSettings, TrainingSettings
from training.stage import TrainingInputs, run


@pytest.fixture
def copied(checkpoint: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(checkpoint, tmp_path / "copied"))


def policy(folder: Path, **options: Any) -> ModelSettings:
    return ModelSettings(checkpoint=str(folder), device="cpu", **options)


def changed(file: Path, **values: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | values))


def test_the_template_of_the_policy_is_trained_with_and_goes_out(
    inputs: TrainingInputs, settings: Callable[..., TrainingSettings], tmp_path: Path
):
    template = tmp_path / "mine.jinja"
    given = load_processor(inputs.policy).chat_template
    template.write_text(given.replace("{{ '<assistant>' }}", "{{ 'what<assistant>' }}"))
    told = inputs.policy.model_copy(update={"chat_template": str(template)})
    config = settings(optimiser="sft", steps=1)
    artifact = run(config, replace(inputs, policy=told), tmp_path / "mine")
    assert (artifact.path / "chat_template.jinja").read_text() == template.read_text()
    plain = run(config, inputs, tmp_path / "plain")
    losses = [(p.path / "metrics.jsonl").read_text() for p in (artifact, plain)]
    assert losses[0] != losses[1]


def test_a_processor_without_chat_template(copied: Path):
    (copied / "chat_template.jinja").unlink()
    with pytest.raises(DataError, match="has no chat template"):
        training_checkpoint.load(policy(copied), TrainingSettings())


def test_a_tokenizer_without_end_token(copied: Path):
    changed(copied / "tokenizer_config.json", eos_token=None)
    with pytest.raises(DataError, match="no end token, so no answer would ever end"):
        training_checkpoint.load(policy(copied), TrainingSettings())


def test_weights_of_another_architecture(copied: Path):
    import torch
    from safetensors.torch import save_file

    weights = {"transformer.wte.weight": torch.zeros(4, 4)}
    save_file(weights, copied / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(DataError, match=r"lack \d+ of the model's tensors"):
        load_weights(str(copied), "float32")


def test_weights_of_another_size(copied: Path):
    config = json.loads((copied / "config.json").read_text())
    config["text_config"]["hidden_size"] = 32
    (copied / "config.json").write_text(json.dumps(config))
    with pytest.raises(DataError, match="cannot load it"):
        load_weights(str(copied), "float32")


def test_a_trainer_checkpoint_of_another_architecture(checkpoint: Path, tmp_path: Path):
    """Whole in itself, but with a wider text model than the start checkpoint's."""
    from transformers import AutoConfig, AutoModelForImageTextToText

    config: Any = AutoConfig.from_pretrained(checkpoint)
    config.text_config.intermediate_size *= 2
    factory: Any = AutoModelForImageTextToText
    factory.from_config(config).save_pretrained(tmp_path / "checkpoint-2")
    with pytest.raises(DataError, match=r"another architecture.*differs.*--redo checkpoint"):
        training_checkpoint.load(policy(checkpoint), TrainingSettings(), tmp_path / "checkpoint-2")


def test_a_model_that_reads_no_pictures(copied: Path):
    changed(copied / "config.json", model_type="gpt2", architectures=["GPT2LMHeadModel"])
    with pytest.raises(DataError, match="image-text-to-text"):
        load_weights(str(copied), "float32")


def test_what_is_said_of_videos_is_kept(copied: Path, tmp_path: Path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "processor_config.json").write_text('{"image_processor": {}}')
    changed(copied / "processor_config.json", video_processor={"fps": 2})
    (copied / "video_preprocessor_config.json").write_text('{"fps": 2}')
    training_checkpoint._keep_video(copied, out)
    kept = json.loads((out / "processor_config.json").read_text())
    assert kept == {"image_processor": {}, "video_processor": {"fps": 2}}
    assert (out / "video_preprocessor_config.json").read_text() == '{"fps": 2}'


def test_what_is_said_before_a_gpu_is_taken(checkpoint: Path):
    settings = TrainingSettings(
        optimiser="dpo", dtype="bfloat16", lora=LoraSettings(enabled=True), prompts_per_step=8
    )
    said = list(readiness.lines(settings, policy(checkpoint), checkpoint))
    assert said[0] == "training: dpo with adapters, 10 steps of 8"
    assert said[1].startswith("memory: 0.1 MiB")
    assert said[2].startswith("processor: LlavaProcessor, chat template")
    waiting = list(readiness.lines(settings, policy(checkpoint), None))
    assert waiting[1:] == ["memory and processor: unknown until the checkpoint is here"]


def test_what_cannot_be_trained_is_said_as_early(checkpoint: Path, tmp_path: Path):
    server = ModelSettings(backend="openai_api", model="x", base_urls=("http://localhost/v1",))
    with pytest.raises(ConfigError, match="only weights in a Hugging Face folder"):
        list(readiness.lines(TrainingSettings(), server, None))
    with pytest.raises(DataError, match="no safetensors"):
        list(readiness.lines(TrainingSettings(), policy(checkpoint), tmp_path))
