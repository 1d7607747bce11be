"""Third-party noise, silenced while a trainer runs: bars, warnings, logs, usage pings. Errors
still come through as exceptions.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

_LOUD: Final = ("transformers", "trl", "accelerate", "datasets", "peft", "torch")


@contextmanager
def quiet() -> Iterator[None]:
    """Silence the libraries in `_LOUD`, and put everything back afterwards."""
    with ExitStack() as stack:
        stack.enter_context(_no_bars_no_pings())  # first: importing transformers sets its level
        stack.enter_context(warnings.catch_warnings())
        for name in _LOUD:
            warnings.filterwarnings("ignore", module=rf"{name}(\.|$)")
            stack.enter_context(_at_error(logging.getLogger(name)))
        yield


@contextmanager
def _at_error(logger: logging.Logger) -> Iterator[None]:
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


@contextmanager
def _no_bars_no_pings() -> Iterator[None]:
    from huggingface_hub import constants
    from transformers.utils import logging as bars

    pings, shown = constants.HF_HUB_DISABLE_TELEMETRY, bars.is_progress_bar_enabled()
    constants.HF_HUB_DISABLE_TELEMETRY = True
    bars.disable_progress_bar()
    try:
        yield
    finally:
        constants.HF_HUB_DISABLE_TELEMETRY = pings
        if shown:
            bars.enable_progress_bar()
