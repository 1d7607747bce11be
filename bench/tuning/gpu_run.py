"""One run of T8, in a process of its own; its last line of output is JSON.

    python -m bench.tuning.gpu_run model FOLDER TRAINING_SET 0 0       builds FOLDER/model
    python -m bench.tuning.gpu_run ours FOLDER TRAINING_SET 24 0       {"tokens": …, "seconds": …}
    python -m bench.tuning.gpu_run bare FOLDER TRAINING_SET 24 0

`bare` takes its arguments from the `ours` of as many steps in the same turn, but for the size of a
generated batch, which follows from the others.
"""

import io
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final

from bench.tuning.world import CONFIG
from blindspot.core.model import ModelSettings
from blindspot.core.run_folder import RunFolder
from blindspot.core.training_set import TrainingSetArtifact, read_pictures, read_split
from training import stage
from training.settings import TrainingSettings

PROMPTS: Final = 32
TOKENS: Final = 64
"""Of a completion, at most."""
LARGE: Final = {
    "vision_config": {"hidden_size": 512, "intermediate_size": 2048, "num_hidden_layers": 8},
    "text_config": {"hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 18},
}
"""What is changed in the tiny model's config, which has four heads everywhere."""


@dataclass(frozen=True)
class Task:
    """What one process does."""

    folder: Path
    training_set: Path
    steps: int
    turn: int

    @property
    def model(self) -> Path:
        return self.folder / "model"

    def out(self, way: str) -> Path:
        return self.folder / f"{way}-{self.steps}-{self.turn}"


def build(task: Task, sizes: Mapping[str, Mapping[str, int]] = LARGE) -> dict[str, float]:
    """Write a model of random weights with the tiny world's processor."""
    import torch
    from transformers import AutoConfig, AutoProcessor, LlavaForConditionalGeneration

    tiny = CONFIG.parent / "model"
    config: Any = AutoConfig.from_pretrained(tiny)
    for part, changes in sizes.items():
        for name, value in changes.items():
            setattr(getattr(config, part), name, value)
        own = getattr(config, part)
        own.head_dim = own.hidden_size // own.num_attention_heads
    torch.manual_seed(0)
    model = LlavaForConditionalGeneration(config).bfloat16()
    model.save_pretrained(task.model)
    AutoProcessor.from_pretrained(tiny).save_pretrained(task.model)
    return {"parameters": float(sum(p.numel() for p in model.parameters()))}


def ours(task: Task) -> dict[str, float]:
    """The training stage."""
    policy = ModelSettings(checkpoint=str(task.model), dtype="bfloat16")
    out = task.out("ours")
    inputs = stage.TrainingInputs(RunFolder(task.folder), task.training_set, policy, round=0)
    begun = time.monotonic()
    stage.run(settings(task.steps), inputs, out)
    seconds = time.monotonic() - begun
    lines = (out / "metrics.jsonl").read_text().splitlines()
    return {"tokens": _tokens([json.loads(line) for line in lines]), "seconds": seconds}


def settings(steps: int) -> TrainingSettings:
    """Of both ways; guards and patience so wide that nothing stops early. Random weights know no
    answer, so a reward for ending in time gives groups something to differ in.
    """
    return TrainingSettings.model_validate(
        {
            "steps": steps,
            "prompts_per_step": PROMPTS,
            "prompts_per_pass": PROMPTS,
            "dtype": "bfloat16",
            "gradient_checkpointing": False,
            "save_every": 1000,
            "validation": {"every": 0},
            "guards": {"window": 1000},
            "grpo": {
                "max_completion_tokens": TOKENS,
                "mask_truncated": False,
                "patience": 1000,
                "rewards": {"accuracy": 1.0, "length": 0.1},
            },
        }
    )


def bare(task: Task) -> dict[str, float]:
    """TRL alone."""
    import torch
    from transformers import AutoModelForImageTextToText, AutoProcessor
    from trl.trainer.grpo_config import GRPOConfig
    from trl.trainer.grpo_trainer import GRPOTrainer

    written = json.loads((task.out("ours") / "arguments.json").read_text())["arguments"]
    known = {f.name for f in fields(GRPOConfig) if f.init} - {"generation_batch_size"}
    given = {name: value for name, value in written.items() if name in known}
    rows = _rows(task)
    begun = time.monotonic()
    model = AutoModelForImageTextToText.from_pretrained(task.model, dtype=torch.bfloat16)
    trainer = GRPOTrainer(
        model=model,
        reward_funcs=[_same, _short],
        args=GRPOConfig(output_dir=str(task.out("bare")), **given),
        train_dataset=rows,
        processing_class=AutoProcessor.from_pretrained(task.model),
    )
    trainer.train()
    trainer.save_model(str(task.out("bare")))
    seconds = time.monotonic() - begun
    return {"tokens": _tokens(trainer.state.log_history), "seconds": seconds}


def _rows(task: Task) -> Any:
    """As many rows as the steps take, as TRL's own examples have them."""
    from datasets import Dataset
    from PIL import Image

    artifact = TrainingSetArtifact(task.training_set)
    pictures = read_pictures(artifact, "train")
    samples = islice(cycle(read_split(artifact, "train")), task.steps * PROMPTS)
    return Dataset.from_list(
        [
            {
                "prompt": [{"role": "user", "content": sample.prompt}],
                "images": [Image.open(io.BytesIO(pictures[name])) for name in sample.images],
                "target": sample.target,
            }
            for sample in samples
        ]
    )


def _same(completions: Any, target: list[str], **_: Any) -> list[float | None]:
    said = [completion[0]["content"] for completion in completions]
    return [float(text.strip() == right) for text, right in zip(said, target, strict=True)]


def _short(completion_ids: list[list[int]], **_: Any) -> list[float | None]:
    return [float(len(ids) < TOKENS) for ids in completion_ids]


def _tokens(records: list[dict[str, Any]]) -> float:
    """Tokens of all completions."""
    rollouts = PROMPTS * TrainingSettings().grpo.group_size
    return sum(rollouts * r["completions/mean_length"] for r in records if "loss" in r)


WAYS: Final[Mapping[str, Callable[[Task], dict[str, float]]]] = {
    "model": build,
    "ours": ours,
    "bare": bare,
}

if __name__ == "__main__":
    what, folder, training_set, steps, turn = sys.argv[1:]
    done = WAYS[what](Task(Path(folder), Path(training_set), int(steps), int(turn)))
    print(json.dumps(done))
