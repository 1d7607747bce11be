"""At which stage every failed prediction broke, and what that says about samples and slices.

    >>> attributions(samples, predictions)
    [Attribution(sample_id="a", repeat=0, stage="calculation", evidence="3 + 2 = 6", …), …]

Predictions are read once and need not be kept: 100,000 answers of 10 kB are a gigabyte.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from blindspot.core.outcomes import PASSED
from blindspot.core.progress import progress
from blindspot.core.records import Attribution, Prediction, Sample
from diagnostics.causes.attributor import UNRESOLVED, Attributor, attributors, in_order


def attributions(samples: Iterable[Sample], predictions: Iterable[Prediction]) -> list[Attribution]:
    """One per failed prediction of the samples given, by sample and repeat."""
    by_id = {s.id: s for s in samples}
    rules = {name: attributors.load(name) for name in in_order(attributors.names())}
    found = []
    with progress("Attributing failures", None) as advance:
        for prediction in predictions:
            sample = by_id.get(prediction.sample_id)
            if sample and prediction.score is not None and prediction.score < PASSED:
                found.append(decide(sample, prediction, rules))
                advance()
    return sorted(found, key=lambda a: (a.sample_id, a.repeat))


def decide(sample: Sample, prediction: Prediction, rules: Mapping[str, Attributor]) -> Attribution:
    """The first verdict among the rules, in their order."""
    for name, rule in rules.items():
        verdict = rule.attribute(sample, prediction)
        if verdict is not None:
            return Attribution(
                sample_id=sample.id,
                repeat=prediction.repeat,
                stage=verdict.stage,
                source=name,
                confidence=verdict.confidence,
                evidence=verdict.evidence,
                flag=verdict.flag,
            )
    return Attribution(
        sample_id=sample.id,
        repeat=prediction.repeat,
        stage=UNRESOLVED,
        source="none",
        confidence=0.0,
    )


def stage_counts(failed: Iterable[str], stage_of: Mapping[str, str]) -> dict[str, int]:
    """Samples per stage."""
    return dict(sorted(Counter(stage_of[i] for i in failed).items()))
