"""What stands in the way of making a stage again: an input that would be deleted with what the
stage made, or labels that cannot be read.

    runs/q/round-0/diagnosis/to_label.csv    filled in where it lies; `--redo diagnosis` refuses

It deletes nothing itself.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from blindspot.core.errors import UsageError
from blindspot.settings import Config


def check(stage: str, config: Config, reference: Path | None, doomed: Sequence[Path]) -> None:
    """Raise UsageError when an input lies in one of the `doomed` folders, and DataError when the
    labels for a new diagnosis cannot be read: both before anything is deleted.
    """
    folders = {folder.resolve() for folder in doomed}
    named = {"reference": reference} if reference else {}
    for option, path in _paths(config.model_dump() | named):
        if folders & {path, *path.parents}:
            why = f"it would delete an input, {option} = {path}"
            raise UsageError(f"--redo {stage}", why, "Copy it elsewhere first, and name the copy")
    if config.diagnosis.human_labels and "diagnosis" in {p.name for p in doomed}:
        from diagnostics.causes import human

        human.read(config.diagnosis.human_labels)


def _paths(value: Any, name: str = "") -> Iterator[tuple[str, Path]]:
    """The absolute paths among settings, as all are that were found beside a config, by option."""
    if isinstance(value, dict | list | tuple):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in items:
            yield from _paths(part, f"{name}.{key}".lstrip("."))
    elif isinstance(value, Path | str) and Path(value).is_absolute():
        yield name, Path(value).resolve()
