"""What a diagnosis refuses, and the digests of what it reads."""

from collections import Counter
from collections.abc import Sequence

from blindspot.core import taxonomy
from blindspot.core.artifact import digest_of, file_digest, open_artifact
from blindspot.core.errors import DataError
from blindspot.core.records import Prediction, Sample
from diagnostics.settings import DiagnosisInputs, DiagnosticsSettings


def check_answered(samples: Sequence[Sample], predictions: Sequence[Prediction]) -> None:
    """Raise DataError, with the cause, when the diagnosis half has no scored answer at all."""
    own = {s.id for s in samples if s.half == "diagnosis"}
    if any(p.score is not None and p.sample_id in own for p in predictions):
        return
    kinds = Counter(p.failure.kind for p in predictions if p.sample_id in own and p.failure)
    causes = ", ".join(f"{count} × {kind}" for kind, count in sorted(kinds.items()))
    if not own:
        why = "none of its samples is in the diagnosis half"
    elif causes:
        why = f"no request of the diagnosis half was answered ({causes})"
    else:
        why = "no sample of the diagnosis half was asked"
    raise DataError(
        "The evaluation",
        why,
        "Mend the cause and run the evaluation again; it asks what is missing",
    )


def digests(config: DiagnosticsSettings, inputs: DiagnosisInputs) -> dict[str, str]:
    """Of everything that is read."""
    if inputs.previous and inputs.earlier and len(inputs.previous) != len(inputs.earlier):
        raise DataError(
            "The earlier rounds",
            f"{len(inputs.earlier)} evaluations and {len(inputs.previous)} diagnoses were given",
            "Give one diagnosis for every earlier evaluation, in the same order",
        )
    found = {"evaluation": open_artifact(inputs.evaluation, "evaluation").digest}
    for i, path in enumerate(inputs.earlier):
        found[f"earlier evaluation {i}"] = open_artifact(path, "evaluation").digest
    for i, path in enumerate(inputs.previous):
        found[f"earlier diagnosis {i}"] = open_artifact(path, "diagnosis").digest
    if inputs.reference:
        found["reference"] = open_artifact(inputs.reference, "evaluation").digest
    if inputs.can_make:
        found["can_make"] = digest_of([m.model_dump(mode="json") for m in inputs.can_make])
    return found | files(config)


def files(config: DiagnosticsSettings) -> dict[str, str]:
    """Digests of the files that the settings name, and of the taxonomy."""
    found = {"the taxonomy": taxonomy.load(config.taxonomy).title}
    if config.human_labels and config.human_labels.is_file():
        found["the human labels"] = file_digest(config.human_labels)
    return found
