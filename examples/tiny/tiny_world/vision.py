"""Teaching the tower to see before the model learns to answer: what stands in each patch, with
heads that are thrown away.

From scratch, question answering alone leaves shape and position at chance after minutes; a dense
label per patch teaches them in the same time (measured in a spike). The labels come from the
pictures' parts: what kind of thing covers a patch, where its box lies, and whether its middle is
here.
"""

import random
import string
from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from tqdm import tqdm
from transformers import SiglipVisionModel

from generation.canvas import COLORS, Box, Part
from generation.picture import Picture
from generation.scene import SHAPES

from .architecture import HIDDEN, IMAGE_SIZE, PATCHES, vision_config
from .cells import Cell
from .packing import pixels
from .schedule import optimiser, set_rate

CLASSES: Final[dict[str, Sequence[str]]] = {
    "color": tuple(COLORS),
    "bar": tuple(COLORS),
    "shape": SHAPES,
    "grade": ("large", "small"),
    "glyph": string.digits + "+-" + string.ascii_lowercase,
}
"""What a part can say, and so the classes of each head; class 0 of a head is "nothing of the
kind"."""

MIDDLES: Final = ("other", *SHAPES)
"""Classes of the head for middles: by shape, so that things of one shape can be counted."""

SHOWN: Final = {
    Cell("counting", (("objects", "few"),)): 0.15,
    Cell("counting", (("objects", "many"),)): 0.13,
    Cell("presence", (("truth", "present"),)): 0.1,
    Cell("chart_counting"): 0.12,
    Cell("ocr_digits", (("text", "digits"), ("print", "large"))): 0.08,
    Cell("ocr_digits", (("text", "digits"), ("print", "small"))): 0.12,
    Cell("ocr_words", (("text", "word"),)): 0.17,
    Cell("arithmetic", (("operation", "plus"),)): 0.07,
    Cell("arithmetic", (("operation", "minus"),)): 0.06,
}
"""The cells whose pictures the tower sees, with their shares; clocks are not among them."""

COVERED: Final = 0.15
"""Least share of a patch that a part must cover for the patch to show it."""
BATCH: Final = 64
RATE: Final = 1.5e-3

Labels = dict[str, np.ndarray]


def train_tower(steps: int, seed: int) -> SiglipVisionModel:
    """A tower that knows what its patches show."""
    torch.manual_seed(seed)
    tower, heads = SiglipVisionModel(vision_config()), _heads()
    adam = optimiser([*tower.parameters(), *heads.parameters()], RATE)
    progress = tqdm(range(steps), desc="vision", mininterval=2)
    for step in progress:
        set_rate(adam, RATE, step, steps)
        pictures, labels = _batch(f"vision-{seed}-{step}")
        seen = tower(pixel_values=pictures, output_hidden_states=True).hidden_states[-1]
        loss = _loss(heads, seen, labels)
        loss.backward()
        nn.utils.clip_grad_norm_(tower.parameters(), 1.0)
        adam.step()
        adam.zero_grad(set_to_none=True)
        if step % 50 == 0:
            progress.set_postfix_str(_accuracy(heads, seen, labels), refresh=False)
    return tower


def _heads() -> nn.ModuleDict:
    sizes = {name: len(classes) + 1 for name, classes in CLASSES.items()}
    return nn.ModuleDict(
        {
            name: nn.Linear(HIDDEN, size)
            for name, size in {**sizes, "middle": 1 + len(MIDDLES), "box": 4}.items()
        }
    )


def _batch(seed: str) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    rng = random.Random(seed)
    cells = rng.choices(list(SHOWN), list(SHOWN.values()), k=BATCH)
    pictures = [cell.compose(rng) for cell in cells]
    labels = [labels_of(picture) for picture in pictures]
    stacked = {
        name: torch.from_numpy(np.stack([each[name] for each in labels])) for name in labels[0]
    }
    return pixels([picture.paint(rng, IMAGE_SIZE) for picture in pictures]), stacked


def labels_of(picture: Picture) -> Labels:
    """Per patch: the class of the part that covers most of it, that part's box, and whether a
    part's middle lies here."""
    parts = picture.parts
    cover = np.stack([coverage(part.box) for part in parts])
    best, shown = cover.argmax(0), cover.max(0) >= COVERED
    labels: Labels = {}
    for name, classes in CLASSES.items():
        ids = [1 + classes.index(p.says[name]) if name in p.says else 0 for p in parts]
        labels[name] = np.where(shown, np.array(ids)[best], 0).reshape(-1)
    labels["box"] = np.array([part.box for part in parts], np.float32)[best].reshape(-1, 4)
    labels["shown"] = shown.reshape(-1)
    labels["middle"] = _middles(parts)
    return labels


def coverage(box: Box) -> np.ndarray:
    """The share of each patch, row by row, that `box` covers."""
    edges = np.arange(PATCHES + 1) / PATCHES
    along = np.minimum(edges[1:], box[2]) - np.maximum(edges[:-1], box[0])
    down = np.minimum(edges[1:], box[3]) - np.maximum(edges[:-1], box[1])
    return np.outer(down.clip(0), along.clip(0)) * PATCHES**2


def _middles(parts: Sequence[Part]) -> np.ndarray:
    """Per patch: 0, or the class of the part whose middle lies here."""
    grid = np.zeros((PATCHES, PATCHES), np.int64)
    for part in parts:
        x0, y0, x1, y1 = part.box
        column, row = int((x0 + x1) / 2 * PATCHES), int((y0 + y1) / 2 * PATCHES)
        at = min(row, PATCHES - 1), min(column, PATCHES - 1)
        grid[at] = 1 + MIDDLES.index(part.says.get("shape", "other"))
    return grid.reshape(-1)


def _loss(
    heads: nn.ModuleDict, seen: torch.Tensor, labels: dict[str, torch.Tensor]
) -> torch.Tensor:
    """All heads together; patches that show something weigh as much as all patches."""
    total = (
        functional.smooth_l1_loss(
            heads["box"](seen)[labels["shown"]], labels["box"][labels["shown"]], beta=0.05
        )
        * 10
    )
    for name in (*CLASSES, "middle"):
        guess, truth = heads[name](seen).flatten(0, 1), labels[name].flatten()
        total = total + functional.cross_entropy(guess, truth)
        if (shown := truth > 0).any():
            total = total + functional.cross_entropy(guess[shown], truth[shown])
    return total


@torch.no_grad()
def _accuracy(heads: nn.ModuleDict, seen: torch.Tensor, labels: dict[str, torch.Tensor]) -> str:
    """Per head, the share of patches showing something that were named rightly."""
    right: list[str] = []
    for name in (*CLASSES, "middle"):
        truth = labels[name]
        guess = heads[name](seen).argmax(-1)
        right.append(f"{name} {(guess == truth)[truth > 0].float().mean():.2f}")
    off = (heads["box"](seen) - labels["box"])[labels["shown"]].abs().mean()
    return f"{' '.join(right)} box ±{off:.3f}"
