"""The configs of Qwen2.5-VL and Qwen3-VL, and their code path on small random checkpoints of both
architectures: as many tokens are sent as `validate` said, by the pixel limits and the template.
"""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from blindspot.core.config import identity
from blindspot.core.evaluation import Evaluation
from blindspot.core.images import ImageStore, encode
from blindspot.core.model import ModelSettings, Request, Sampling, open_model
from blindspot.core.records import Completion, Outcome, Prediction
from blindspot.core.run_folder import RunFolder
from blindspot.footprint import Patches
from blindspot.rounds import begin
from blindspot.settings import Config, load
from blindspot.validation import checks

EXAMPLES = Path(__file__).parents[2] / "examples"
CONFIGS = sorted(EXAMPLES.glob("qwen*/*.toml"))
SIZES = [(150, 80), (40, 40), (230, 60), (400, 400)]
PICTURES = [Image.new("RGB", size, (60 * i, 0, 0)) for i, size in enumerate(SIZES)]
OWN_MOST = 24_000
"""Pixels to which the checkpoints reduce pictures of their own accord."""
LIMITS = {"min_pixels": 18_000, "max_pixels": 40_000}
SHORT = Sampling(max_tokens=3)
THINKING_OFF = "<think>\n\n</think>\n\n"
TEMPLATE = (
    "{%- for message in messages %}{{ '<|im_start|>' + message.role + '\\n' }}"
    "{%- for part in message.content %}"
    "{%- if part.type == 'image' %}{{ '<|vision_start|><|image_pad|><|vision_end|>' }}"
    "{%- else %}{{ part.text }}{%- endif %}{%- endfor %}{{ '<|im_end|>\\n' }}{%- endfor %}"
    "{%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}"
    "{%- if enable_thinking is defined and not enable_thinking %}"
    "{{ '<think>\\n\\n</think>\\n\\n' }}{%- endif %}{%- endif %}"
)

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")


# The configs


