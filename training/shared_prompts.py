"""A prompt that a batch continues several times is read once.

    share(model, 8)     eight rollouts of a prompt: one pass over it, one over what each says

In front of a rollout stand a picture's patches and the question: most of its tokens, and the same
for all rollouts of a prompt. The language model reads them once for each prompt, their keys and
values are copied to every rollout, and gradients of the copies add up: what is learned is the same
but for the last bits. So it is where rollouts are generated and where they are judged. The first
batch of each is read both ways; where the two differ by more than rounding, and wherever a batch is
not of this kind, a model runs as it is.

Left alone are models whose language model takes more than embeddings, mask and positions, gradient
checkpointing, which keeps no keys, and several processes: that was not tried.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import torch

_TAKEN: Final = ("inputs_embeds", "attention_mask", "position_ids", "past_key_values")
Forward = Callable[..., Any]


@dataclass(frozen=True)
class Common:
    """What the rows of a batch have in common."""

    order: list[int]
    """The rows, those of a prompt one after another."""
    cut: int
    """Tokens that all rollouts of every prompt share."""


def share(model: Any, times: int) -> None:
    """Let batches in which each prompt stands so often be read so from now on. None is no model."""
    if model is None or times == 1:
        return
    whole = model.get_base_model() if hasattr(model, "get_base_model") else model
    decoder = whole.get_decoder()
    plain: Forward = decoder.forward
    agrees: dict[bool, bool] = {}

    @wraps(plain)
    def forward(*args: Any, **kwargs: Any) -> Any:
        if args or not is_whole(kwargs) or _keeps_nothing(decoder):
            return plain(*args, **kwargs)
        found = common(kwargs, times)
        if found is None:
            return plain(**kwargs)
        is_generating = kwargs.get("past_key_values") is not None
        if is_generating not in agrees:
            agrees[is_generating] = _agrees(plain, kwargs, times, found)
        return _read(plain, kwargs, times, found) if agrees[is_generating] else plain(**kwargs)

    decoder.forward = forward


def common(inputs: Mapping[str, Any], times: int) -> Common | None:
    """None where a batch of whole texts is none of rollouts."""
    embeddings, mask = inputs["inputs_embeds"], inputs["attention_mask"]
    positions, past = inputs.get("position_ids"), inputs.get("past_key_values")
    if len(embeddings) % times:
        return None
    order = _order(embeddings)
    same = _same(embeddings[order], times).all(dim=3) & _same(mask[order], times)
    if positions is not None:
        kinds = positions.reshape(-1, *mask.shape).transpose(0, 1)
        same = same & _same(kinds[order], times).all(dim=2)
    cut = int(same.all(dim=1).long().cumprod(dim=1).sum(dim=1).min())
    return Common(order, cut) if cut and (past is None or cut == mask.shape[1]) else None


def is_whole(inputs: Mapping[str, Any]) -> bool:
    """Whether a language model is given whole texts, not what continues them, and nothing else."""
    import torch
    from transformers import DynamicCache

    embeddings, mask, positions, past = (inputs.get(name) for name in _TAKEN)
    others = (v for n, v in inputs.items() if n not in (*_TAKEN, "use_cache"))
    if any(value is not None and value is not False for value in others):
        return False
    if not isinstance(embeddings, torch.Tensor) or not isinstance(mask, torch.Tensor):
        return False
    shape = embeddings.shape[:2]
    if mask.shape != shape or (positions is not None and positions.shape[-2:] != shape):
        return False
    if past is None:
        return not inputs.get("use_cache")
    return isinstance(past, DynamicCache) and not past.get_seq_length()


def _keeps_nothing(decoder: Any) -> bool:
    """Whether its layers compute everything again for the gradient, and so keep no keys."""
    return any(getattr(module, "gradient_checkpointing", False) for module in decoder.modules())


def _order(embeddings: "torch.Tensor") -> list[int]:
    """The rows by their tokens: those that begin alike stand together."""
    rows = embeddings.detach().sum(dim=2).tolist()
    return sorted(range(len(rows)), key=lambda place: rows[place])


def _same(rows: "torch.Tensor", times: int) -> "torch.Tensor":
    """Where rows say what the first of their prompt says, (prompts, times, …)."""
    return rows.unflatten(0, (-1, times)) == rows[::times, None]


def _read(plain: Forward, inputs: Mapping[str, Any], times: int, found: Common) -> Any:
    """The prompts, and then what follows on each; keys and values are kept where that is asked."""
    import torch
    from transformers import DynamicCache

    mask, past = inputs["attention_mask"], inputs.get("past_key_values")
    asked = _part(inputs, found.order[::times], slice(found.cut))
    asked["attention_mask"] = mask[found.order[::times], : found.cut]
    first = plain(**asked, past_key_values=DynamicCache(), use_cache=True)
    known, hidden = first.past_key_values, first.last_hidden_state.repeat_interleave(times, dim=0)
    known.batch_repeat_interleave(times)
    if found.cut < mask.shape[1]:
        said = _part(inputs, found.order, slice(found.cut, None))
        said["attention_mask"] = mask[found.order]
        rest = plain(**said, past_key_values=known, use_cache=True)
        hidden = torch.cat([hidden, rest.last_hidden_state], dim=1)
    back = torch.tensor(found.order, device=hidden.device).argsort()
    if past is not None:
        for number, layer in enumerate(known.layers):
            past.update(layer.keys[back], layer.values[back], number)
    return type(first)(last_hidden_state=hidden[back], past_key_values=past)


def _part(inputs: Mapping[str, Any], rows: Sequence[int], tokens: slice) -> dict[str, Any]:
    """Some rows' embeddings and positions of some tokens."""
    positions = inputs.get("position_ids")
    return {
        "inputs_embeds": inputs["inputs_embeds"][rows, tokens],
        "position_ids": None if positions is None else positions[..., rows, tokens],
    }


def _agrees(plain: Forward, inputs: Mapping[str, Any], times: int, found: Common) -> bool:
    """Whether both ways say the same of every token, but for rounding."""
    import torch
    from transformers import DynamicCache

    keeps = inputs.get("past_key_values") is not None
    fresh = lambda: {**inputs, "past_key_values": DynamicCache() if keeps else None}  # noqa: E731
    with torch.no_grad():
        wanted = plain(**fresh()).last_hidden_state
        shared = _read(plain, fresh(), times, found).last_hidden_state
    shown = inputs["attention_mask"].bool()
    gap, most = (shared - wanted)[shown].abs().max(), wanted[shown].abs().max()
    return bool(gap <= torch.finfo(wanted.dtype).eps ** 0.5 * most)
