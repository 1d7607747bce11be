"""A picture that a batch shows several times is encoded once.

    share(model)        eight rollouts of a prompt: one pass of its picture through the encoder

All rollouts of a prompt, and both sides of a pair, show the same pictures. The encoder's output is
copied to every place, and gradients of the copies add up, so what is learned is the same but for
the last bits.

Encoders that take pictures as (n, channels, height, width) are served (LLaVA, Idefics, SmolVLM);
those that take all patches in one row (Qwen-VL) run as they are, and so do all where several
processes train: that was not tried.
"""

from typing import TYPE_CHECKING, Any, Final

from training import lora

if TYPE_CHECKING:
    import torch

_PICTURES: Final = 4
"""Dimensions of a batch of pictures."""


def share(model: Any) -> None:
    """Let the image encoders of a model do so, from now on; None has none."""
    for path, module in model.named_modules() if model is not None else ():
        parts = path.split(".")
        if parts[-1] in lora.TOWERS and not {*lora.TOWERS} & {*parts[:-1]}:
            _share(module)


def _share(encoder: "torch.nn.Module") -> None:
    places: list[Any] = [None]

    def before(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        pictures: Any = next(iter([*args, *kwargs.values()]), None)
        kept, places[0] = different(pictures)
        if places[0] is None:
            return None
        chosen = lambda value: _chosen(value, len(pictures), kept)  # noqa: E731
        return tuple(map(chosen, args)), {name: chosen(v) for name, v in kwargs.items()}

    def after(_: Any, args: Any, output: Any) -> Any:
        return output if places[0] is None else _copied(output, places[0])

    encoder.register_forward_pre_hook(before, with_kwargs=True)
    encoder.register_forward_hook(after)


def different(pictures: Any) -> "tuple[Any, torch.Tensor | None]":
    """Where each different picture of a batch first stands, (k,), and for every place which of
    them it shows, (n,). None for the places where nothing is shown twice, or cannot be told.
    """
    import torch

    if not isinstance(pictures, torch.Tensor) or pictures.dim() != _PICTURES:
        return None, None
    sums = pictures.detach().flatten(1).sum(1, dtype=torch.float64)
    values, shown = sums.unique(return_inverse=True)
    if len(values) == len(pictures):
        return None, None
    order = torch.arange(len(pictures), device=shown.device)
    first = torch.full_like(values, len(pictures), dtype=torch.long)
    first.scatter_reduce_(0, shown, order, "amin")
    if not torch.equal(pictures[first][shown], pictures):  # others may have the same sum
        return None, None
    return first, shown


def _chosen(value: Any, count: int, kept: Any) -> Any:
    import torch

    is_theirs = isinstance(value, torch.Tensor) and value.dim() and len(value) == count
    return value[kept] if is_theirs else value


def _copied(output: Any, shown: Any) -> Any:
    """An encoder's output, each picture's part in all of its places."""
    import torch

    if isinstance(output, torch.Tensor):
        return output[shown]
    if isinstance(output, tuple | list):
        return type(output)(_copied(each, shown) for each in output)
    if isinstance(output, dict):
        return type(output)(**{name: _copied(each, shown) for name, each in output.items()})
    return output
