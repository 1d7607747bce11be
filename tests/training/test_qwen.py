"""A model that cuts pictures of any size into patches (Qwen2.5-VL, a few thousand random weights),
with a processor that has a video half, on a machine that may lack torchvision.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from blindspot.core.errors import StageError
from blindspot.core.loading import load_processor
from blindspot.core.model import ModelSettings
from training.quiet import quiet
from training.settings import LoraSettings, TrainingSettings, ValidationSettings
from training.stage import TrainingInputs, run

SPECIAL = (
    "<pad>", "<unk>", "<bos>", "<eos>", "<user>", "<assistant>",
    "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>",
)  # fmt: skip
TEMPLATE = (
    "{% for m in messages %}{{ '<' + m['role'] + '>' }}{% for c in m['content'] %}"
    "{{ '<|vision_start|><|image_pad|><|vision_end|>' if c['type'] == 'image' else c['text'] }}"
    "{% endfor %}{% if m['role'] == 'assistant' %}{{ '<eos>\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<assistant>' }}{% endif %}"
)


@pytest.fixture(scope="module")
def qwen(tmp_path_factory: pytest.TempPathFactory, checkpoint: Path) -> Path:
    import torch
    import transformers as hf

    load_processor(ModelSettings(checkpoint=str(checkpoint)))  # from now on, still pictures only
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("qwen")
    config = hf.Qwen2_5_VLConfig(
        text_config={
            "vocab_size": len(SPECIAL) + 6, "hidden_size": 32, "intermediate_size": 32,
            "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 2,
            "bos_token_id": 2, "eos_token_id": 3, "pad_token_id": 0,
            "rope_parameters": {
                "rope_type": "default", "mrope_section": [2, 3, 3], "rope_theta": 1e4
            },
        },
        vision_config={
            "depth": 1, "hidden_size": 32, "intermediate_size": 32, "num_heads": 2,
            "patch_size": 4, "spatial_merge_size": 2, "out_hidden_size": 32, "window_size": 16,
            "fullatt_block_indexes": [0],
        },
        image_token_id=8, video_token_id=9, vision_start_token_id=6, vision_end_token_id=7,
    )  # fmt: skip
    model = hf.Qwen2_5_VLForConditionalGeneration(config)
    model.generation_config = hf.GenerationConfig(bos_token_id=2, eos_token_id=3, pad_token_id=0)
    with quiet():
        model.save_pretrained(folder)
        _processor().save_pretrained(folder)
    return folder


@pytest.mark.parametrize(("optimiser", "adapters"), [("sft", False), ("dpo", True)])
def test_it_is_trained_within_the_pixel_limits(
    inputs: TrainingInputs,
    settings: Callable[..., TrainingSettings],
    qwen: Path,
    tmp_path: Path,
    optimiser: str,
    adapters: bool,
):
    policy = ModelSettings(checkpoint=str(qwen), device="cpu", max_pixels=1024)
    config = settings(optimiser=optimiser, lora=LoraSettings(enabled=adapters, rank=4))
    artifact = run(config, replace(inputs, policy=policy), tmp_path / "checkpoint")
    written = json.loads((artifact.path / "processor_config.json").read_text())
    assert written["image_processor"]["size"]["longest_edge"] == 1024
    assert artifact.manifest.counts["steps"] == 3


def test_its_rollouts_are_drawn_and_graded(
    inputs: TrainingInputs,
    settings: Callable[..., TrainingSettings],
    qwen: Path,
    make_training_set: Callable[..., Path],
    tmp_path: Path,
):
    never = make_training_set([("color/plain", "is it red", "purple", 4)], name="never")
    told = replace(inputs, policy=ModelSettings(checkpoint=str(qwen), device="cpu"))
    config = settings(lora=LoraSettings(enabled=True), validation=ValidationSettings(every=0))
    with pytest.raises(StageError, match=r"no group had rollouts of different reward \(mean 0.00"):
        run(config, replace(told, training_set=never), tmp_path / "checkpoint")


def _processor():
    import transformers as hf
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

    words = (*SPECIAL, "is", "it", "red", "yes", "no", "one")
    vocabulary = {word: i for i, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()  # pyright: ignore
    fast = hf.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>", bos_token="<bos>",
        eos_token="<eos>", additional_special_tokens=list(SPECIAL[4:]), padding_side="left",
    )  # fmt: skip
    pictures = Qwen2VLImageProcessorPil(patch_size=4, merge_size=2, min_pixels=64, max_pixels=4096)  # pyright: ignore[reportCallIssue]
    return hf.Qwen2_5_VLProcessor(image_processor=pictures, tokenizer=fast, chat_template=TEMPLATE)
