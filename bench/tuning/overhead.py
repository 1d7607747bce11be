"""T4: what our part of a training step costs: per rollout, and as a share of the step.

The tiny model is trained by GRPO on a CPU, in turn as the stage does it and by TRL bare: the same
`GRPOConfig`, rows, seed and start weights, one reward that compares two strings, none of our
callbacks. Neither run validates: a validation is an evaluation, which the model itself pays for.
While they run, a clock adds up the seconds inside

    model     generate, forward (the reference's too), backward, clipping and the optimiser
    rewards   our reward functions, as TRL calls them: TRL's columns to rollouts, scores, the log
    data      reading rows: pictures are decoded
    watch     our callback: the bar, the guards, marks of whole checkpoints
    saving    the trainer's checkpoints

and what is left is TRL and transformers: templates, tokens, log-probabilities, the log. Ours are
rewards, data and watch. A first pair of runs warms up and is not counted.

On a CPU the tiny model takes the better part of a step for a few megabytes of weights: with a real
model on a GPU the same microseconds per rollout are a smaller share, not a larger one.
"""

import copy
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

from bench.diagnosing.draws import mean
from bench.extent import Extent
from bench.rows import Row, number, verdict
from bench.tuning.small_run import prepared, settings
from blindspot.core.training_set import TrainingSetArtifact
from training import checkpoint, data, loop, stage
from training.quiet import quiet
from training.settings import TrainingSettings
from training.stage import TrainingInputs
from training.validation import prepare

if TYPE_CHECKING:
    from transformers import Trainer

OURS: Final = ("rewards", "data", "watch")
REWARDS: Final = {"accuracy": 0.9, "format": 0.05, "length": 0.05}
_TARGET: Final = 0.05


