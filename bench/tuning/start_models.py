"""Start checkpoints of different strength, for T10: the recipe of `examples/tiny/build_model.py`
stopped early.

    weak      30 steps of tuning      hardly knows the forms of answers
    middle    100 steps               right on one sampled answer in five
    fair      250 steps
    good      500 steps
    strong    the shipped model       1,400 steps, right on four in five
    judge     250 steps, seed 1       no start: the other model of the verifier `model`

Those that are built begin with the shipped model's tower, so that seeing is not what they lack, and
with an untrained language model. Each is built once, in `work`, in 10 s to 4 min on one core.
"""

import importlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from blindspot.core.artifact import write_text
from blindspot.core.progress import say

TINY: Final = Path(__file__).parents[2] / "examples" / "tiny"
SHIPPED: Final = TINY / "model"


@dataclass(frozen=True)
class Recipe:
    """How a model came about; no steps: the shipped one."""

    steps: int
    seed: int = 0


STRENGTHS: Final = {
    "weak": Recipe(30),
    "middle": Recipe(100),
    "fair": Recipe(250),
    "good": Recipe(500),
    "strong": Recipe(0),
}
"""Weakest first."""
JUDGE: Final = Recipe(250, seed=1)


def checkpoint(name: str, recipe: Recipe, work: Path) -> Path:
    """The folder of a model, built if it is not there."""
    if not recipe.steps:
        return SHIPPED
    folder = work / f"{name}-{recipe.steps}-{recipe.seed}"
    whole = folder / "whole"
    if not whole.exists():
        say(f"building the {name} model")
        _build(recipe, folder)
        write_text(whole, "")
    return folder


def _build(recipe: Recipe, folder: Path) -> None:
    import torch
    from transformers import AutoModelForImageTextToText

    torch.set_num_threads(1)
    architecture, tuning, words = (_tiny(name) for name in ("architecture", "tuning", "words"))
    tokenizer = architecture.build_tokenizer(words.vocabulary())
    model = architecture.build_model(tokenizer, recipe.seed)
    shipped: Any = AutoModelForImageTextToText.from_pretrained(SHIPPED, dtype=torch.float32)
    model.model.vision_tower.load_state_dict(shipped.model.vision_tower.state_dict())
    tuning.tune(model, tokenizer, recipe.steps, recipe.seed)
    model.bfloat16().save_pretrained(folder)
    architecture.build_processor(tokenizer).save_pretrained(folder)


def _tiny(module: str) -> Any:
    """A module of the tiny world's scripts, whose folder is no package."""
    if str(TINY) not in sys.path:
        sys.path.append(str(TINY))
    return importlib.import_module(f"tiny_world.{module}")


def cells() -> list[Any]:
    """The cells of the tiny world."""
    return _tiny("cells").all_cells()
