"""What the model is fed: pixels, and several questions packed behind one image.

A pack is one sequence: the image once, then questions with their answers side by side. A
block-diagonal mask lets each question see the image and itself only, and each starts at the same
position, so that the loss equals that of asking them one by one (a test holds it), at a fraction of
the time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from PIL import Image
from transformers import PreTrainedTokenizerFast

from .architecture import END, PAD, PATCHES

IGNORED: Final = -100
"""A label that no loss is computed for."""


@dataclass(frozen=True)
class Pack:
    """One image and the questions asked of it, with their answers."""

    image: Image.Image
    turns: tuple[tuple[str, str], ...]


def pixels(images: Sequence[Image.Image]) -> torch.Tensor:
    """What the image processor makes of 48×48 pictures: -1 to 1, channels first."""
    stacked = np.stack([np.asarray(image) for image in images]).astype(np.float32)
    return torch.from_numpy(stacked / 127.5 - 1).permute(0, 3, 1, 2).contiguous()


class Packer:
    """Turns packs into batches for a tokenizer; remembers the tokens of texts it has seen."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast) -> None:
        self._tokenizer = tokenizer
        self._known: dict[str, list[int]] = {}
        self.prefix = self._ids("<user>" + "<image>" * PATCHES**2)

    def _ids(self, text: str) -> list[int]:
        if text not in self._known:
            self._known[text] = self._tokenizer.encode(text, add_special_tokens=False)
        return self._known[text]

    def batch(self, packs: Sequence[Pack]) -> dict[str, torch.Tensor]:
        """Inputs and labels of a forward pass over all packs."""
        rows = [self._row(pack) for pack in packs]
        width = max(row.shape[1] for row in rows)
        empty = np.array([[PAD], [0], [IGNORED], [-1]])
        padded = [np.hstack([row, np.repeat(empty, width - row.shape[1], axis=1)]) for row in rows]
        ids, positions, labels, turns = torch.from_numpy(np.stack(padded)).unbind(1)
        return {
            "input_ids": ids,
            "position_ids": positions,
            "labels": labels,
            "attention_mask": _mask(turns),
            "pixel_values": pixels([pack.image for pack in packs]),
        }

    def _row(self, pack: Pack) -> np.ndarray:
        """Four rows: token, position, label, and which turn it belongs to (0 is the image)."""
        start = len(self.prefix)
        columns = [(token, i, IGNORED, 0) for i, token in enumerate(self.prefix)]
        for turn, (question, answer) in enumerate(pack.turns, start=1):
            asked, said = self._ids(f"{question}<assistant>"), [*self._ids(answer), END]
            labels = [IGNORED] * len(asked) + said
            columns += [
                (token, start + i, labels[i], turn) for i, token in enumerate([*asked, *said])
            ]
        return np.array(columns, np.int64).T


def _mask(turns: torch.Tensor) -> torch.Tensor:
    """Added to attention: 0 where a token may look (itself, before it, in its turn or the image),
    else minus infinity."""
    length = turns.shape[1]
    before = torch.ones(length, length, dtype=torch.bool).tril()
    related = (turns[:, :, None] == turns[:, None, :]) | (turns[:, None, :] == 0)
    lowest = torch.finfo(torch.float32).min
    return torch.zeros(related.shape).masked_fill(~(before & related), lowest)[:, None]
