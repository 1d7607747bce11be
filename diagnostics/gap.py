"""The gap to another model for a diagnosis that was made without one: nothing is made again."""

from pathlib import Path

from blindspot.core.diagnosis import DiagnosisArtifact, Reference
from blindspot.core.evaluation import Evaluation
from diagnostics.answers import answers_of, read
from diagnostics.changes.reference import reference
from diagnostics.labelling.labelling import as_labelled
from diagnostics.settings import DiagnosticsSettings


def measure(
    config: DiagnosticsSettings, diagnosis: Path, evaluation: Path, other: Path
) -> Reference:
    """The gap of the diagnosed evaluation to another, over the diagnosis' own categories and
    weaknesses. Raises DataError where the two cannot be set against each other.
    """
    found, here = DiagnosisArtifact(diagnosis), Evaluation(evaluation)
    labelled = as_labelled(here.samples(), found.labels())
    answers = answers_of(labelled, read(here), "diagnosis")
    return reference(
        answers,
        found.members(),
        Evaluation(other),
        config.seed,
        graders=here.metrics().graders,
        fewest=config.min_support,
    )
