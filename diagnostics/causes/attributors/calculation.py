"""A sum in the answer is false; the evidence quotes the first one.

The text is searched before the reasoning, where models correct themselves.
"""

from typing import Final

from blindspot.core.records import Prediction, Sample
from diagnostics.causes.attributor import Attributor, Verdict
from diagnostics.causes.equalities import first_false_equality


class Calculation:
    """Evaluates the sums that the completion states."""

    def attribute(self, sample: Sample, prediction: Prediction) -> Verdict | None:
        said = prediction.completion
        if said is None:
            return None
        for text in (said.text, said.reasoning or ""):
            found = first_false_equality(text)
            if found:
                return Verdict("calculation", 0.9, found)
        return None


PLUGIN: Final[Attributor] = Calculation()