@dataclass
class Clock:
    """Seconds per part; what one part calls of another counts for the caller."""

    spent: dict[str, float] = field(default_factory=dict)
    calls: dict[str, list[float]] = field(default_factory=dict)
    """Seconds of each call, of what is asked call by call."""
    running: bool = False

    def timed(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its seconds added to a part."""

        @wraps(function)  # transformers asks a forward pass for its arguments' names
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            if self.running:
                return function(*args, **kwargs)
            self.running, begun = True, time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                took, self.running = time.perf_counter() - begun, False
                self.spent[part] = self.spent.get(part, 0.0) + took
                self.calls.setdefault(getattr(function, "__name__", part), []).append(took)

        return wrapped


@dataclass(frozen=True)
class Ran:
    """One training."""

    seconds: float
    spent: dict[str, float]
    calls: dict[str, list[float]]
    """Of the rewards, in seconds per call."""
    rollouts: int
    """Of one call."""

    @property
    def ours(self) -> float:
        """Share of the time that is ours."""
        return sum(self.spent.get(part, 0.0) for part in OURS) / self.seconds

    @property
    def outside(self) -> float:
        """Share of the time outside the model, checkpoints left out."""
        return 1 - self.spent["model"] / (self.seconds - self.spent.get("saving", 0.0))


def measure(extent: Extent) -> list[Row]:
    """Pairs of runs, ours and bare, each first in turn."""
    folder = extent.work / "overhead"
    inputs = prepared(folder, 96)
    steps, prompts = extent.draws(1, 4), extent.draws(8, 24)
    config = settings(
        {"rewards": REWARDS},
        steps=steps,
        prompts_per_step=prompts,
        prompts_per_pass=prompts,
        save_every=steps,
    )
    ours, bare = [], []
    with quiet():
        for turn in range(extent.draws(3, 6)):
            for way in (("ours", "bare"), ("bare", "ours"))[turn % 2]:
                ran = _ran(way == "ours", config, inputs, folder / way)
                (ours if way == "ours" else bare).append(ran)
    return rows(ours[1:], bare[1:])


def rows(ours: Sequence[Ran], bare: Sequence[Ran]) -> list[Row]:
    """What pairs of runs say."""
    each = [
        _micro(name, [c / ran.rollouts for ran in ours for c in ran.calls[name]])
        for name in REWARDS
    ]
    share, interval = mean([ran.ours for ran in ours])
    parts = ", ".join(f"{part} {_part(ours, part):.2%}" for part in OURS)
    told = f"share of training that is ours ({parts})"
    met = verdict((share, interval), _TARGET, precision=_TARGET, higher_is_better=False)
    beat = f"bare TRL, data and its string reward: {mean([ran.ours for ran in bare])[0]:.2%}"
    slow, slows = mean([a.seconds / b.seconds for a, b in zip(ours, bare, strict=True)])
    return [
        *each,
        Row("T4", told, share, interval, "< 0.05", beat, met),
        Row("T4", "share outside the model, TRL's own with it", *_outside(ours, bare)),
        Row("T4", "seconds of a training over those of bare TRL", slow, slows, "", "1"),
    ]


def _micro(name: str, seconds: Sequence[float]) -> Row:
    value, (low, high) = mean([s * 1e6 for s in seconds])
    return Row("T4", f"reward {name}, µs per rollout", value, (low, high))


def _outside(
    ours: Sequence[Ran], bare: Sequence[Ran]
) -> tuple[float, tuple[float, float], str, str]:
    value, interval = mean([ran.outside for ran in ours])
    return value, interval, "", f"bare TRL: {number(mean([ran.outside for ran in bare])[0])}"


def _part(ran: Sequence[Ran], part: str) -> float:
    return mean([r.spent.get(part, 0.0) / r.seconds for r in ran])[0]


def _ran(is_ours: bool, config: TrainingSettings, inputs: TrainingInputs, folder: Path) -> Ran:
    """Train once from the start, under the clock."""
    shutil.rmtree(folder, ignore_errors=True)
    training_set = TrainingSetArtifact(inputs.training_set)
    loaded = checkpoint.load(inputs.policy, config)
    table = data.read_samples(training_set)
    trainer: Any = stage._trainer(config, inputs.policy, loaded, table, folder)
    if not is_ours:
        fresh = checkpoint.load(inputs.policy, config)
        trainer = _bare(trainer, fresh.model)
    clock = Clock()
    trainer.reward_funcs = [clock.timed("rewards", f) for f in trainer.reward_funcs]
    for model in filter(None, (trainer.model, trainer.ref_model)):
        model.forward = clock.timed("model", model.forward)  # TRL gives each one of its own
    with _under(clock):
        begun = time.perf_counter()
        if is_ours:
            loop.fit(trainer, config, None, prepare(training_set, inputs.policy, config.validation))
        else:
            trainer.train()
        took = time.perf_counter() - begun
    calls = {name: clock.calls[name] for name in trainer.reward_func_names}
    return Ran(took, clock.spent, calls, config.prompts_per_pass * config.grpo.group_size)


def _bare(ours: Any, model: Any) -> "Trainer":
    """TRL's trainer with the same arguments and rows, and nothing of ours."""
    from transformers import PrinterCallback
    from trl.trainer.grpo_trainer import GRPOTrainer

    arguments = copy.copy(ours.args)
    arguments.reward_weights = [1.0]
    trainer = GRPOTrainer(
        model=model,
        reward_funcs=[same],
        args=arguments,
        train_dataset=ours.train_dataset,
        processing_class=ours.processing_class,
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def same(completions: Sequence[Any], target: Sequence[str], **_: Any) -> list[float | None]:
    """Whether a completion is the target, letter by letter."""
    said = [completion[0]["content"] for completion in completions]
    return [float(text == wanted) for text, wanted in zip(said, target, strict=True)]


@contextmanager
def _under(clock: Clock) -> Iterator[None]:
    """The clock hung into the libraries and into our callback."""
    from accelerate import Accelerator
    from accelerate.optimizer import AcceleratedOptimizer
    from datasets import Dataset
    from transformers import GenerationMixin, Trainer

    watched = loop._callback

    def callback(*args: Any) -> Any:
        found = watched(*args)
        for name in ("on_log", "on_save"):
            setattr(found, name, clock.timed("watch", getattr(found, name)))
        return found

    parts: list[tuple[str, type, str]] = [
        ("model", GenerationMixin, "generate"),
        ("model", Accelerator, "backward"),
        ("model", Accelerator, "clip_grad_norm_"),
        ("model", AcceleratedOptimizer, "step"),
        ("data", Dataset, "__getitem__"),
        ("data", Dataset, "__getitems__"),
        ("saving", Trainer, "_save_checkpoint"),
    ]
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(loop, "_callback", callback))
        for part, owner, name in parts:
            timed = clock.timed(part, getattr(owner, name))
            stack.enter_context(mock.patch.object(owner, name, timed))
        yield