@pytest.mark.parametrize("path", CONFIGS, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_every_config_loads(path: Path) -> None:
    config = load(path)
    assert config.evaluation.suite == "eleven"
    assert (config.model.min_pixels, config.model.max_pixels) == (262_144, 4_194_304)
    assert config.model.dtype == "bfloat16"
    assert config.evaluation.judge is None


@pytest.mark.parametrize("path", CONFIGS, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_its_judge_is_behind_comment_signs(path: Path, tmp_path: Path) -> None:
    head, section, tail = path.read_text().partition("# [evaluation.judge]\n")
    assert section
    block, gap, rest = tail.partition("\n\n")
    opened = (section + block).replace("# ", "")
    copy = tmp_path / "config.toml"
    copy.write_text(head + opened + gap + rest)
    judge = load(copy).evaluation.judge
    assert judge is not None
    assert (judge.backend, judge.api_key_env) == ("openai_api", "JUDGE_API_KEY")


@pytest.mark.parametrize("folder", ["qwen2.5-vl-7b", "qwen3-vl-8b"])
def test_copies_on_more_gpus_are_the_same_model(folder: str) -> None:
    one, eight, shared = (
        load(EXAMPLES / folder / name)
        for name in ("one-gpu.toml", "eight-gpus.toml", "eight-gpus-shared.toml")
    )
    assert identity(one.model) == identity(eight.model)
    assert identity(one.evaluation) == identity(eight.evaluation)
    assert identity(one.model) != identity(shared.model)
    for config in (eight, shared):
        assert config.model.tensor_parallel * config.model.data_parallel == 8


def test_every_file_stands_in_its_readme() -> None:
    for path in CONFIGS:
        assert f"`{path.name}`" in (path.parent / "README.md").read_text()


# The code path


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `qwen2.5` and `qwen3`: random weights, a token per byte."""
    root = tmp_path_factory.mktemp("checkpoints")
    torch.manual_seed(0)
    for name, (edge, model) in {"qwen2.5": (14, qwen2_5), "qwen3": (16, qwen3)}.items():
        tokens = tokenizer()
        ids = {t: i for t, i in tokens.get_vocab().items() if t.startswith("<|")}
        built, processor = model(len(tokens), ids)
        built.save_pretrained(root / name)
        tokens.save_pretrained(root / name)
        (root / name / "chat_template.jinja").write_text(TEMPLATE)
        (root / name / "preprocessor_config.json").write_text(
            json.dumps(
                {
                    "image_processor_type": "Qwen2VLImageProcessor",
                    "processor_class": processor,
                    "patch_size": edge,
                    "merge_size": 2,
                    "temporal_patch_size": 2,
                    "size": {"shortest_edge": edge**2, "longest_edge": OWN_MOST},
                }
            )
        )
    return root


def tokenizer() -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    marks = ["endoftext", "im_start", "im_end", "vision_start", "vision_end", "image_pad"]
    special = [f"<|{mark}|>" for mark in [*marks, "video_pad"]]
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: i for i, token in enumerate([*letters, *special])}
    bytewise = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    bytewise.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytewise.decoder = decoders.ByteLevel()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=bytewise,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        additional_special_tokens=special,
    )


def text_config(vocabulary: int, ids: dict[str, int], **rope: Any) -> dict[str, Any]:
    return {
        "vocab_size": vocabulary,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 1,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 4096,
        "initializer_range": 0.5,
        "bos_token_id": None,
        "eos_token_id": ids["<|im_end|>"],
        "pad_token_id": ids["<|endoftext|>"],
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, **rope},
    }


def vision_config(**more: Any) -> dict[str, Any]:
    sizes = {"hidden_size": 32, "intermediate_size": 64, "out_hidden_size": 32}
    return {"depth": 1, "num_heads": 2, "initializer_range": 0.5, **sizes, **more}


def mark_ids(ids: dict[str, int]) -> dict[str, int]:
    marks = ("image_pad", "video_pad", "vision_start", "vision_end")
    names = ("image_token_id", "video_token_id", "vision_start_token_id", "vision_end_token_id")
    return {name: ids[f"<|{mark}|>"] for name, mark in zip(names, marks, strict=True)}


def qwen2_5(vocabulary: int, ids: dict[str, int]) -> tuple[Any, str]:
    config = transformers.Qwen2_5_VLConfig(
        text_config=text_config(vocabulary, ids, mrope_section=[1, 1, 2]),
        vision_config=vision_config(fullatt_block_indexes=[0], window_size=112),
        **mark_ids(ids),
    )
    return transformers.Qwen2_5_VLForConditionalGeneration(config), "Qwen2_5_VLProcessor"


def qwen3(vocabulary: int, ids: dict[str, int]) -> tuple[Any, str]:
    text = text_config(vocabulary, ids, mrope_section=[2, 1, 1], mrope_interleaved=True)
    config = transformers.Qwen3VLConfig(
        text_config=text | {"head_dim": 8},
        vision_config=vision_config(deepstack_visual_indexes=[0], num_position_embeddings=16),
        **mark_ids(ids),
    )
    return transformers.Qwen3VLForConditionalGeneration(config), "Qwen3VLProcessor"


@pytest.fixture
def benchmark(tmp_path: Path) -> Path:
    """Four questions about pictures of different shapes."""
    rows = [
        {
            "id": f"s{i}",
            "question": f"How many shapes are there{'?' * (i + 1)}",
            "target": str(i),
            "image": {"bytes": encode(picture), "path": None},
        }
        for i, picture in enumerate(PICTURES)
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "own.parquet")
    return tmp_path / "own.parquet"


def config(checkpoint: Path, benchmark: Path, **model: Any) -> Config:
    return Config.model_validate(
        {
            "name": "q",
            "model": {"checkpoint": str(checkpoint), "batch_size": 1, **model},
            "evaluation": {
                "benchmarks": [{"name": "own", "path": str(benchmark)}],
                "sampling": {"max_tokens": 1},
            },
        }
    )


def evaluated(config: Config, root: Path) -> Sequence[Prediction]:
    work = begin(config, root, "test")
    work.advance("evaluation", 0)
    return Evaluation(RunFolder(root).round(0).evaluation).predictions()


def prompts(predictions: Sequence[Prediction]) -> list[int]:
    """Tokens of each prompt, by the sample's id."""
    assert all(p.failure is None for p in predictions)
    found = {p.sample_id: p.completion.usage.prompt_tokens for p in predictions if p.completion}
    return [found[f"s{i}"] for i in range(len(SIZES))]


@pytest.mark.parametrize(("name", "edge"), [("qwen2.5", 28), ("qwen3", 32)])
def test_pixel_limits_and_template_decide_what_is_sent(
    checkpoints: Path, benchmark: Path, tmp_path: Path, name: str, edge: int
) -> None:
    plain = config(checkpoints / name, benchmark)
    thinking_off = {"template_arguments": {"enable_thinking": False}}
    limited = config(checkpoints / name, benchmark, **LIMITS, **thinking_off)
    before, after = (
        prompts(evaluated(settings, tmp_path / str(i)))
        for i, settings in enumerate((plain, limited))
    )
    own, other = Patches(edge, edge**2 // 4, OWN_MOST), Patches(edge, *LIMITS.values())
    changes = [other.tokens(*size) - own.tokens(*size) for size in SIZES]
    assert min(map(abs, changes)) > 0
    assert after == [
        n + change + len(THINKING_OFF) for n, change in zip(before, changes, strict=True)
    ]
    for settings, sent in ((plain, before), (limited, after)):
        assert f"prompts of own: exactly {sum(sent):,} tokens" in "\n".join(checks(settings))


@pytest.mark.parametrize("name", ["qwen2.5", "qwen3"])
def test_a_batch_answers_as_single_questions_do(
    checkpoints: Path, tmp_path: Path, name: str
) -> None:
    """Padding, and pictures of different sizes in one forward pass."""
    images = ImageStore(tmp_path)
    requests = [
        Request(prompt="?" * (i + 1), images=(images.put(encode(picture)),), sampling=SHORT)
        for i, picture in enumerate(PICTURES)
    ]
    model = open_model(ModelSettings(checkpoint=str(checkpoints / name)), images)
    batch = said(asyncio.run(model.generate(requests)))
    assert batch == [said(asyncio.run(model.generate([r])))[0] for r in requests]
    assert len(set(batch)) > 1


def said(outcomes: Sequence[Outcome]) -> list[str]:
    assert all(isinstance(outcome, Completion) for outcome in outcomes)
    return [outcome.text for outcome in outcomes if isinstance(outcome, Completion)]
