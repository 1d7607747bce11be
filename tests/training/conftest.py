"""A vision-language model of a few thousand random weights that knows nine words, and training
sets as generation publishes them.
"""

import io
import os
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import pyarrow as pa
import pytest
from PIL import Image

from blindspot.core.artifact import Draft, write_text
from blindspot.core.model import ModelSettings
from blindspot.core.records import CellShare
from blindspot.core.run_folder import RunFolder
from blindspot.core.tables import write_table
from blindspot.core.training_set import CellOutcome, Outcomes, Plan, PlanCell
from training.stage import TrainingInputs

WORDS = ("is", "it", "red", "green", "yes", "no", "one", "two", "what")
SPECIAL = ("<pad>", "<unk>", "<bos>", "<eos>", "<user>", "<assistant>", "<image>")
TEMPLATE = (
    "{% for m in messages %}{{ '<' + m['role'] + '>' }}"
    "{% if m['content'] is string %}{{ m['content'] }}"
    "{% else %}{% for c in m['content'] %}"
    "{{ '<image>' if c['type'] == 'image' else c['text'] }}{% endfor %}{% endif %}"
    "{% if m['role'] == 'assistant' %}{{ '<eos>' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<assistant>' }}{% endif %}"
)


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that `from_pretrained` loads, bfloat16 on disk."""
    import torch
    import transformers as hf

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("checkpoint")
    vision = hf.SiglipVisionConfig(
        hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
        image_size=8, patch_size=4, vision_use_head=False,
    )  # fmt: skip
    text = hf.LlamaConfig(
        vocab_size=len(SPECIAL) + len(WORDS), hidden_size=16, intermediate_size=16,
        num_hidden_layers=1, num_attention_heads=2, max_position_embeddings=64,
        bos_token_id=2, eos_token_id=3, pad_token_id=0,
    )  # fmt: skip
    config = hf.LlavaConfig(
        vision_config=vision, text_config=text, image_token_index=6,
        vision_feature_select_strategy="full", vision_feature_layer=-1,
    )  # fmt: skip
    model = hf.LlavaForConditionalGeneration(config)
    model.generation_config = hf.GenerationConfig(bos_token_id=2, eos_token_id=3, pad_token_id=0)
    model.to(torch.bfloat16).save_pretrained(folder)  # pyright: ignore[reportArgumentType]
    _processor().save_pretrained(folder)
    return folder


@pytest.fixture
def make_training_set(tmp_path: Path) -> Callable[..., Path]:
    """Publishes a training set; `cells` is (name, question, target, how many) per cell."""

    def make(
        cells: Sequence[tuple[str, str, str, int]] = (("color/plain", "is it red", "no", 12),),
        *,
        name: str = "training_set",
        picture: Callable[[int], bytes | None] = lambda number: png(number),
    ) -> Path:
        rows = [
            _row(cell, number, question, target, picture(number))
            for cell, question, target, count in cells
            for number in range(count)
        ]
        draft = Draft(tmp_path / name, "training_set", {}, {})
        counts = {cell: count for cell, _, _, count in cells}
        write_text(draft.path / "plan.json", _plan(counts).model_dump_json())
        write_text(draft.path / "outcomes.json", _outcomes(counts).model_dump_json())
        write_table(draft.path / "train" / "0000.parquet", pa.Table.from_pylist(rows, _SCHEMA))
        return draft.publish(counts={"train": len(rows)}).path

    return make


@pytest.fixture
def inputs(
    tmp_path: Path, checkpoint: Path, make_training_set: Callable[..., Path]
) -> TrainingInputs:
    """Twelve questions about one colour, to be answered "no"."""
    policy = ModelSettings(checkpoint=str(checkpoint), device="cpu")
    return TrainingInputs(RunFolder(tmp_path / "run"), make_training_set(), policy, round=0)


def png(number: int) -> bytes:
    """A plain picture, another one per number."""
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), (200 - number, number * 5 % 256, 30)).save(buffer, "PNG")
    return buffer.getvalue()


_TEXTS = pa.list_(pa.string())
_SCHEMA = pa.schema(
    [(k, pa.string()) for k in ("id", "split", "cell", "question", "prompt")]
    + [("images", pa.list_(pa.struct([("bytes", pa.binary()), ("path", pa.string())])))]
    + [("options", _TEXTS), ("target", pa.string()), ("answer_kind", pa.string())]
    + [(k, pa.string()) for k in ("capability", "image_type", "attributes", "source")]
)


def _row(cell: str, number: int, question: str, target: str, picture: bytes | None) -> dict:
    capability, image_type = cell.split("/")
    return {
        "id": f"{cell}-{number}",
        "split": "train",
        "cell": cell,
        "question": question,
        "prompt": question,
        "images": [{"bytes": picture, "path": f"{number}.png"}],
        "options": [],
        "target": target,
        "answer_kind": "yes_no" if target in ("yes", "no") else "text",
        "capability": capability,
        "image_type": image_type,
        "attributes": "{}",
        "source": "test",
    }


def _plan(counts: dict[str, int]) -> Plan:
    cells = []
    for name, count in counts.items():
        capability, image_type = name.split("/")
        want = CellShare(
            capability=capability, image_type=image_type, share=0.1, quota=count, why="a test"
        )
        cells.append(PlanCell(name=name, split="train", want=want, quota=count, brief=name))
    return Plan(diagnosis="none", cells=tuple(cells))


def _outcomes(counts: dict[str, int]) -> Outcomes:
    return Outcomes(
        cells=tuple(
            CellOutcome(name=name, split="train", quota=n, admitted=n, candidates=n)
            for name, n in counts.items()
        )
    )


def _processor():
    import transformers as hf
    from tokenizers import Tokenizer, models, pre_tokenizers

    vocabulary = {word: i for i, word in enumerate((*SPECIAL, *WORDS))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()  # pyright: ignore
    fast = hf.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>", bos_token="<bos>",
        eos_token="<eos>", additional_special_tokens=["<user>", "<assistant>", "<image>"],
        padding_side="left", model_max_length=64,
    )  # fmt: skip
    pictures = hf.CLIPImageProcessorPil(
        size={"height": 8, "width": 8}, do_resize=False, do_center_crop=False
    )
    return hf.LlavaProcessor(
        image_processor=pictures, tokenizer=fast, patch_size=4, num_additional_image_tokens=0,
        vision_feature_select_strategy="full", chat_template=TEMPLATE,
    )  # fmt: skip
