"""One failed sample with what was said and at which stage it broke, so far."""

from dataclasses import dataclass

from blindspot.core.records import Attribution, Prediction, Sample


@dataclass(frozen=True)
class Failed:
    """A sample whose mean score is below passing, shown by one of its failed answers."""

    sample: Sample
    """Of the diagnosis half, with its labels in place."""
    prediction: Prediction
    """Its first failed answer that broke at the stage of most of them."""
    attribution: Attribution
    """Of that answer."""

    @property
    def stage(self) -> str:
        """Where it broke."""
        return self.attribution.stage
