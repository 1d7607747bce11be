"""What is configured, and what is asked for, where a model edits pictures; `generation.repainting`
asks it.

    [generation.repaint]
    base_url = "https://paint.example/v1"
    model = "painter-1"
    api_key_env = "PAINT_KEY"
    price = 0.04                        # of one picture
"""

from typing import Annotated, Final

from pydantic import Field

from blindspot.core.artifact import digest_of
from blindspot.core.config import OPERATIONAL, OperationalFloat, OperationalInt, Settings
from generation.edits._arguments import EditArguments

OPERATION: Final = "repaint"
"""Its name beside the files under `edits/`."""
ABOUT: Final = (
    "A model paints the picture anew by a prompt; for what no other edit can do, such as adding an "
    "object, another background or another style."
)


class RepaintSettings(Settings):
    """Whom an edit by a model is asked of."""

    base_url: Annotated[str, OPERATIONAL]
    """Address ending in /v1 of a server that knows `/images/edits`."""
    model: str
    """The model's id on the server."""
    api_key_env: Annotated[str, OPERATIONAL] = ""
    """Name of the environment variable with the key; empty for a server that asks for none."""
    price: Annotated[float | None, OPERATIONAL] = Field(default=None, ge=0)
    """What a picture costs, in the budget's currency; 0 is free, None is not known."""
    epoch: int = 0
    """Raise it when the server's weights changed behind the same id."""
    concurrency: OperationalInt = Field(default=4, ge=1)
    """Requests under way at once."""
    timeout: OperationalFloat = Field(default=300.0, gt=0)
    """Seconds for one attempt."""

    @property
    def prices(self) -> tuple[float, float] | None:
        """`price` as `ModelSettings.prices` has it, a picture being one token of a completion."""
        return None if self.price is None else (0.0, self.price * 1e6)


class RepaintArguments(EditArguments):
    """What is asked for."""

    prompt: Annotated[str, Field(min_length=1, max_length=2000)]
    """What should be painted or changed, and what must stay as it is."""


def fingerprint(settings: RepaintSettings) -> str:
    """What tells this endpoint's pictures from another's."""
    identity = {"repaint": settings.base_url, "model": settings.model, "epoch": settings.epoch}
    return digest_of(identity)
