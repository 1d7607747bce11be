"""A prompt that a batch continues several times is read once.

    share(model, 8)     eight rollouts of a prompt: one pass over it, one over what each says

In front of a rollout stand a picture's patches and the question: most of its tokens, and the same
for all rollouts of a prompt. They are read once for each prompt, their keys and values are copied
to every rollout, and gradients of the copies add up: what is learned is the same but for the last
bits. The first batch is read both ways; where the two differ by more than rounding, and wherever a
batch is not of this kind, a model runs as it is.

Left alone are models that take something else for every token (Qwen-VL's positions), gradient
checkpointing, which keeps no keys, and several processes: that was not tried.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from training.shared_pictures import different

if TYPE_CHECKING:
    import torch

_OWN: Final = ("input_ids", "attention_mask")
_PICTURES: Final = "pixel_values"
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
    backbone = whole.base_model
    plain, agree = backbone.forward, [True, False]

    @wraps(plain)
    def forward(*args: Any, **kwargs: Any) -> Any:
        if args or not agree[0] or _keeps_nothing(backbone):
            return plain(*args, **kwargs)
        found = common(kwargs, times)
        if found and not agree[1]:
            agree[:] = _agrees(plain, kwargs, times, found), True
        return _read(plain, kwargs, times, found) if found and agree[0] else plain(**kwargs)

    backbone.forward = forward


def common(inputs: Mapping[str, Any], times: int) -> Common | None:
    """None where a batch is none of rollouts, or where something is given that not all rollouts of
    a prompt share.
    """
    import torch

    ids, mask = (inputs.get(name) for name in _OWN)
    if not isinstance(ids, torch.Tensor) or not isinstance(mask, torch.Tensor):
        return None
    if len(ids) % times or mask.shape != ids.shape:
        return None
    if not all(_is_by_row(value, ids) for value in _others(inputs).values()):
        return None
    order = _order(ids, inputs.get(_PICTURES))
    if not all(_same(v[order], times).all() for v in _others(inputs).values()):
        return None
    same = _same(ids[order], times) & _same(mask[order], times)
    cut = int(same.all(dim=1).long().cumprod(dim=1).sum(dim=1).min())
    return Common(order, min(cut, ids.shape[1] - 1)) if cut else None


def _keeps_nothing(backbone: Any) -> bool:
    """Whether its layers compute everything again for the gradient, and so keep no keys."""
    return any(getattr(module, "gradient_checkpointing", False) for module in backbone.modules())


def _order(ids: "torch.Tensor", pictures: Any) -> list[int]:
    """The rows by their pictures and tokens: those that begin alike stand together."""
    shown = different(pictures)[1]
    numbers = [0] * len(ids) if shown is None else shown.tolist()
    rows = ids.tolist()
    return sorted(range(len(rows)), key=lambda place: (numbers[place], rows[place]))


def _others(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What is given beside tokens and mask."""
    return {n: v for n, v in inputs.items() if n not in _OWN and v is not None and v is not False}


def _is_by_row(value: Any, ids: "torch.Tensor") -> bool:
    """Whether it is something for each row, such as its picture, and not for each token."""
    import torch

    is_by_row = isinstance(value, torch.Tensor) and value.dim() > 1 and len(value) == len(ids)
    return is_by_row and value.shape[1] != ids.shape[1]


def _same(rows: "torch.Tensor", times: int) -> "torch.Tensor":
    """Where rows say what the first of their prompt says, (prompts, times, …)."""
    return rows.unflatten(0, (-1, times)) == rows[::times, None]


def _read(plain: Forward, inputs: Mapping[str, Any], times: int, found: Common) -> Any:
    """The prompts, and then what follows on each."""
    import torch
    from transformers import DynamicCache

    ids, mask = (inputs[name][found.order] for name in _OWN)
    first = plain(
        input_ids=ids[::times, : found.cut],
        attention_mask=mask[::times, : found.cut],
        past_key_values=DynamicCache(),
        use_cache=True,
        **{name: value[found.order[::times]] for name, value in _others(inputs).items()},
    )
    known = first.past_key_values
    known.batch_repeat_interleave(times)
    said = ids[:, found.cut :]
    rest = plain(input_ids=said, attention_mask=mask, past_key_values=known, use_cache=True)
    prompts = first.last_hidden_state.repeat_interleave(times, dim=0)
    hidden = torch.cat([prompts, rest.last_hidden_state], dim=1)
    back = torch.tensor(found.order, device=hidden.device).argsort()
    return type(first)(last_hidden_state=hidden[back])


def _agrees(plain: Forward, inputs: Mapping[str, Any], times: int, found: Common) -> bool:
    """Whether both ways say the same of every token, but for rounding."""
    import torch

    with torch.no_grad():
        wanted = plain(**inputs).last_hidden_state
        shared = _read(plain, inputs, times, found).last_hidden_state
    shown = inputs["attention_mask"].bool()
    gap, most = (shared - wanted)[shown].abs().max(), wanted[shown].abs().max()
    return bool(gap <= torch.finfo(wanted.dtype).eps ** 0.5 * most)
