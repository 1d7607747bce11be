"""Builds the tiny model from nothing, deterministically, on one CPU thread, and measures what came
of it.

    python examples/tiny/build_model.py --out examples/tiny/model

Two phases (see `tiny_world/`): the tower learns to see, then the model learns to answer, from an
uneven mixture of lessons. A tower trained before can be taken over with `--tower DIR`;
`--measure-only` trains nothing and measures the model in `--out`.
"""

import argparse
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from transformers import (
    AutoModelForImageTextToText,
    AutoProcessor,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    SiglipVisionModel,
)
from transformers.utils import logging

from tiny_world import levels
from tiny_world.architecture import build_model, build_processor, build_tokenizer
from tiny_world.tuning import tune
from tiny_world.vision import train_tower
from tiny_world.words import vocabulary

VISION_STEPS = 3000
TUNING_STEPS = 1400


def main() -> None:
    """Build, save, reload, measure."""
    options = _options()
    torch.set_num_threads(1)
    logging.disable_progress_bar()
    if not options.measure_only:
        model, processor = build(options)
        model.bfloat16().save_pretrained(options.out)
        processor.save_pretrained(options.out)
    table = levels.render(levels.measure(*load(options.out), options.per_cell, seed="levels"))
    Console(width=170).print(table)


def build(options: argparse.Namespace) -> tuple[LlavaForConditionalGeneration, LlavaProcessor]:
    """Both phases of the training."""
    tokenizer = build_tokenizer(vocabulary())
    model = build_model(tokenizer, options.seed)
    tower = _tower(options)
    model.model.vision_tower.load_state_dict(tower.state_dict())
    tune(model, tokenizer, options.tuning_steps, options.seed)
    return model, build_processor(tokenizer)


def load(folder: Path) -> tuple[Any, Any]:
    """The shipped model as anyone loads it, in single precision."""
    model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32)
    return model.eval(), AutoProcessor.from_pretrained(folder)


def _tower(options: argparse.Namespace) -> SiglipVisionModel:
    if options.tower and options.tower.exists():
        return SiglipVisionModel.from_pretrained(options.tower)
    tower = train_tower(options.vision_steps, options.seed)
    if options.tower:
        tower.save_pretrained(options.tower)
    return tower


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    here = Path(__file__).parent
    parser.add_argument("--out", type=Path, default=here / "model", help="the folder to write")
    parser.add_argument("--tower", type=Path, help="a trained tower: read if there, else written")
    parser.add_argument("--vision-steps", type=int, default=VISION_STEPS)
    parser.add_argument("--tuning-steps", type=int, default=TUNING_STEPS)
    parser.add_argument("--per-cell", type=int, default=300, help="questions per cell to measure")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--measure-only", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
