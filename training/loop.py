"""Running a trainer to its end, from its last whole checkpoint if there is one.

    checkpoint.tmp/ trainer/checkpoint-40/ … WHOLE      what a killed run continues from
                            best-20/ best.json          what did best on the validation split
                            last/                       the weights after the last step
                    metrics.jsonl                       written last: training is finished

A trainer checkpoint holds weights, optimiser, schedule, random states and the log, so a
continued run takes the same steps as an uninterrupted one, to the last bit on a CPU with the
same number of threads. One that a kill cut short lacks the file `WHOLE` and is thrown away.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from blindspot.core.artifact import canonical_json, disk_error, write_text
from blindspot.core.errors import StageError
from blindspot.core.progress import Advance, progress
from training import distributed, validation
from training.guards import alarm
from training.health import Trouble, lower, not_a_number, silence, trouble
from training.settings import TrainingSettings
from training.validation import Validation

if TYPE_CHECKING:
    from transformers import Trainer, TrainerCallback

WHOLE: Final = "WHOLE"

_NO_MEMORY: Final = ("DefaultCPUAllocator", "out of memory", "ALLOC_FAILED")
"""In what torch, CUDA and cuBLAS say of memory that does not suffice."""
_NO_ROOM: Final = ("No space left", "unexpected pos", "file write failed", "failed writing file")
"""In what safetensors and torch say of a disk that is full."""
_VARIES: Final = frozenset({"step_time", "num_tokens", "total_flos"})
"""Log entries that are times, or counts that a continued run starts anew."""


def fit(
    trainer: "Trainer", settings: TrainingSettings, start: Path | None, asked: Validation
) -> list[dict[str, Any]]:
    """Train to the end, from the trainer checkpoint `start` if there is one, and return the log,
    one record per step. Raises StageError when nothing can be learned any more.
    """
    from transformers import PrinterCallback

    trainer.remove_callback(PrinterCallback)
    with progress("Training", settings.steps) as advance:
        advance(_step(start) if start else 0)
        trainer.add_callback(_callback(trainer, settings, asked, advance))
        _train(trainer, start)
    records = clean(trainer.state.log_history)
    _raise(silence(records))
    return records


def saved(trainer: "Trainer") -> Path:
    """Where the weights lie that are published: those that did best, or else the last."""
    folder = Path(str(trainer.args.output_dir))
    with distributed.main_first():
        found = validation.best(folder)
    if found:
        return found.folder
    trainer.save_model(str(folder / "last"))
    distributed.wait()
    return folder / "last"


def _train(trainer: "Trainer", start: Path | None) -> None:
    """Take the steps; what torch raises for weights that are no numbers, or of other shapes than
    those that were saved, becomes a StageError.
    """
    try:
        trainer.train(resume_from_checkpoint=str(start) if start else None)
    except RuntimeError as error:
        if "size mismatch" in str(error):
            raise StageError(
                f"Training cannot continue from {start}",
                "its tensors have other shapes than those of the model that is trained",
                "Train from the beginning with --redo checkpoint",
            ) from error
        if "probability tensor" not in str(error):
            raise
        _raise(not_a_number(trainer.state.global_step + 1))


@contextmanager
def enough_memory(settings: TrainingSettings) -> Iterator[None]:
    """Memory that does not suffice, a GPU's or this machine's, becomes a StageError that says what
    to lower.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        said = next(iter(str(error).splitlines()), "")
        if not isinstance(error, MemoryError) and not any(sign in said for sign in _NO_MEMORY):
            raise
        why = said.rpartition("err == 0. ")[2] or "this machine has no more"
        raise StageError("Training ran out of memory", why, lower(settings)) from error


@contextmanager
def enough_room(folder: Path) -> Iterator[None]:
    """A full disk becomes a StageError also where torch or safetensors found it: they raise errors
    of their own, which say it in words only.
    """
    try:
        yield
    except OSError:  # the command line says what it means
        raise
    except Exception as error:  # safetensors' own is a plain Exception, torch's a RuntimeError
        if not any(sign in str(error) for sign in _NO_ROOM):
            raise
        raise disk_error(folder, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))) from error


def last_whole(folder: Path) -> Path | None:
    """The last whole trainer checkpoint; others are deleted."""
    found = sorted(folder.glob("checkpoint-*"), key=_step)
    for path in found:
        if not (path / WHOLE).is_file():
            shutil.rmtree(path)
    return next((path for path in reversed(found) if path.is_dir()), None)


def clean(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The log's steps, without what differs from one run to the next."""
    steps = [record for record in history if "loss" in record]
    return [{k: v for k, v in record.items() if k not in _VARIES} for record in steps]


def write_metrics(path: Path, records: list[dict[str, Any]]) -> None:
    """One JSON object per line."""
    write_text(path, "".join(canonical_json(record) + "\n" for record in records))


def _callback(
    trainer: "Trainer", settings: TrainingSettings, asked: Validation, advance: Advance
) -> "TrainerCallback":
    """Moves the bar, marks whole checkpoints, measures, and stops a run that goes wrong."""
    from transformers import TrainerCallback

    class Watch(TrainerCallback):
        def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if distributed.is_main():
                write_text(Path(args.output_dir) / f"checkpoint-{state.global_step}" / WHOLE, "")

        def on_log(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            latest = state.log_history[-1]
            if "loss" not in latest:
                return
            advance(1, note(latest))
            _raise(trouble(clean(state.log_history), settings.grpo.patience))
            if asked.due(state.global_step, settings.steps):
                latest |= _measured(trainer, asked, state.global_step)
            if found := alarm(clean(state.log_history), settings.guards):
                latest["alarm"] = found.model_dump()
                control.should_training_stop = True

    return Watch()


def _measured(trainer: "Trainer", asked: Validation, step: int) -> dict[str, float]:
    """Measure the weights as they are, and keep them if none did better."""
    from trl.models.utils import unwrap_model_for_generation

    trainer.model.eval()  # pyright: ignore[reportOptionalMemberAccess]
    wrapped: Any = trainer.model_wrapped
    with unwrap_model_for_generation(wrapped, trainer.accelerator) as model:
        found = asked.measure(model, trainer.processing_class)
    trainer.model.train()  # pyright: ignore[reportOptionalMemberAccess]
    folder = Path(str(trainer.args.output_dir))
    with distributed.main_first():
        best = validation.best(folder)
    if found and (best is None or found["validation"] > best.score):
        trainer.save_model(str(folder / f"best-{step}"))
        if distributed.is_main():
            validation.keep(folder, step, found["validation"])
        distributed.wait()
    return found


def note(record: dict[str, Any]) -> str:
    """What stands beside the bar: reward and zero-variance share, or the loss."""
    if record.get("reward") is not None:
        share = record.get("frac_reward_zero_std", 0.0)
        return f"reward {record['reward']:.2f}, {share:.0%} of groups all alike"
    return f"loss {record['loss']:.3f}"


def _step(checkpoint: Path) -> int:
    return int(checkpoint.name.removeprefix("checkpoint-"))


def _raise(found: Trouble | None) -> None:
    if found:
        raise StageError("Training stopped", found.why, found.way_out)
