"""What each benchmark of a run asks, and what that costs: arithmetic on plain values.

A figure says how far it holds. *exactly*: counted with the checkpoint's own tokenizer, chat
template and picture sizes. *about*: four characters stand for a token, or the model is known by its
name alone. *at most*: the data is not here, and every picture counts as the largest, one to a
sample. What is known in no such way is None.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image

from blindspot.core.images import ImageStore
from blindspot.counting import Counter, Prompt, Size
from blindspot.footprint import Fixed, Footprint, Patches
from harness.benchmark import Facts, Item
from harness.halves import unit_hash

Pictures = Patches | Fixed | None

CHARACTERS: Final = 4
"""Of a token, where no tokenizer is here: usual for English."""


@dataclass(frozen=True)
class Demand:
    """What one benchmark asks."""

    name: str
    samples: int | None
    """Those that will be asked; None where it is not known."""
    prompts: tuple[Prompt, ...] | None = None
    """One per sample; None where the data is not here."""
    judge: bool = False
    """Whether its rule may abstain."""
    download_gb: float | None = None
    """Of data that is not here, where it is known."""


@dataclass(frozen=True)
class Load:
    """What one benchmark costs."""

    demand: Demand
    requests: int | None
    words: int | None
    """Tokens of text in all prompts, the chat template's included."""
    pictures: int | None
    """Tokens of pictures in all prompts."""
    longest: int | None
    """Tokens of the longest prompt, as far as they are known."""
    holds: str
    """`exactly`, `about` or `at most`."""


def load(demand: Demand, model: Footprint, count: Counter | None, repeats: int) -> Load:
    """What one benchmark costs: counted where its data is here, bounded where it is not."""
    requests = None if demand.samples is None else demand.samples * repeats
    if demand.prompts is None:
        most = model.pictures.most if model.pictures else None
        bound = most * requests if most is not None and requests is not None else None
        return Load(demand, requests, None, bound, most, "at most")
    counted = count(demand.prompts) if count else None
    words = counted or [math.ceil(len(p.text) / CHARACTERS) for p in demand.prompts]
    seen = [picture_tokens(p.pictures, model.pictures) for p in demand.prompts]
    known = [n for n in seen if n is not None]
    sure = counted is not None and not model.by_name and len(known) == len(seen)
    return Load(
        demand,
        requests,
        sum(words) * repeats,
        sum(known) * repeats if len(known) == len(seen) else None,
        max((w + (n or 0) for w, n in zip(words, seen, strict=True)), default=0),
        "exactly" if sure else "about",
    )


def seen(
    name: str, facts: Facts, items: Sequence[Item], images: ImageStore, limit: int | None
) -> Demand:
    """What a benchmark asks whose data is here, its pictures in the store. Samples whose pictures
    cannot be read are not asked.
    """
    drawn = sorted(items, key=lambda item: unit_hash(item.sample.id))[:limit]
    asked = [item.sample for item in drawn if item.failure is None]
    prompts = tuple(Prompt(s.prompt, tuple(_size(images, n) for n in s.images)) for s in asked)
    return Demand(name, len(prompts), prompts, facts.judge)


def unseen(name: str, facts: Facts, limit: int | None) -> Demand:
    """What a benchmark asks whose data is not here."""
    samples = min(facts.size, limit or facts.size) or None
    return Demand(name, samples, judge=facts.judge, download_gb=facts.download_gb)


def _size(images: ImageStore, name: str) -> Size:
    with Image.open(images.path(name)) as picture:
        return picture.size


def picture_tokens(sizes: Sequence[Size], pictures: Pictures) -> int | None:
    """Tokens of a prompt's pictures; None where nobody knows how they become tokens."""
    if not sizes:
        return 0
    return None if pictures is None else sum(pictures.tokens(*size) for size in sizes)


def money(prompt: int, completion: int, prices: tuple[float, float]) -> float:
    """The price of so many tokens, at prices for a million of each kind."""
    return (prompt * prices[0] + completion * prices[1]) / 1e6


def cache_bytes(token: int, tokens: int, requests: int) -> int:
    """The KV cache of so many requests of so many tokens, at so many bytes per token."""
    return token * tokens * requests
