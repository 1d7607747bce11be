"""A vision-language model of a few thousand random weights that knows nine words, and training
sets as generation publishes them.
"""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import pyarrow as pa
import pytest
from PIL import Image

from blindspot.core.artifact import Draft, write_text
from blindspot.core.model import ModelSettings
from blindspot.core.records import CellShare, NegativePair
from blindspot.core.run_folder import RunFolder
from blindspot.core.tables import write_records, write_table
from blindspot.core.training_set import CellOutcome, Outcomes, Plan, PlanCell
from training.settings import DpoSettings, GrpoSettings, SftSettings, TrainingSettings
from training.stage import TrainingInputs, run

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

CHILD = """
import json, sys
from pathlib import Path
from blindspot.core.model import ModelSettings
from blindspot.core.run_folder import RunFolder
from training.stage import TrainingInputs, TrainingSettings, run

given = json.loads(sys.argv[1])
inputs = TrainingInputs(
    RunFolder(Path(given["run"])), Path(given["training_set"]),
    ModelSettings.model_validate(given["policy"]), round=0,
)
run(TrainingSettings.model_validate(given["config"]), inputs, Path(given["out"]))
"""


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
    """Publishes a training set; `cells`, `validation` and `canary` are (name, question, target,
    how many) per cell, `negatives` (sample, wrong answer), `rejected` counts by cell and cause.
    """

    def make(
        cells: Sequence[tuple[str, str, str, int]] = (("color/plain", "is it red", "no", 12),),
        *,
        name: str = "training_set",
        negatives: Sequence[tuple[str, str]] = (),
        validation: Sequence[tuple[str, str, str, int]] = (),
        canary: Sequence[tuple[str, str, str, int]] = (),
        picture: Callable[[int], bytes | None] = lambda number: png(number),
        pass_rate: Callable[[int], float | None] = lambda _: None,
        rejected: Mapping[str, dict[str, int]] = {},
    ) -> Path:
        def rows_of(split: str, wanted: Sequence[tuple[str, str, str, int]]) -> list[dict]:
            return [
                _row(cell, number, question, target, picture(number))
                | {"split": split, "pass_rate": pass_rate(number)}
                for cell, question, target, count in wanted
                for number in range(count)
            ]

        rows, targets = rows_of("train", cells), {c: target for c, _, target, _ in cells}
        draft = Draft(tmp_path / name, "training_set", {}, {})
        counts = {cell: count for cell, _, _, count in cells}
        write_text(draft.path / "plan.json", _plan(counts).model_dump_json())
        write_text(draft.path / "outcomes.json", _outcomes(counts, rejected).model_dump_json())
        write_table(draft.path / "train" / "0000.parquet", pa.Table.from_pylist(rows, _SCHEMA))
        for split, wanted in (("validation", validation), ("canary", canary)):
            if wanted:
                table = pa.Table.from_pylist(rows_of(split, wanted), _SCHEMA)
                write_table(draft.path / split / "0000.parquet", table)
        if negatives:
            pairs = [
                NegativePair(
                    sample_id=sample,
                    chosen=targets.get(sample.rpartition("-")[0], "no"),
                    rejected=said,
                    how="wrong rollout",
                )
                for sample, said in negatives
            ]
            write_records(draft.path / "negatives.parquet", pairs, NegativePair)
        return draft.publish(counts={"train": len(rows)}).path

    return make


@pytest.fixture
def inputs(
    tmp_path: Path, checkpoint: Path, make_training_set: Callable[..., Path]
) -> TrainingInputs:
    """Twelve questions about one colour, to be answered "no", and that "yes" is wrong."""
    policy = ModelSettings(checkpoint=str(checkpoint), device="cpu")
    wrong = [(f"color/plain-{number}", "yes") for number in range(12)]
    path = make_training_set(negatives=wrong)
    return TrainingInputs(RunFolder(tmp_path / "run"), path, policy, round=0)


@pytest.fixture
def settings() -> Callable[..., TrainingSettings]:
    """Settings small enough for a second per run."""

    def make(**changed: Any) -> TrainingSettings:
        grpo = GrpoSettings(
            group_size=4, max_completion_tokens=2, learning_rate=1e-2, mask_truncated=False,
            patience=4,
        )  # fmt: skip
        values: dict[str, Any] = {
            "steps": 3,
            "prompts_per_step": 4,
            "prompts_per_pass": 2,
            "grpo": grpo,
            "sft": SftSettings(learning_rate=1e-2),
            "dpo": DpoSettings(learning_rate=1e-2),
            "save_dtype": "float32",
            "save_every": 2,
        }
        return TrainingSettings(**values | changed)

    return make


@pytest.fixture
def metrics() -> Callable[[Path], list[dict[str, Any]]]:
    """Reads what every step of a checkpoint said."""
    return lambda folder: [
        json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()
    ]


@pytest.fixture
def child() -> Callable[[TrainingSettings, TrainingInputs, Path], tuple[str, str]]:
    """A program that runs the stage, and its argument."""
    return lambda config, inputs, out: (CHILD, _told(config, inputs, out))


@pytest.fixture
def check_resume(inputs: TrainingInputs, tmp_path: Path) -> Callable[[TrainingSettings], None]:
    """Checks that a run killed after its second save ends with the bits of one that was not."""

    def check(config: TrainingSettings) -> None:
        whole, out = run(config, inputs, tmp_path / "whole"), tmp_path / "killed"
        _kill_after_a_save(config, inputs, out)
        assert not out.exists()
        saved = sorted((out.with_name("killed.tmp") / "trainer").glob("checkpoint-*"))
        saved[-1].with_name("checkpoint-39").mkdir(exist_ok=True)  # as if killed while saving it
        resumed = run(config, inputs, out)
        assert resumed.manifest.files == whole.manifest.files
        assert resumed.digest == whole.digest
        assert not (out / "trainer").exists()

    return check


def _told(config: TrainingSettings, inputs: TrainingInputs, out: Path) -> str:
    """The argument of `CHILD`."""
    given = {
        "config": config.model_dump(mode="json"),
        "run": str(inputs.folder.root),
        "training_set": str(inputs.training_set),
        "policy": inputs.policy.model_dump(mode="json"),
        "out": str(out),
    }
    return json.dumps(given)


def _kill_after_a_save(config: TrainingSettings, inputs: TrainingInputs, out: Path) -> None:
    """Start the stage in a process of its own, and SIGKILL it once it has saved twice."""
    child = subprocess.Popen([sys.executable, "-c", CHILD, _told(config, inputs, out)])
    second_save = out.with_name(out.name + ".tmp") / "trainer" / "checkpoint-6" / "WHOLE"
    deadline = time.monotonic() + 120
    while not second_save.exists() and child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL, "it ended before it could be killed"


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
    + [("pass_rate", pa.float64())]
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


def _outcomes(counts: dict[str, int], rejected: Mapping[str, dict[str, int]]) -> Outcomes:
    return Outcomes(
        cells=tuple(
            CellOutcome(
                name=name,
                split="train",
                quota=n,
                admitted=n,
                candidates=n,
                rejected=rejected.get(name, {}),
            )
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
