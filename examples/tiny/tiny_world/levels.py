"""Measuring what the model can do: every cell, on fresh pictures whose contents training never
showed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any, Final

import torch
from rich.box import MARKDOWN
from rich.table import Table
from tqdm import tqdm

from blindspot.core.grading import grade
from blindspot.core.statistics import wilson
from generation.family import Drawing

from .architecture import IMAGE_SIZE
from .cells import Cell, all_cells, benchmark_drawing

BATCH: Final = 128


@dataclass(frozen=True)
class Level:
    """How one cell was answered."""

    cell: Cell
    greedy: tuple[float, ...]
    """Scores of the most likely answers."""
    sampled: tuple[float, ...]
    """Scores of answers drawn at temperature 1."""
    example: str
    """A question, its target and the answer given."""


def measure(model: Any, processor: Any, per_cell: int, seed: str) -> list[Level]:
    """The level of every cell, on `per_cell` drawings each."""
    torch.manual_seed(0)
    return [
        _level(model, processor, cell, per_cell, seed)
        for cell in tqdm(all_cells(), desc="measuring", mininterval=2)
    ]


def _level(
    model: Any,
    processor: Any,
    cell: Cell,
    per_cell: int,
    seed: str,
) -> Level:
    drawings = [
        benchmark_drawing(cell, f"{seed}/{cell.name}/{i}", IMAGE_SIZE) for i in range(per_cell)
    ]
    greedy = answers(model, processor, drawings)
    sampled = answers(model, processor, drawings, temperature=1.0)
    at = random.Random(cell.name).randrange(per_cell)
    example = f"{drawings[at].question} {drawings[at].target} → {greedy[at]}"
    return Level(cell, scores(drawings, greedy), scores(drawings, sampled), example)


def scores(drawings: Sequence[Drawing], said: Sequence[str]) -> tuple[float, ...]:
    """The score of each answer."""
    pairs = zip(drawings, said, strict=True)
    return tuple(grade(text, target=d.target, kind=d.answer_kind).score for d, text in pairs)


@torch.inference_mode()
def answers(
    model: Any,
    processor: Any,
    drawings: Sequence[Drawing],
    temperature: float | None = None,
) -> list[str]:
    """What the model says; greedily without a temperature."""
    said: list[str] = []
    how = {"do_sample": False} if temperature is None else _sampling(temperature)
    for start in range(0, len(drawings), BATCH):
        some = drawings[start : start + BATCH]
        inputs = processor(
            text=[_prompt(processor, drawing.question) for drawing in some],
            images=[drawing.image for drawing in some],
            return_tensors="pt",
            padding=True,
        )
        output = model.generate(**inputs, max_new_tokens=16, **how)
        said += processor.batch_decode(
            output[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True
        )
    return said


def _sampling(temperature: float) -> dict[str, bool | float | int]:
    return {"do_sample": True, "temperature": temperature, "top_k": 0}


def _prompt(processor: Any, question: str) -> str:
    content = [{"type": "image"}, {"type": "text", "text": question}]
    message = [{"role": "user", "content": content}]
    return processor.apply_chat_template(message, add_generation_prompt=True, tokenize=False)


def render(levels: Sequence[Level]) -> Table:
    """The table that the README shows."""
    table = Table(box=MARKDOWN)
    for column in ("cell", "category", "right %", "95 % interval", "sampled %", "example"):
        table.add_column(column, justify="right" if "%" in column else "left", no_wrap=True)
    for level in levels:
        low, high = wilson(sum(level.greedy), len(level.greedy))
        table.add_row(
            level.cell.name,
            level.cell.category,
            f"{100 * mean(level.greedy):.0f}",
            f"{100 * low:.0f} to {100 * high:.0f}",
            f"{100 * mean(level.sampled):.0f}",
            level.example,
        )
    return table
