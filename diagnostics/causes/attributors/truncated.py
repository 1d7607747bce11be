"""The answer was cut off at the token limit."""

from typing import Final

from blindspot.core.records import Prediction, Sample
from diagnostics.causes.attributor import Attributor, Verdict


class Truncated:
    """Reads the finish reason."""

    def attribute(self, sample: Sample, prediction: Prediction) -> Verdict | None:
        said = prediction.completion
        if said is None or said.finish_reason != "length":
            return None
        return Verdict("truncated", 1.0)


PLUGIN: Final[Attributor] = Truncated()
